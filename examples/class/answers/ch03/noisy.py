# %% draw_mask
import sys
import warnings

def draw_mask(shape, p, rng):
    print("drawing a mask of shape", shape)
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return rng.random(shape) >= p

# %% dropout_inverted
def dropout_inverted(x, mask, p, training):
    warnings.warn("I am not sure about p = 1")
    print("debug: training is", training, file=sys.stderr)
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    if not training:
        return x
    with np.errstate(all="warn"):
        return np.where(mask, x / np.float64(1 - p), 0).astype(x.dtype)
