"""Chapter 3, the dropout forward pass: masks, two ways to scale, and what follows.

Throughout, ``p`` is the probability of dropping, ``q = 1 - p`` the probability of keeping,
and a mask is a boolean array that is True where a unit is kept.
"""

import math
from collections.abc import Callable, Iterable

import numpy as np


def draw_mask(
    shape: tuple[int, ...],
    p: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw a mask: each entry is kept with probability 1 - p, independently.

    Parameters
    ----------
    shape : tuple of int
        Shape of the mask, positive sizes.
    p : float
        Probability of dropping, in [0, 1]; 0 keeps all, 1 nothing.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    ndarray of bool, shape `shape`
        True where a unit is kept.

    Raises
    ------
    ValueError
        If p is outside [0, 1] or NaN.

    References
    ----------
    Srivastava et al. (2014), section 4: r_j ~ Bernoulli, for each unit and
    each training case.
    """
    _check_rate(p)
    # rng.random is in [0, 1): with >= nothing is dropped at p = 0 and everything at p = 1
    return rng.random(shape) >= p


def dropout_standard(
    x: np.ndarray,
    mask: np.ndarray,
    p: float,
    training: bool,
) -> np.ndarray:
    """Standard dropout: mask in training, scale by 1 - p in evaluation.

    Parameters
    ----------
    x : ndarray of float32 or float64, any shape
        Activations, finite; not modified.
    mask : ndarray of bool, shape of x
        True where a unit is kept; ignored in evaluation.
    p : float
        Probability of dropping, in [0, 1].
    training : bool
        Training mode if true, evaluation mode otherwise.

    Returns
    -------
    ndarray, shape and dtype of x
        ``mask * x`` in training, ``(1 - p) * x`` in evaluation.

    Raises
    ------
    ValueError
        If p is outside [0, 1] or NaN, in either mode.

    References
    ----------
    Srivastava et al. (2014), section 4: at test time weights are multiplied by
    the keep probability, which is the same as scaling what they act on.
    """
    _check_rate(p)
    return mask * x if training else (1 - p) * x


def dropout_inverted(
    x: np.ndarray,
    mask: np.ndarray,
    p: float,
    training: bool,
) -> np.ndarray:
    """Inverted dropout: mask and divide by 1 - p in training only.

    Parameters
    ----------
    x : ndarray of float32 or float64, any shape
        Activations, possibly inf or NaN; not modified.
    mask : ndarray of bool, shape of x
        True where a unit is kept; ignored in evaluation.
    p : float
        Probability of dropping, in [0, 1].
    training : bool
        Training mode if true, evaluation mode otherwise.

    Returns
    -------
    ndarray, shape and dtype of x
        Training: ``x / (1 - p)`` where kept, exactly 0 where dropped,
        whatever x is there (so all zeros at p = 1).
        Evaluation: x, possibly the same array.

    Raises
    ------
    ValueError
        If p is outside [0, 1] or NaN, in either mode.

    References
    ----------
    Srivastava et al. (2014), section 10: scaling at training time by 1/(1 - p).
    """
    _check_rate(p)
    if not training:
        return x
    if p == 1:
        return np.zeros_like(x)
    # not mask * x: inf * 0 is NaN
    return np.where(mask, x / (1 - p), x.dtype.type(0))


def survivor_pmf(n: int, p: float) -> np.ndarray:
    """Distribution of the number of kept units in a layer of n.

    Parameters
    ----------
    n : int
        Units, at least 1; thousands are fine.
    p : float
        Probability of dropping, in [0, 1].

    Returns
    -------
    ndarray of float64, shape (n + 1,)
        Entry k is the probability that exactly k units are kept, with an
        absolute error below 1e-10.

    References
    ----------
    The binomial distribution of n and 1 - p; its mean is the expected width
    in Srivastava et al. (2014), appendix A.1.
    """
    k = np.arange(n + 1)
    if p in (0, 1):  # no logarithm of zero
        return (k == (n if p == 0 else 0)).astype(np.float64)
    # binomial coefficients of n = 2000 overflow, their logarithms do not
    log_factorial = np.array([math.lgamma(i + 1) for i in k])
    log_choose = log_factorial[n] - log_factorial - log_factorial[::-1]
    return np.exp(log_choose + k * math.log1p(-p) + (n - k) * math.log(p))


def prob_dead_layer(n: int, p: float) -> float:
    """Probability that not one of n units is kept: p to the power n.

    Parameters
    ----------
    n : int
        Units, at least 1.
    p : float
        Probability of dropping, in [0, 1].

    Returns
    -------
    float
        The first entry of ``survivor_pmf(n, p)``.

    References
    ----------
    The binomial distribution at k = 0.
    """
    return p**n


def output_moments(x: np.ndarray, p: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Moments of inverted dropout over all masks.

    Parameters
    ----------
    x : ndarray of float, shape (n,)
        Activations before dropout.
    p : float
        Probability of dropping, in [0, 1].

    Returns
    -------
    mean : ndarray, shape (n,)
        E[y_i] = x_i.
    var : ndarray, shape (n,)
        Var[y_i] = p/(1 - p) x_i².
    second_norm : float
        E‖y‖² = ‖x‖²/(1 - p).  All three are zero at p = 1, where y = 0.

    References
    ----------
    Srivastava et al. (2014), section 10: p/(1 - p) is the variance of the
    Gaussian noise that matches dropout.
    """
    if p == 1:
        return np.zeros_like(x), np.zeros_like(x), 0.0
    square = x * x
    return x.copy(), square * (p / (1 - p)), float(square.sum()) / (1 - p)


def placement_gap(
    f: Callable[[np.ndarray], np.ndarray],
    z: np.ndarray,
    mask: np.ndarray,
    p: float,
) -> float:
    """Measure what dropout before instead of after an activation changes.

    Parameters
    ----------
    f : callable
        Activation function, from arrays to arrays of the same shape.
    z : ndarray of float, any shape
        Pre-activations.
    mask : ndarray of bool, shape of z
        True where a unit is kept.
    p : float
        Probability of dropping, in [0, 1].

    Returns
    -------
    float
        max |f(D z) - D f(z)| with D inverted dropout in training mode.

    References
    ----------
    Derived in chapter 3, section "Before or after the activation?".
    """
    before = f(dropout_inverted(z, mask, p, True))
    after = dropout_inverted(f(z), mask, p, True)
    return float(np.abs(before - after).max())


def commuting(names: Iterable[str]) -> set[str]:
    """Choose the activations that commute with dropout.

    Parameters
    ----------
    names : iterable of str
        Any of relu, leaky_relu, linear (z to a·z), tanh, sigmoid, gelu,
        abs.

    Returns
    -------
    set of str
        Those with f(D z) = D f(z) for every mask, every p and every z: the
        positively homogeneous ones, f(c z) = c f(z) for every c >= 0.

    References
    ----------
    Derived in chapter 3, section "Before or after the activation?".
    """
    return set(names) & {"relu", "leaky_relu", "linear", "abs"}


def _check_rate(p: float) -> None:
    """Refuse a probability of dropping outside [0, 1]; NaN fails the comparison too."""
    if not 0 <= p <= 1:
        raise ValueError(f"p is the probability of dropping and lies in [0, 1], not {p}.")
