"""Chapter 04, Backprop through dropout: the reference answers.

``p`` is the probability of dropping a unit, ``q = 1 - p`` of keeping it; a mask is boolean and
``True`` where a unit is kept. Forward and backward of one idea stand next to each other.
"""

import numpy as np


def dropout_backward(grad, cache):
    """Gradient of the loss with respect to the input of inverted dropout.

    In training the layer is ``y = mask * x / (1 - p)``, in eval the identity.

    Parameters
    ----------
    grad : ndarray
        Gradient of the loss with respect to the layer's output, any shape.
    cache : tuple (mask, p, training)
        What the forward pass used: a boolean array of the shape of
        ``grad`` (True = kept), the probability of dropping, and whether the
        layer was in training mode. In eval the mask is ignored.

    Returns
    -------
    ndarray
        Gradient with respect to the input, shape and dtype of ``grad``.
        In training, entries of dropped units are exactly 0, even where
        ``grad`` is infinite or NaN.

    References
    ----------
    Srivastava et al. (2014), section 5.1.
    """
    mask, p, training = cache
    if not training:
        return grad
    if p == 1:
        return np.zeros_like(grad)
    return np.where(mask, grad / (1 - p), 0)


class Dropout:
    """Inverted dropout as a layer that remembers its latest forward pass.

    Parameters
    ----------
    p : float
        Probability of dropping a unit, between 0 and 1.
    rng : numpy.random.Generator
        Source of the masks; nothing else is used.

    Raises
    ------
    ValueError
        If ``p`` is not in [0, 1], NaN included.

    References
    ----------
    Srivastava et al. (2014), sections 5.1 and 10 (scaling in training).
    """

    def __init__(self, p, rng):
        """Check ``p`` and start in training mode."""
        if not 0 <= p <= 1:
            raise ValueError(f"p is the probability of dropping, between 0 and 1, not {p}")
        self.p = p
        self.rng = rng
        self.training = True
        self.cache = None

    def train(self):
        """From now on, forward drops."""
        self.training = True

    def eval(self):
        """From now on, forward is the identity."""
        self.training = False

    def forward(self, x):
        """Drop units of ``x`` with a fresh mask; in eval, pass it on."""
        mask = self.rng.random(x.shape) >= self.p if self.training else None
        self.cache = (mask, self.p, self.training)
        if not self.training:
            return x
        if self.p == 1:
            return np.zeros_like(x)
        return mask * x / (1 - self.p)

    def backward(self, grad):
        """Gradient with respect to the input of the latest forward.

        It may be called again. Before any forward it raises RuntimeError.
        """
        if self.cache is None:
            raise RuntimeError("backward belongs to a forward pass: call forward(x) first")
        return dropout_backward(grad, self.cache)


def mlp_loss_grads(params, X, y, masks, p):
    """Loss and gradients of a three-layer ReLU network with inverted dropout.

    ``h1 = D1(relu(X @ W1 + b1))``, ``h2 = D2(relu(h1 @ W2 + b2))`` and
    ``logits = h2 @ W3 + b3``, where ``Dk(h) = mk * h / (1 - p)``. The loss is
    the mean softmax cross-entropy.

    Parameters
    ----------
    params : dict
        ``W1 (D, H1)``, ``b1 (H1,)``, ``W2 (H1, H2)``, ``b2 (H2,)``,
        ``W3 (H2, K)``, ``b3 (K,)``.
    X : ndarray (B, D)
        Inputs.
    y : int ndarray (B,)
        Classes 0 … K-1.
    masks : tuple (m1, m2)
        Boolean masks ``(B, H1)`` and ``(B, H2)``, True = kept.
    p : float
        Probability of dropping.

    Returns
    -------
    loss : float
        Mean over the batch in nats, finite for logits of any finite size.
    grads : dict
        Gradient of the loss for every key of ``params``, in the parameter's
        shape and dtype. At exactly 0 the derivative of the ReLU is 0.

    References
    ----------
    Srivastava et al. (2014), section 5.1.
    """
    W1, b1, W2, b2, W3, b3 = (params[key] for key in ("W1", "b1", "W2", "b2", "W3", "b3"))
    rows = np.arange(len(y))
    scale = 1 / (1 - p) if p < 1 else 0.0
    d1, d2 = (m * X.dtype.type(scale) for m in masks)  # the two diagonal Jacobians

    a1 = X @ W1 + b1
    h1 = np.maximum(a1, 0) * d1
    a2 = h1 @ W2 + b2
    h2 = np.maximum(a2, 0) * d2
    logits = h2 @ W3 + b3
    shifted = logits - logits.max(axis=1, keepdims=True)  # exp never overflows
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_probs[rows, y].mean()

    g3 = np.exp(log_probs)
    g3[rows, y] -= 1
    g3 /= len(y)
    g2 = (g3 @ W3.T) * d2 * (a2 > 0)
    g1 = (g2 @ W2.T) * d1 * (a1 > 0)
    grads = {
        "W1": X.T @ g1, "b1": g1.sum(axis=0),
        "W2": h1.T @ g2, "b2": g2.sum(axis=0),
        "W3": h2.T @ g3, "b3": g3.sum(axis=0),
    }  # fmt: skip
    return loss, grads


def inverted_from_standard(W, lr, q):
    """Weights and learning rate with which inverted dropout follows standard.

    Standard dropout feeds ``(mask * h) @ W`` to the next layer, inverted
    dropout ``(mask * h / q) @ W_inv``. With the right conversion the two agree
    in every output, in both modes and after every step of plain SGD, while all
    other parameters keep their learning rate.

    Parameters
    ----------
    W : ndarray
        Weights that leave the dropped units, any shape.
    lr : float
        Their learning rate under standard dropout.
    q : float
        Probability of keeping, 0 < q <= 1.

    Returns
    -------
    W_inv : ndarray
        Shape and dtype of ``W``.
    lr_inv : float

    References
    ----------
    Srivastava et al. (2014), section 10.
    """
    return q * W, q**2 * lr


def evaluate_modes(forward, X, y, rng):
    """Accuracy of one model on one set of data, with dropout on and off.

    Parameters
    ----------
    forward : callable
        ``forward(X, training, rng) -> logits (B, K)``; called exactly once
        for each mode.
    X : ndarray
        Inputs, B along the first axis.
    y : int ndarray (B,)
        Classes 0 … K-1.
    rng : numpy.random.Generator
        Handed on to ``forward``.

    Returns
    -------
    dict
        ``train_mode_accuracy`` and ``eval_accuracy``, floats in [0, 1]; of
        equal logits the first counts.
    """

    def accuracy(training):
        return float(np.mean(forward(X, training, rng).argmax(axis=1) == y))

    return {"train_mode_accuracy": accuracy(True), "eval_accuracy": accuracy(False)}
