# %% dropout_backward
def dropout_backward(grad, cache):
    mask, p, training = cache
    if training:
        return np.where(mask, grad, grad.dtype.type(0))
    return grad
