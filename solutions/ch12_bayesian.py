"""Chapter 12, Bayesian MC dropout: what many passes say, and how to score it.

``p`` is the probability of dropping; T is the number of stochastic passes, N of points, C of
classes, ``tau`` the precision (one over the variance) of the noise in an observation.
"""

from statistics import NormalDist

import numpy as np


def mc_moments(
    samples: np.ndarray,
    tau: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Predictive mean and variance from T passes.

    Parameters
    ----------
    samples : ndarray of float32 or float64, shape (T, N, D)
        Outputs of T passes with fresh masks; not modified.
    tau : float
        Precision of the observation noise, above 0.

    Returns
    -------
    mean, var : ndarray, shape (N, D), dtype of samples
        Mean over the passes; their variance (divided by T) plus 1/tau.

    References
    ----------
    Gal and Ghahramani (2016), section 4.
    """
    return samples.mean(axis=0), samples.var(axis=0) + samples.dtype.type(1 / tau)


def tau_from(
    length_scale: float,
    p: float,
    N: int,
    lam: float,
    loss: str,
) -> float:
    """Precision of the model whose posterior a training run approximates.

    Parameters
    ----------
    length_scale : float
        Prior length scale.
    p : float
        Probability of dropping, 0 <= p < 1.
    N : int
        Training examples.
    lam : float
        Factor of the sum of squared weights in the loss, above 0.
    loss : {"half_mse", "mse"}
        The other part of the loss: mean over the examples of half the
        squared error, or of the squared error.

    Returns
    -------
    float
        (1 - p) length_scale² / (2 N lam), twice that for "mse".

    References
    ----------
    Gal and Ghahramani (2016), equation 7.
    """
    return (1 - p) * length_scale**2 / ({"half_mse": 2, "mse": 1}[loss] * N * lam)


def lam_from(
    length_scale: float,
    p: float,
    N: int,
    tau: float,
    loss: str,
) -> float:
    """Factor of the sum of squared weights that belongs to a precision.

    Parameters
    ----------
    length_scale, p, N, loss
        As in tau_from.
    tau : float
        Precision of the observation noise, above 0.

    Returns
    -------
    float
        lam with tau_from(length_scale, p, N, lam, loss) == tau; the
        weight_decay of torch's optimisers is twice as large.

    References
    ----------
    Gal and Ghahramani (2016), equation 7.
    """
    return (1 - p) * length_scale**2 / ({"half_mse": 2, "mse": 1}[loss] * N * tau)


def mc_log_likelihood(
    y: np.ndarray,
    samples: np.ndarray,
    tau: float,
) -> np.ndarray:
    """Logarithm of the predictive density at each observed value.

    Parameters
    ----------
    y : ndarray of float, shape (N,)
        Observed values.
    samples : ndarray of float, shape (T, N)
        Predictions of T passes.
    tau : float
        Precision of the observation noise, above 0.

    Returns
    -------
    ndarray, shape (N,), dtype of y
        Log of the mean over the passes of the normal density with mean
        samples[t] and variance 1/tau; finite for residuals of 1e4.

    References
    ----------
    Gal and Ghahramani (2016), equation 8.
    """
    exponent = -tau / 2 * (y - samples) ** 2
    top = exponent.max(axis=0)
    log_mean = top + np.log(np.exp(exponent - top).mean(axis=0))
    return (log_mean + np.log(tau / (2 * np.pi)) / 2).astype(y.dtype)


def uncertainties(probs: np.ndarray) -> dict[str, np.ndarray]:
    """Five measures of doubt from T passes of a classifier.

    Parameters
    ----------
    probs : ndarray of float32 or float64, shape (T, N, C)
        Class probabilities; zeros are allowed; not modified.

    Returns
    -------
    dict of ndarray, shape (N,), dtype of probs
        predictive_entropy, of the mean over the passes; expected_entropy,
        the mean of the passes' entropies; mutual_information, the
        difference; variation_ratio, the share of passes that do not vote
        for the most frequent class; max_prob, the largest mean
        probability. In nats; 0 log 0 = 0.

    References
    ----------
    Gal (2016), "Uncertainty in Deep Learning", section 3.3.
    """
    T, _, C = probs.shape
    mean = probs.mean(axis=0)
    predictive, expected = _entropy(mean), _entropy(probs).mean(axis=0)
    votes = (probs.argmax(axis=-1)[..., None] == np.arange(C)).sum(axis=0)
    return {
        "predictive_entropy": predictive,
        "expected_entropy": expected,
        "mutual_information": predictive - expected,
        "variation_ratio": (1 - votes.max(axis=-1) / T).astype(probs.dtype),
        "max_prob": mean.max(axis=-1),
    }


def _entropy(p: np.ndarray) -> np.ndarray:
    return -(p * np.log(np.where(p > 0, p, 1))).sum(axis=-1)


def ece(probs: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error.

    Parameters
    ----------
    probs : ndarray of float, shape (N, C)
        Class probabilities.
    labels : ndarray of int, shape (N,)
        Right classes.
    bins : int
        Number of bins (lo, hi] of equal width between 0 and 1.

    Returns
    -------
    float
        Sum over the bins of their share of the points times the distance
        between accuracy and mean confidence in the bin; the confidence
        is the largest probability.

    References
    ----------
    Guo et al. (2017), section 2.
    """
    confidence, right = probs.max(axis=1), probs.argmax(axis=1) == labels
    place = np.searchsorted(np.linspace(0, 1, bins + 1), confidence)  # lo < confidence <= hi
    return float(np.abs(np.bincount(place, weights=right - confidence)).sum() / len(labels))


def brier(probs: np.ndarray, labels: np.ndarray) -> float:
    """Brier score.

    Parameters
    ----------
    probs : ndarray of float, shape (N, C)
        Class probabilities.
    labels : ndarray of int, shape (N,)
        Right classes.

    Returns
    -------
    float
        Squared distance between the probabilities and the one-hot label,
        summed over the classes, averaged over the points.

    References
    ----------
    Brier (1950).
    """
    one_hot = np.arange(probs.shape[1]) == labels[:, None]
    return float(((probs - one_hot) ** 2).sum(axis=1).mean())


def coverage(
    y: np.ndarray,
    mean: np.ndarray,
    var: np.ndarray,
    level: float,
) -> float:
    """Share of observations inside their central intervals.

    Parameters
    ----------
    y, mean, var : ndarray of float, shape (N,)
        Observed values; mean and variance of normal predictions.
    level : float
        Probability of the interval, between 0 and 1.

    Returns
    -------
    float
        Share of points with |y - mean| <= z √var, where z is the
        (1 + level)/2 quantile of the standard normal.

    References
    ----------
    Derived in chapter 12.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    return float((np.abs(y - mean) <= z * np.sqrt(var)).mean())


def contraction_slope(spreads: np.ndarray, Ns: np.ndarray) -> float:
    """Exponent with which a spread goes down as the data grow.

    Parameters
    ----------
    spreads : ndarray of float, shape (k,)
        Standard deviations of the prediction, above 0.
    Ns : ndarray, shape (k,)
        Numbers of training examples, at least two distinct ones.

    Returns
    -------
    float
        Least-squares slope of log(spreads) against log(Ns); -1/2 where
        the spread goes with 1/√N.

    References
    ----------
    Derived in chapter 12; Osband (2016) for its subject.
    """
    x, y = np.log(Ns), np.log(spreads)
    x = x - x.mean()
    return float(x @ y / (x @ x))
