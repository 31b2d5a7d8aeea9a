"""Chapter 08, Dropping weights, learning rates: the reference answers.

``p`` is the probability of dropping, ``q = 1 - p`` of keeping; a mask is True where one keeps.
Weights are ``(out, in)`` for DropConnect, ``(in, out)`` for targeted dropout, as in the papers.
"""

import math

import numpy as np


def dropconnect_forward(
    v: np.ndarray, W: np.ndarray, b: np.ndarray, mask: np.ndarray
) -> np.ndarray:
    """Linear layer with dropped weights, a mask of its own for each example.

    Parameters
    ----------
    v : ndarray (B, I)
        Inputs, one example a row.
    W : ndarray (O, I)
        Weights.
    b : ndarray (O,)
        Biases; they are not dropped.
    mask : ndarray of bool (B, O, I)
        True where an example keeps a weight. Nothing is rescaled.

    Returns
    -------
    ndarray (B, O)
        u, in the dtype of v.

    References
    ----------
    Wan et al. (2013); there the biases are masked too.
    """
    return (np.einsum("boi,oi,bi->bo", mask, W, v) + b).astype(v.dtype)


def dropconnect_backward(
    grad: np.ndarray, v: np.ndarray, W: np.ndarray, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of a loss through dropconnect_forward.

    Parameters
    ----------
    grad : ndarray (B, O)
        Gradient of the loss by the output u.
    v, W, mask
        What the forward pass was called with.

    Returns
    -------
    (dv, dW, db) : ndarrays (B, I), (O, I), (O,)
        dW and db are summed over the examples. The dtype is that of grad.

    References
    ----------
    Wan et al. (2013); derived in the chapter.
    """
    dv = np.einsum("bo,boi,oi->bi", grad, mask, W)
    dW = np.einsum("bo,boi,bi->oi", grad, mask, v)
    return dv.astype(grad.dtype), dW.astype(grad.dtype), grad.sum(axis=0)


def dropconnect_moments(
    v: np.ndarray, W: np.ndarray, b: np.ndarray, q: float
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance over all masks of what dropconnect_forward gives.

    Parameters
    ----------
    v : ndarray (B, I)
    W : ndarray (O, I)
    b : ndarray (O,)
    q : float
        Probability of keeping a weight, in [0, 1].

    Returns
    -------
    (mean, var) : ndarrays (B, O)
        In the dtype of v.

    References
    ----------
    Wan et al. (2013), on inference.
    """
    mean = q * (v @ W.T) + b
    var = q * (1 - q) * (v**2 @ (W**2).T)
    return mean.astype(v.dtype), var.astype(v.dtype)


def dropconnect_relu_mean(
    v: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    q: float,
) -> np.ndarray:
    """Mean of ReLU(u) if u were Gaussian, with the moments of DropConnect.

    Parameters
    ----------
    v : ndarray (B, I)
    W : ndarray (O, I)
    b : ndarray (O,)
    q : float
        Probability of keeping a weight, in [0, 1].

    Returns
    -------
    ndarray (B, O)
        In the dtype of v. Where the variance is 0 it is max(mean, 0).

    References
    ----------
    Wan et al. (2013), there by sampling; derived in the chapter.
    """
    mean, var = (moment.astype(float) for moment in dropconnect_moments(v, W, b, q))
    s = np.sqrt(var)
    z = np.clip(mean / np.where(s > 0, s, 1), -40, 40)  # beyond, both tails are 0 in float64
    cdf = (1 + np.vectorize(math.erf, otypes=[float])(z / math.sqrt(2))) / 2
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    found = np.where(s > 0, mean * cdf + s * density, np.maximum(mean, 0))
    return found.astype(v.dtype)


def targeted_mask(
    W: np.ndarray,
    gamma: float,
    alpha: float,
    u: np.ndarray,
    kind: str,
) -> np.ndarray:
    """Mask that drops some of the smallest weights, or of the smallest columns.

    Parameters
    ----------
    W : ndarray (in, out)
        Weights; a column holds the weights into one unit.
    gamma : float
        Share of candidates, in [0, 1]: int(gamma * in) weights in each
        column, or int(gamma * out) columns.
    alpha : float
        Probability with which a candidate is dropped, in [0, 1].
    u : ndarray
        Uniform draws, of the shape of W for "weight" and (out,) for "unit".
        A candidate is dropped where u < alpha.
    kind : {"weight", "unit"}
        Rank the weights of each column by size, or the columns by their
        Euclidean norm.

    Returns
    -------
    ndarray of bool (in, out)
        True where a weight is kept.

    References
    ----------
    Gomez et al. (2018).
    """
    size = np.abs(W) if kind == "weight" else np.linalg.norm(W, axis=0)
    candidates = int(gamma * len(size))
    rank = size.argsort(axis=0).argsort(axis=0)  # 0 is the smallest
    keep = ~((rank < candidates) & (u < alpha))
    return np.broadcast_to(keep, W.shape)


def concrete_keep(u: np.ndarray, p: float, t: float) -> np.ndarray:
    """Soft mask between 0 and 1, with a slope by p; a hard one as t falls to 0.

    Parameters
    ----------
    u : ndarray
        Uniform draws, in the open interval (0, 1).
    p : float
        Probability of dropping, in (0, 1).
    t : float
        Temperature, above 0.

    Returns
    -------
    ndarray
        Near 1 where a unit is kept, near 0 where it is dropped; shape and
        dtype of u.

    References
    ----------
    Gal, Hron and Kendall (2017) relax the drop indicator; this is 1 minus it.
    """
    logits = math.log(p) - math.log1p(-p) + np.log(u) - np.log1p(-u)
    soft = (1 - np.tanh(logits / (2 * t))) / 2  # 1 - sigmoid(logits / t), without overflow
    return soft.astype(u.dtype)


def concrete_regularizer(
    W: np.ndarray,
    p: float,
    length_scale: float,
    tau: float,
    N: int,
    K: int,
    loss: str,
) -> float:
    """Two terms that concrete dropout adds to the loss, for one layer.

    Parameters
    ----------
    W : ndarray
        Weights that act on what is dropped.
    p : float
        Probability of dropping, 0 <= p < 1; 0 log 0 is 0.
    length_scale : float
        Prior length scale l.
    tau : float
        Precision of the observation noise.
    N : int
        Training examples.
    K : int
        Units that are dropped independently.
    loss : {"mse", "cross_entropy"}
        What it is added to: a mean of squared errors, or a mean of
        cross-entropies, where both terms count half.

    Returns
    -------
    float

    References
    ----------
    Gal, Hron and Kendall (2017), and the authors' code for the factors.
    """
    negative_entropy = sum(x * math.log(x) for x in (p, 1 - p) if x > 0)
    weights = length_scale**2 / (tau * N) * float(np.sum(W.astype(float) ** 2)) / (1 - p)
    total = weights + 2 / (tau * N) * K * negative_entropy
    return total if loss == "mse" else total / 2


def fit_concrete_p(
    X: np.ndarray,
    y: np.ndarray,
    length_scale: float,
    steps: int,
    seed: int,
    entropy: bool = True,
) -> float:
    """Drop probability that concrete dropout learns in a small network.

    The network is 1-64-64-1 with ReLU; the 64 activations between the two
    hidden layers are dropped, at temperature 0.1. Full batch, Adam with
    learning rate 0.01; p starts at 0.1, the noise variance is learned.

    Parameters
    ----------
    X, y : ndarray (N,)
        Inputs and targets.
    length_scale : float
        Prior length scale l.
    steps : int
        Steps of Adam.
    seed : int
        For torch's generator.
    entropy : bool
        False leaves the entropy term out of the loss.

    Returns
    -------
    float
        p after the last step.

    References
    ----------
    Gal, Hron and Kendall (2017), with one noise variance for all inputs.
    """
    import torch  # this answer alone needs it

    torch.manual_seed(seed)
    x = torch.as_tensor(X, dtype=torch.float32)[:, None]
    target = torch.as_tensor(y, dtype=torch.float32)[:, None]
    layers = [torch.nn.Linear(*sizes) for sizes in ((1, 64), (64, 64), (64, 1))]
    logit = torch.tensor(math.log(0.1 / 0.9), requires_grad=True)
    log_var = torch.zeros((), requires_grad=True)
    parameters = [w for layer in layers for w in layer.parameters()]
    adam = torch.optim.Adam([*parameters, logit, log_var], lr=0.01, fused=True)
    for _ in range(steps):
        p = torch.sigmoid(logit)
        h = torch.relu(layers[0](x))
        u = torch.rand_like(h).clamp(1e-6, 1 - 1e-6)
        keep = 1 - torch.sigmoid((logit + torch.logit(u)) / 0.1)
        h = torch.relu(layers[1](h * keep / (1 - p)))
        error = (layers[2](h) - target) ** 2
        nll2 = (error * torch.exp(-log_var) + log_var).mean()  # twice the negative log-likelihood
        squares = (layers[1].weight ** 2).sum() / (1 - p)
        squares = squares + (layers[0].weight ** 2).sum() + (layers[2].weight ** 2).sum()
        loss = nll2 + length_scale**2 / len(x) * squares
        if entropy:
            loss = loss + 2 * 64 / len(x) * (p * torch.log(p) + (1 - p) * torch.log1p(-p))
        adam.zero_grad()
        loss.backward()
        adam.step()
    return torch.sigmoid(logit).item()
