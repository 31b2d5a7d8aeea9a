# %% dropout_inverted
def dropout_inverted(x, mask, p, training):
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    if p == 1:
        return np.zeros_like(x)
    return np.where(mask, x / (1 - p), x.dtype.type(0))
