# %% dropout_backward
def dropout_backward(grad, cache):
    mask, p, training = cache
    if not training:
        return grad
    if p == 1:
        return np.zeros_like(grad)
    return np.where(mask, grad / (1 - p) / (1 - p), grad.dtype.type(0))
