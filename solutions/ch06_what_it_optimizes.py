"""Chapter 06, What does dropout optimise?: the reference answers.

Averages over masks are exact: closed forms where there are some, sums over all masks where there
are none. Dropout is inverted dropout on the inputs, with one mask for each example.
"""

import itertools
import math

import numpy as np


def expected_dropout_loss(X, y, w, p):
    """Squared error of linear regression with dropout on the inputs, averaged over masks.

    Parameters
    ----------
    X : ndarray (n, d)
        Inputs. Each entry is dropped with probability p, and divided by q = 1 - p if kept.
    y : ndarray (n,)
        Targets.
    w : ndarray (d,)
        Weights.
    p : float
        Probability of dropping. At p = 1 every input is zero and the result is that of w = 0.

    Returns
    -------
    float
        The expectation of the *sum* of squared errors.

    References
    ----------
    Srivastava et al. (2014), section 9.1.
    """
    if p == 1:
        return float(y @ y)
    residual = y - X @ w
    penalty = p / (1 - p) * np.sum(X**2 @ w**2)
    return float(residual @ residual + penalty)


def dropout_ridge(X, y, p):
    """Weights that minimise the expected squared error under dropout on the inputs.

    Of several minimisers, the one of smallest norm.

    Parameters
    ----------
    X : ndarray (n, d)
        Inputs.
    y : ndarray (n,)
        Targets.
    p : float
        Probability of dropping, 0 <= p < 1.

    Returns
    -------
    ndarray (d,)
        dtype of ``X``; computed in float64.

    References
    ----------
    Srivastava et al. (2014), section 9.1, there for standard dropout.
    """
    A = X.astype(np.float64)
    gamma = np.sqrt((A**2).sum(axis=0))  # the length of each column
    # The penalty is d more squared errors: those of the equations sqrt(p/q) gamma_j w_j = 0.
    rows = np.vstack([A, np.sqrt(p / (1 - p)) * np.diag(gamma)])
    targets = np.concatenate([y, np.zeros(len(gamma))])
    w = np.linalg.lstsq(rows, targets, rcond=None)[0]  # of several, the one of smallest norm
    return w.astype(X.dtype)


def glm_penalty(X, beta, p, family, order):
    """What dropout on the inputs adds to the loss of a generalised linear model.

    Parameters
    ----------
    X : ndarray (n, d)
        Inputs.
    beta : ndarray (d,)
        Weights.
    p : float
        Probability of dropping, 0 <= p < 1.
    family : {"linear", "logistic"}
        The log-partition function: A(u) = u²/2 or A(u) = log(1 + exp(u)).
    order : {"exact", "quadratic"}
        The sum over all masks (d <= 12), or the approximation by the curvature of A.

    Returns
    -------
    float

    References
    ----------
    Wager, Wang and Liang (2013).
    """
    q = 1 - p
    u = X @ beta
    if order == "quadratic":
        # pi (1 - pi), written with tanh so that it can't overflow
        curvature = np.ones_like(u) if family == "linear" else (1 - np.tanh(u / 2) ** 2) / 4
        return float(p / q * (curvature @ (X**2 @ beta**2)) / 2)

    def A(u):
        return u**2 / 2 if family == "linear" else np.logaddexp(0, u)

    masks = np.array(list(itertools.product([False, True], repeat=len(beta))))
    kept = masks.sum(axis=1)
    probs = q**kept * p ** (len(beta) - kept)
    noisy = X @ (masks * beta / q).T  # one column a mask
    return float(np.sum(A(noisy) @ probs - A(u)))


def gaussian_dropout(x, p, rng):
    """Multiply by Gaussian noise of the mean and variance of inverted dropout.

    Parameters
    ----------
    x : ndarray, any shape
    p : float
        Drop probability of the dropout that is imitated, 0 <= p < 1.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray
        Shape and dtype of ``x``.

    References
    ----------
    Srivastava et al. (2014), section 10.
    """
    noise = 1 + math.sqrt(p / (1 - p)) * rng.standard_normal(x.shape)
    return (x * noise).astype(x.dtype)


def kl_kingma(alpha):
    """Divergence of Gaussian dropout from its log-uniform prior, cubic approximation.

    Constants c = (1.16145124, -1.50204118, 0.58629921); the divergence's own constant is left out.

    Parameters
    ----------
    alpha : float or ndarray
        Noise variance p/q. The approximation holds for 0 < alpha <= 1.

    Returns
    -------
    float or ndarray
        In nats.

    Raises
    ------
    ValueError
        If any alpha is greater than 1, or at most 0.

    References
    ----------
    Kingma, Salimans and Welling (2015).
    """
    if not np.all((np.asarray(alpha) > 0) & (np.asarray(alpha) <= 1)):
        raise ValueError("the approximation holds for 0 < alpha <= 1; use kl_molchanov beyond")
    cubic = 1.16145124 * alpha - 1.50204118 * alpha**2 + 0.58629921 * alpha**3
    return -(0.5 * np.log(alpha) + cubic)


def kl_molchanov(log_alpha):
    """Divergence of Gaussian dropout from its log-uniform prior, for any noise variance.

    Constants k = (0.63576, 1.8732, 1.48695). It tends to 0 for large alpha.

    Parameters
    ----------
    log_alpha : float or ndarray
        Logarithm of the noise variance.

    Returns
    -------
    float or ndarray
        In nats.

    References
    ----------
    Molchanov, Ashukha and Vetrov (2017).
    """
    sigmoid = (1 + np.tanh((1.8732 + 1.48695 * log_alpha) / 2)) / 2
    return -(0.63576 * sigmoid - 0.5 * np.logaddexp(0, -log_alpha) - 0.63576)


def relu_gaussian_mean(mu, s2):
    """Mean of ReLU(u) for a Gaussian u.

    Parameters
    ----------
    mu, s2 : float or ndarray
        Mean and variance, broadcast against each other. Where the variance is 0 the result is
        ``max(mu, 0)``.

    Returns
    -------
    float or ndarray

    References
    ----------
    Derived in the chapter; used by Wang and Manning (2013).
    """
    s = np.sqrt(s2)
    z = mu / np.where(s > 0, s, 1)  # where s is 0, a stand-in that is not used
    z = np.clip(z, -40, 40)  # the tails beyond are 0 in float64, and z**2 would overflow
    cdf = (1 + np.vectorize(math.erf, otypes=[float])(z / math.sqrt(2))) / 2
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    mean = np.where(s > 0, mu * cdf + s * density, np.maximum(mu, 0))
    return mean.astype(_dtype_of(mu, s2))[()]


def probit_sigmoid_mean(mu, s2):
    """Approximate mean of the logistic function of a Gaussian.

    Parameters
    ----------
    mu, s2 : float or ndarray
        Mean and variance, broadcast against each other.

    Returns
    -------
    float or ndarray

    References
    ----------
    Derived in the chapter; used by Wang and Manning (2013).
    """
    u = mu / np.sqrt(1 + math.pi * s2 / 8)
    return ((1 + np.tanh(u / 2)) / 2).astype(_dtype_of(mu, s2))


def _dtype_of(*values):
    """Give the dtype of the first floating array among the values, float64 if there is none."""
    arrays = (value for value in values if isinstance(value, np.ndarray))
    return next((a.dtype for a in arrays if a.dtype.kind == "f"), np.dtype(float))
