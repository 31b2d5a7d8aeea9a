"""Right answers to chapter 04 in other styles than the references: none may lose a point."""

from __future__ import annotations

import math
import warnings

import numpy as np

# 4.1 dropout_backward --------------------------------------------------------------------------


def backward_masked_assignment(grad, cache):
    mask, p, training = cache
    if training:
        dx = np.zeros_like(grad)
        dx[mask] = grad[mask]
        if p < 1:
            dx /= 1 - p
        return dx
    return grad.copy()


def backward_loop(grad, cache):
    mask, p, training = cache
    print("backward with p =", p)
    out = np.empty(grad.shape, grad.dtype)
    for i in np.ndindex(grad.shape):
        if not training:
            out[i] = grad[i]
        else:
            out[i] = grad[i] / (1 - p) if mask[i] else 0.0
    return out


def backward_typed(grad: np.ndarray, cache: tuple[np.ndarray, float, bool]) -> np.ndarray:
    """Multiply everything, then overwrite what was dropped; warnings and all."""
    mask, p, training = cache
    if training is False:
        return grad
    warnings.warn("noisy but right", stacklevel=2)
    scale = np.reciprocal(1 - p) if p != 1 else 1.0
    out = grad * grad.dtype.type(scale)
    out[~mask] = 0
    return out


def backward_divide_where(grad, cache):
    mask, p, training = cache
    if not training or p == 0:
        return grad
    if p == 1:
        return 0 * np.ones_like(grad)
    return np.divide(grad, 1 - p, out=np.zeros_like(grad), where=mask)


# 4.2 dropout_layer -----------------------------------------------------------------------------


class KeepsFactors:
    """Stores mask / q as one array; ones in eval; draws with binomial."""

    def __init__(self, p, rng):
        if p < 0 or p > 1 or math.isnan(p):
            raise ValueError(p)
        self.p, self.rng, self.mode, self.factor = p, rng, "train", None

    def train(self):
        self.mode = "train"
        return self

    def eval(self):
        self.mode = "eval"
        return self

    def forward(self, x):
        keep = 1 - self.p
        if self.mode == "eval":
            self.factor = np.ones_like(x)
        elif keep == 0:
            self.factor = np.zeros_like(x)
        else:
            self.factor = (self.rng.binomial(1, keep, size=x.shape) / keep).astype(x.dtype)
        return x * self.factor

    def backward(self, grad):
        if self.factor is None:
            raise RuntimeError("no forward yet")
        return grad * self.factor


class Closures:
    """Forward leaves a function behind; draws floats of the input's own type, one by one."""

    def __init__(self, p, rng):
        if not (p >= 0 and p <= 1):
            raise ValueError("not a probability")

        def too_early(grad):
            raise RuntimeError("backward before forward")

        self.p, self.rng, self.training, self._back = p, rng, True, too_early

    def train(self, mode=True):
        self.training = mode

    def eval(self):
        self.train(False)

    def forward(self, x):
        if self.training and self.p > 0:
            draws = [self.rng.random() < self.p for _ in range(x.size)]
            dropped = np.array(draws, dtype=bool).reshape(x.shape)
            q = 1 - self.p or 1.0
            self._back = lambda g: np.where(dropped, 0, g / q).astype(g.dtype)
        else:
            self._back = lambda g: g
        return self._back(x)

    def backward(self, grad):
        return self._back(grad)


class MaskAndMode:
    """Stores mask and mode apart; draws with choice; properties and a helper method."""

    def __init__(self, p: float, rng: np.random.Generator) -> None:
        assert_probability(p)
        self.p, self.rng = p, rng
        self.training = True
        self.mask = self.trained = None

    @property
    def q(self):
        return 1.0 - self.p

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def forward(self, x):
        print("forward", x.shape)
        self.trained = self.training
        if self.training:
            self.mask = self.rng.choice([False, True], size=x.shape, p=[self.p, self.q])
        return self._scale(x)

    def backward(self, grad):
        if self.trained is None:
            raise RuntimeError("call forward first")
        return self._scale(grad)

    def _scale(self, a):
        if not self.trained:
            return a
        out = np.array(a)
        out[~self.mask] = 0
        if self.q:
            out /= self.q
        return out


def assert_probability(p):
    if not 0 <= p <= 1:
        raise ValueError("p must lie between 0 and 1")


# 4.3 mlp_loss_grads ----------------------------------------------------------------------------


def mlp_one_hot(params, X, y, masks, p):
    W1, b1, W2, b2, W3, b3 = params.values()
    q = 1 - p
    keep = [m / q if q else np.zeros(m.shape) for m in masks]
    keep = [k.astype(X.dtype) for k in keep]
    h1 = np.maximum(0, X @ W1 + b1) * keep[0]
    h2 = np.maximum(0, h1 @ W2 + b2) * keep[1]
    z = h2 @ W3 + b3
    z = z - np.max(z, axis=-1, keepdims=True)
    log_norm = np.log(np.sum(np.exp(z), axis=-1, keepdims=True))
    one_hot = np.eye(z.shape[1], dtype=X.dtype)[y]
    loss = np.sum(one_hot * (log_norm - z)) / len(X)
    d3 = (np.exp(z - log_norm) - one_hot) / len(X)
    # positive after dropout: kept, and a positive ReLU
    d2 = d3 @ W3.T * keep[1] * (h2 > 0)
    d1 = d2 @ W2.T * keep[0] * (h1 > 0)
    return float(loss), {
        "W1": X.T @ d1,
        "b1": d1.sum(0),
        "W2": h1.T @ d2,
        "b2": d2.sum(0),
        "W3": h2.T @ d3,
        "b3": d3.sum(0),
    }


