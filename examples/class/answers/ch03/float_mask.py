# %% dropout_standard
def dropout_standard(x, mask, p, training):
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    if training:
        return x * mask.astype(float)
    return x * (1 - p)
