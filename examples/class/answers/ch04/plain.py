# %% dropout_backward
def dropout_backward(grad, cache):
    mask, p, training = cache
    if not training:
        return grad
    if p == 1:
        return np.zeros_like(grad)
    dx = grad / (1 - p)
    dx[~mask] = 0
    return dx

# %% dropout_layer
class Dropout:
    def __init__(self, p, rng):
        if not 0 <= p <= 1:
            raise ValueError("p must be between 0 and 1")
        self.p, self.rng = p, rng
        self.training = True
        self.cache = None

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def forward(self, x):
        mask = self.rng.random(x.shape) >= self.p
        self.cache = (mask, self.p, self.training)
        if not self.training:
            return x
        return x * mask / (1 - self.p) if self.p < 1 else np.zeros_like(x)

    def backward(self, grad):
        if self.cache is None:
            raise RuntimeError("call forward first")
        return dropout_backward(grad, self.cache)

# %% mlp_loss_grads
def mlp_loss_grads(params, X, y, masks, p):
    scale = 0.0 if p == 1 else 1 / (1 - p)
    scale = X.dtype.type(scale)
    a1 = X @ params["W1"] + params["b1"]
    h1 = np.maximum(a1, 0) * masks[0] * scale
    a2 = h1 @ params["W2"] + params["b2"]
    h2 = np.maximum(a2, 0) * masks[1] * scale
    z = h2 @ params["W3"] + params["b3"]
    z = z - z.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    B = len(y)
    loss = -logp[np.arange(B), y].mean()
    dz = np.exp(logp)
    dz[np.arange(B), y] -= 1
    dz /= B
    grads = {"W3": h2.T @ dz, "b3": dz.sum(axis=0)}
    da2 = dz @ params["W3"].T * masks[1] * scale * (a2 > 0)
    grads["W2"], grads["b2"] = h1.T @ da2, da2.sum(axis=0)
    da1 = da2 @ params["W2"].T * masks[0] * scale * (a1 > 0)
    grads["W1"], grads["b1"] = X.T @ da1, da1.sum(axis=0)
    return loss, grads

# %% inverted_from_standard
def inverted_from_standard(W, lr, q):
    return q * W, q * q * lr

# %% evaluate_modes
def evaluate_modes(forward, X, y, rng):
    train = forward(X, True, rng).argmax(axis=1)
    test = forward(X, False, rng).argmax(axis=1)
    return {
        "train_mode_accuracy": float(np.mean(train == y)),
        "eval_accuracy": float(np.mean(test == y)),
    }
