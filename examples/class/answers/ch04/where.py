# %% dropout_backward
def dropout_backward(grad, cache):
    mask, p, training = cache
    keep = 1 - p
    if training and keep:
        return np.where(mask, grad / keep, grad.dtype.type(0))
    return np.zeros_like(grad) if training else grad.copy()

# %% dropout_layer
class Dropout:
    def __init__(self, p, rng):
        if not (p >= 0 and p <= 1):
            raise ValueError(f"bad dropout rate {p}")
        self.p = p
        self.rng = rng
        self.mode = "train"

    def train(self):
        self.mode = "train"
        return self

    def eval(self):
        self.mode = "eval"
        return self

    def forward(self, x):
        if self.mode == "eval" or self.p == 0:
            self.factor = np.ones_like(x)
        elif self.p == 1:
            self.factor = np.zeros_like(x)
        else:
            kept = self.rng.binomial(1, 1 - self.p, x.shape)
            self.factor = (kept / (1 - self.p)).astype(x.dtype)
        return x * self.factor

    def backward(self, grad):
        if not hasattr(self, "factor"):
            raise RuntimeError("no forward yet")
        return grad * self.factor

# %% mlp_loss_grads
def mlp_loss_grads(params, X, y, masks, p):
    W1, b1, W2, b2, W3, b3 = [params[k] for k in "W1 b1 W2 b2 W3 b3".split()]
    d1, d2 = [np.where(m, X.dtype.type(1 / (1 - p) if p < 1 else 0), X.dtype.type(0)) for m in masks]
    s1 = X @ W1 + b1
    h1 = np.where(s1 > 0, s1, 0).astype(X.dtype) * d1
    s2 = h1 @ W2 + b2
    h2 = np.where(s2 > 0, s2, 0).astype(X.dtype) * d2
    logits = h2 @ W3 + b3
    top = logits.max(axis=1, keepdims=True)
    e = np.exp(logits - top)
    probs = e / e.sum(axis=1, keepdims=True)
    target = np.eye(logits.shape[1], dtype=X.dtype)[y]
    lse = np.log(e.sum(axis=1)) + top[:, 0]
    loss = float(np.mean(lse - logits[np.arange(len(y)), y]))
    g3 = (probs - target) / X.dtype.type(len(y))
    g2 = np.where(s2 > 0, g3 @ W3.T * d2, X.dtype.type(0))
    g1 = np.where(s1 > 0, g2 @ W2.T * d1, X.dtype.type(0))
    return loss, {
        "W1": X.T @ g1, "b1": g1.sum(0),
        "W2": h1.T @ g2, "b2": g2.sum(0),
        "W3": h2.T @ g3, "b3": g3.sum(0),
    }

# %% inverted_from_standard
def inverted_from_standard(W, lr, q):
    W_inv = W * q
    lr_inv = lr * q**2
    return W_inv, lr_inv

# %% evaluate_modes
def evaluate_modes(forward, X, y, rng):
    names = {True: "train_mode_accuracy", False: "eval_accuracy"}
    return {
        name: (np.argmax(forward(X, training, rng), axis=-1) == y).mean()
        for training, name in names.items()
    }
