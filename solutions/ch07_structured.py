"""Chapter 7, structured dropout: which activations share a coin, and what follows.

Throughout, ``p`` is the probability of dropping, ``q = 1 - p`` the probability of keeping,
and a mask is a boolean array that is True where something is kept.
"""

import numpy as np


def spatial_dropout(
    x: np.ndarray,
    mask: np.ndarray,
    p: float,
    channels_last: bool = False,
) -> np.ndarray:
    """Drop whole channels in training, divide the others by 1 - p.

    Parameters
    ----------
    x : ndarray of float32 or float64
        Feature maps, shape (N, C, ...), or (N, ..., C) if `channels_last`,
        with any number of spatial axes; not modified.
    mask : ndarray of bool, shape (N, C)
        True where a channel of an example is kept.
    p : float
        Probability of dropping a channel, in [0, 1].
    channels_last : bool
        Whether the channels are the last axis of `x` instead of the second.

    Returns
    -------
    ndarray, shape and dtype of x
        ``x / (1 - p)`` in kept channels, 0 in dropped ones; zeros at p = 1.

    References
    ----------
    Tompson et al. (2015), SpatialDropout: one coin for the whole map.
    """
    if p == 1:
        return np.zeros_like(x)
    n, channels = mask.shape
    ones = (1,) * (x.ndim - 2)
    shape = (n, *ones, channels) if channels_last else (n, channels, *ones)
    return x * mask.reshape(shape) / (1 - p)


def channel_noise_var(x: np.ndarray, p: float, kind: str) -> float:
    """Variance of the mean of one channel under inverted dropout.

    Parameters
    ----------
    x : ndarray of float, shape (H, W)
        The channel before dropout.
    p : float
        Probability of dropping, in [0, 1].
    kind : {"element", "channel"}
        One coin for each of the H·W entries, or one for all of them.

    Returns
    -------
    float
        "element": p/(1 - p) Σx²/(HW)².  "channel": p/(1 - p) (Σx/(HW))².
        0 at p = 1, where nothing is left to vary.

    References
    ----------
    Derived in chapter 7, section "How much noise arrives?".
    """
    if p == 1:
        return 0.0
    # independent coins: variances add up; one coin: the whole mean is kept or dropped
    square = np.sum(x * x) / x.size**2 if kind == "element" else x.mean() ** 2
    return float(square) * p / (1 - p)


def dropblock_gamma(p: float, block: int, H: int, W: int) -> float:
    """Rate of drop centres with which DropBlock drops about a share p.

    Parameters
    ----------
    p : float
        Wanted probability of dropping an entry, in [0, 1].
    block : int
        Side of a block, from 1 to min(H, W).
    H, W : int
        Height and width of the feature map.

    Returns
    -------
    float
        p/block² · H·W / ((H - block + 1)(W - block + 1)).

    References
    ----------
    Ghiasi et al. (2018), equation 1, with p for 1 - keep_prob.
    """
    places = (H - block + 1) * (W - block + 1)
    return p / block**2 * H * W / places


def dropblock_mask(centers: np.ndarray, block: int) -> np.ndarray:
    """Grow drop centres into square blocks.

    Parameters
    ----------
    centers : ndarray of bool, shape (N, C, H - block + 1, W - block + 1)
        True where a block is dropped.
    block : int
        Side of a block.

    Returns
    -------
    ndarray of bool, shape (N, C, H, W)
        True where an entry is kept.  A centre at (i, j) drops the rows
        i to i + block - 1 and the columns j to j + block - 1.

    References
    ----------
    Ghiasi et al. (2018), algorithm 1: a square around each sampled centre.
    """
    n, channels, rows, columns = centers.shape
    kept = np.ones((n, channels, rows + block - 1, columns + block - 1), bool)
    for i in range(block):
        for j in range(block):
            kept[:, :, i : i + rows, j : j + columns] &= ~centers
    return kept