def mlp_example_by_example(params, X, y, masks, p):
    P = {k: np.asarray(v, dtype=np.float64) for k, v in params.items()}
    grads = {k: np.zeros_like(v) for k, v in P.items()}
    loss, s = 0.0, (1 / (1 - p) if p < 1 else 0.0)
    for x, c, m1, m2 in zip(X.astype(float), y, *masks):
        a1 = x @ P["W1"] + P["b1"]
        h1 = np.where(m1 & (a1 > 0), a1 * s, 0)
        a2 = h1 @ P["W2"] + P["b2"]
        h2 = np.where(m2 & (a2 > 0), a2 * s, 0)
        z = h2 @ P["W3"] + P["b3"]
        z -= z.max()
        e = np.exp(z)
        loss += math.log(e.sum()) - z[c]
        g3 = e / e.sum()
        g3[c] -= 1
        g2 = np.where(m2 & (a2 > 0), P["W3"] @ g3 * s, 0)
        g1 = np.where(m1 & (a1 > 0), P["W2"] @ g2 * s, 0)
        for k, (h, g) in enumerate([(x, g1), (h1, g2), (h2, g3)], 1):
            grads[f"W{k}"] += np.outer(h, g)
            grads[f"b{k}"] += g
    n = len(X)
    return np.float64(loss / n), {k: (g / n).astype(params[k].dtype) for k, g in grads.items()}


def mlp_layers(params, X, y, masks, p):
    """Loops over layers, with a stack of caches."""
    scale = 0.0 if p == 1 else 1 / (1 - p)
    h, caches = X, []
    for k in (1, 2):
        a = h @ params[f"W{k}"] + params[f"b{k}"]
        caches.append((h, a, masks[k - 1]))
        h = np.where(masks[k - 1], relu(a) * scale, 0).astype(X.dtype)
    z = h @ params["W3"] + params["b3"]
    loss, g = cross_entropy(z, y)
    grads = {"W3": np.einsum("bi,bj->ij", h, g), "b3": np.einsum("bj->j", g)}
    for k in (2, 1):
        h, a, mask = caches.pop()
        g = g @ params[f"W{k + 1}"].T
        g = np.where(mask, g * scale, 0)
        g = np.where(a > 0, g, 0).astype(X.dtype)
        grads[f"W{k}"], grads[f"b{k}"] = h.T.dot(g), np.sum(g, axis=0)
    return loss, grads


def relu(a):
    return a * (a > 0)


def cross_entropy(z, y):
    m = z.max(axis=1)
    lse = m + np.log(np.exp(z - m[:, None]).sum(axis=1))
    g = np.exp(z - lse[:, None])
    g[range(len(y)), y] -= 1
    # lse - z loses digits in float32 for huge logits; differences of shifted logits do not
    shifted = z - m[:, None]
    right = np.log(np.exp(shifted).sum(axis=1)) - shifted[range(len(y)), y]
    return right.mean(), g / np.asarray(len(y), z.dtype)


# 4.4 inverted_from_standard --------------------------------------------------------------------


def inverted_two_lines(W, lr, q):
    scaled = np.multiply(W, q).astype(W.dtype)
    return scaled, lr * q * q


def inverted_loop(W, lr, q):
    out = W.copy()
    flat = out.reshape(-1)
    for i in range(flat.size):
        flat[i] = q * flat[i]
    return (flat.reshape(W.shape), float(np.float64(lr) * np.square(q)))


def inverted_power(W: np.ndarray, lr: float, q: float) -> tuple[np.ndarray, float]:
    if q == 1:
        return W, lr
    W_inv = np.empty_like(W)
    np.multiply(W, W.dtype.type(q), out=W_inv)
    return W_inv, np.float64(math.pow(q, 2) * lr)


# 4.5 evaluate_modes ----------------------------------------------------------------------------


def modes_eval_first(forward, X, y, rng):
    clean = forward(X, False, rng)
    noisy = forward(X, True, rng)
    result = dict()
    result["train_mode_accuracy"] = np.mean(np.argmax(noisy, -1) == y)
    result["eval_accuracy"] = np.mean(np.argmax(clean, -1) == y)
    return result


def modes_counted(forward, X, y, rng):
    out = {}
    for key, training in (("train_mode_accuracy", True), ("eval_accuracy", False)):
        right = 0
        for row, label in zip(forward(X, training, rng), y):
            best = max(range(len(row)), key=lambda k: row[k])
            right += int(best == label)
        out[key] = right / len(y)
    return out


def modes_keywords(forward, X, y, rng):
    def accuracy(logits):
        return (logits.argmax(axis=-1) == y).astype(float).sum().item() / y.size

    train = accuracy(forward(X, training=True, rng=rng))
    return {"eval_accuracy": accuracy(forward(X, training=False, rng=rng))} | {
        "train_mode_accuracy": train
    }


IDIOMS = {
    "dropout_backward": [
        {"dropout_backward": backward_masked_assignment},
        {"dropout_backward": backward_loop},
        {"dropout_backward": backward_typed},
        {"dropout_backward": backward_divide_where},
    ],
    "dropout_layer": [
        {"Dropout": KeepsFactors},
        {"Dropout": Closures},
        {"Dropout": MaskAndMode},
    ],
    "mlp_loss_grads": [
        {"mlp_loss_grads": mlp_one_hot},
        {"mlp_loss_grads": mlp_example_by_example},
        {"mlp_loss_grads": mlp_layers},
    ],
    "inverted_from_standard": [
        {"inverted_from_standard": inverted_two_lines},
        {"inverted_from_standard": inverted_loop},
        {"inverted_from_standard": inverted_power},
    ],
    "evaluate_modes": [
        {"evaluate_modes": modes_eval_first},
        {"evaluate_modes": modes_counted},
        {"evaluate_modes": modes_keywords},
    ],
}
