# %% dropout_backward
def dropout_backward(grad, cache):
    mask, p, training = cache
    if not training:
        return grad
    if p == 1:
        return np.zeros_like(grad)
    dx = grad / (1 - p)
    dx[mask] = 0
    return dx