def dropblock_apply(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Mask feature maps and divide by the share that is really kept.

    Parameters
    ----------
    x : ndarray of float32 or float64, shape (N, C, H, W)
        Feature maps; not modified.
    mask : ndarray of bool, shape of x
        True where an entry is kept.

    Returns
    -------
    ndarray, shape and dtype of x
        ``x * mask * size / kept``, with one count of entries and of kept ones
        for the whole tensor; zeros if nothing is kept.

    References
    ----------
    Ghiasi et al. (2018), algorithm 1: normalisation by the count of ones.
    """
    kept = int(mask.sum())
    if kept == 0:
        return np.zeros_like(x)
    return x * mask * (mask.size / kept)


def drop_path(
    residual: np.ndarray,
    branch: np.ndarray,
    keep: np.ndarray,
    p: float,
) -> np.ndarray:
    """Add a residual branch that is dropped for some examples.

    Parameters
    ----------
    residual : ndarray of float32 or float64, shape (N, ...)
        What the skip connection carries; not modified.
    branch : ndarray of float, shape of residual
        Output of the branch; not modified.
    keep : ndarray of bool, shape (N,)
        True where an example keeps its branch.
    p : float
        Probability of dropping the branch, in [0, 1].

    Returns
    -------
    ndarray, shape and dtype of residual
        ``residual + branch / (1 - p)`` where kept, `residual` where dropped
        (so everywhere at p = 1).

    References
    ----------
    Huang et al. (2016), equation 2, with a coin for each example and inverted
    scaling, as in the libraries timm and torchvision.
    """
    if p == 1:
        return residual.copy()
    gate = keep.reshape(-1, *(1,) * (branch.ndim - 1))
    return residual + (branch * gate / (1 - p)).astype(residual.dtype, copy=False)


def survival_schedule(L: int, p_last: float, kind: str) -> np.ndarray:
    """Survival probability of each of L residual branches, falling linearly.

    Parameters
    ----------
    L : int
        Number of residual blocks, at least 1.
    p_last : float
        Probability that the last branch *survives*.
    kind : {"paper", "timm"}
        Where the line starts.

    Returns
    -------
    ndarray of float64, shape (L,)
        "paper": 1 - (l/L)(1 - p_last) for l = 1, ..., L.
        "timm": 1 - linspace(0, 1 - p_last, L), so the first branch survives.

    References
    ----------
    Huang et al. (2016), equation 4; the library timm, vision_transformer.
    """
    if kind == "paper":
        depth = np.arange(1, L + 1) / L
        return 1 - depth * (1 - p_last)
    return 1 - np.linspace(0, 1 - p_last, L)


def expected_depth(survival: np.ndarray) -> float:
    """Expected number of branches that are alive.

    Parameters
    ----------
    survival : ndarray of float, shape (L,)
        Survival probability of each branch.

    Returns
    -------
    float
        The sum of the probabilities.

    References
    ----------
    Huang et al. (2016), expected network depth.
    """
    return float(survival.sum())


def maxpool_dropout_probs(
    window: np.ndarray,
    p: float,
) -> tuple[np.ndarray, float]:
    """Which unit of a window wins when dropout stands before max-pooling.

    Parameters
    ----------
    window : ndarray of float, shape (n,)
        Non-negative activations in one pooling window.
    p : float
        Probability of dropping a unit, in [0, 1].

    Returns
    -------
    probs : ndarray, shape (n,), dtype of window
        Probability that each unit is the largest one kept: (1 - p) p^k for a
        unit with k units above it.  Of equal units the last one is above.
    prob_zero : float
        p^n, the probability that every unit is dropped.

    References
    ----------
    Wu and Gu (2015): a draw from a multinomial distribution.
    """
    n = len(window)
    probs = np.empty_like(window)
    rank = np.arange(n)  # of a stable sort: the last of equals comes last
    probs[np.argsort(window, kind="stable")] = (1 - p) * p ** (n - 1.0 - rank)
    return probs, p**n


def prob_weighted_pool(window: np.ndarray, p: float) -> float:
    """Expected output of max-pooling after a plain dropout mask.

    Parameters
    ----------
    window : ndarray of float, shape (n,)
        Non-negative activations in one pooling window.
    p : float
        Probability of dropping a unit, in [0, 1].

    Returns
    -------
    float
        The activations, weighted by their probabilities to win.

    References
    ----------
    Wu and Gu (2015), probabilistic weighted pooling.
    """
    probs, _ = maxpool_dropout_probs(window, p)
    return float(probs @ window)
