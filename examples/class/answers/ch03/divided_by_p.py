# %% dropout_inverted
def dropout_inverted(x, mask, p, training):
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    if training:
        if p == 0:
            return x
        return np.where(mask, x / p, x.dtype.type(0))
    return x
