"""Chapter 05, An average of 2ⁿ networks: the reference answers.

``p`` is the probability of dropping a unit, ``q = 1 - p`` of keeping it; a mask is boolean and
``True`` where a unit is kept. A member is what one mask leaves of the network.
"""

from collections.abc import Callable

import numpy as np


def all_masks(n: int) -> np.ndarray:
    """List every mask of n units.

    Parameters
    ----------
    n : int
        Units, at least 1; the list doubles with each, so n stays small.

    Returns
    -------
    ndarray of bool, shape (2**n, n)
        Every mask once, in any order; True where a unit is kept.

    References
    ----------
    Srivastava et al. (2014), section 1: a network of n units is a collection
    of 2**n thinned networks.
    """
    # the n binary digits of 0, 1, …, 2**n - 1
    return (np.arange(2**n)[:, None] >> np.arange(n)) % 2 == 1


def mask_probs(masks: np.ndarray, p: float) -> np.ndarray:
    """Probability of each mask in a stack.

    Parameters
    ----------
    masks : ndarray of bool, shape (M, n)
        Any masks, one a row; True where a unit is kept.
    p : float
        Probability of dropping, in [0, 1].

    Returns
    -------
    ndarray of float64, shape (M,)
        (1 - p) to the power of the kept units times p to the power of the
        dropped ones, row by row. Nothing is normalised.

    References
    ----------
    Independent Bernoulli variables: their probabilities multiply.
    """
    return np.where(masks, 1.0 - p, float(p)).prod(axis=1)


def exact_average(
    f: Callable[[np.ndarray], np.ndarray | float], x: np.ndarray, p: float
) -> np.ndarray | float:
    """Average of f over all masks of inverted dropout on x.

    Parameters
    ----------
    f : callable
        Takes an array of shape (n,); gives an array of any fixed shape, or a
        number.
    x : ndarray of float, shape (n,)
        What dropout acts on, n <= 12.
    p : float
        Probability of dropping, in [0, 1].

    Returns
    -------
    ndarray or float
        E[f(mask * x / (1 - p))], in the shape and the dtype of what f gives;
        f(0) at p = 1.

    References
    ----------
    Derived in chapter 5, section "Every mask, with its probability".
    """
    if p == 1:
        return f(np.zeros_like(x))
    masks = all_masks(len(x))
    values = np.array([f(mask * x / (1 - p)) for mask in masks])
    weights = mask_probs(masks, p)
    if values.dtype == np.float32:
        weights = weights.astype(np.float32)
    return np.tensordot(weights, values, axes=1)[()]  # [()]: a number, not an array without axes


def geometric_mean(probs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted geometric mean of probability vectors, normalised to sum to 1.

    Parameters
    ----------
    probs : ndarray of float, shape (M, K)
        One member's class probabilities a row.
    weights : ndarray of float, shape (M,)
        Weights of the members, non-negative, with sum 1.

    Returns
    -------
    ndarray, shape (K,), dtype of probs
        Proportional to the product over the rows of probs**weights. A row of
        weight 0 has no say; a zero in a row of positive weight makes its
        class 0. At least one class has no such zero.

    References
    ----------
    Baldi and Sadowski (2013), normalised weighted geometric mean.
    """
    counted = weights > 0  # 0 * log(0) would be NaN
    with np.errstate(divide="ignore"):
        log_mean = weights[counted] @ np.log(probs[counted])
    mean = np.exp(log_mean - log_mean.max())
    return (mean / mean.sum()).astype(probs.dtype)


def mc_average(
    logit_fn: Callable[[np.ndarray, np.random.Generator], np.ndarray],
    x: np.ndarray,
    T: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Mean of the class probabilities of T stochastic passes.

    Parameters
    ----------
    logit_fn : callable
        ``logit_fn(x, rng) -> logits (K,)``, with a fresh mask from rng at
        each call; called exactly T times.
    x : ndarray
        One input.
    T : int
        Number of passes, at least 1.
    rng : numpy.random.Generator
        Handed on to logit_fn, and used for nothing else.

    Returns
    -------
    ndarray, shape (K,), dtype of the logits
        Mean of the softmax outputs, finite for logits of any finite size.

    References
    ----------
    Srivastava et al. (2014), section 7.5; Gal and Ghahramani (2016).
    """
    logits = np.array([logit_fn(x, rng) for _ in range(T)])
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))  # exp never overflows
    return (odds / odds.sum(axis=1, keepdims=True)).mean(axis=0)
