# %% dropout_standard
def dropout_standard(x, mask, p, training):
    i = 0
    y = x.copy()
    while i < x.size:
        y.flat[i] = x.flat[i] * mask.flat[i]
        # forgot i += 1
    return y
