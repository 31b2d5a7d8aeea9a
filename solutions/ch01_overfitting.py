"""Chapter 01, Overfitting, bias and variance: the reference answers.

Averages over training sets are population averages (``ddof=0``), so that the decomposition of the
squared error is an identity, and not an estimate.
"""

import numpy as np


def poly_fit_predict(x, y, x_test, degree, ridge=0.0):
    """Fit a polynomial by least squares, with a ridge penalty, and predict with it.

    The penalty is on the squares of all weights, the constant included. With ``ridge=0`` and more
    weights than points, the solution with the smallest sum of squared weights is meant.

    Parameters
    ----------
    x, y : ndarray (n,)
        Inputs and targets of the training set.
    x_test : ndarray (m,)
        Where to predict.
    degree : int
        Largest power d, at least 0; there are d + 1 weights.
    ridge : float
        The factor of the penalty, at least 0, which counts every weight, the constant
        included.

    Returns
    -------
    ndarray (m,)
        Predictions at ``x_test``, dtype of ``x``.

    References
    ----------
    The normal equations are derived in the chapter.
    """

    def powers(t):
        return np.vander(t.astype(np.float64), degree + 1, increasing=True)

    # The penalty is d + 1 more squared errors: those of the equations sqrt(λ) w_j = 0.
    A = np.vstack([powers(x), np.sqrt(ridge) * np.eye(degree + 1)])
    b = np.concatenate([y, np.zeros(degree + 1)])
    w = np.linalg.lstsq(A, b, rcond=None)[0]  # of several solutions, the one of smallest norm
    return (powers(x_test) @ w).astype(x.dtype)


def bias_variance(predictions, truth):
    """Split the squared error of a learning method into squared bias and variance.

    All three numbers are averages over the m points; the third is the sum of the first two.

    Parameters
    ----------
    predictions : ndarray (S, m)
        Row s holds the predictions at m points after training on training set s.
    truth : ndarray (m,)
        The right values at these points, without noise.

    Returns
    -------
    bias2, variance, mse : float
        Averages over the m points; the variance is that of the population of S (``ddof=0``).

    References
    ----------
    Geman, Bienenstock and Doursat (1992).
    """
    mean = predictions.mean(axis=0)
    bias2 = np.mean((mean - truth) ** 2)
    variance = np.mean(predictions.var(axis=0))
    mse = np.mean((predictions - truth) ** 2)
    return float(bias2), float(variance), float(mse)


def ensemble_variance(sigma2, rho, k):
    """Variance of the mean of k predictors, every pair of which is equally correlated.

    Parameters
    ----------
    sigma2 : float
        Variance of each predictor, at least 0.
    rho : float
        Correlation of every pair, between ``-1/(k-1)`` and 1.
    k : int
        Number of predictors, at least 1.

    Returns
    -------
    float

    References
    ----------
    Derived in the chapter.
    """
    return sigma2 * (rho + (1 - rho) / k)


def early_stopping(train_curve, val_curve, patience):
    """Read from two learning curves where to stop, and which epoch to go back to.

    Training ends at the first epoch that completes a run of ``patience`` epochs none of which was
    strictly better than all epochs before it; otherwise it runs to the last epoch.

    Parameters
    ----------
    train_curve, val_curve : ndarray (T,)
        Loss or error after each epoch, smaller is better. Epochs count from 0. A NaN in
        ``val_curve`` is never an improvement; ``val_curve[0]`` is a number.
    patience : int
        Epochs to wait for an improvement, at least 1.

    Returns
    -------
    dict
        ``best_epoch``: the first epoch with the lowest value of ``val_curve`` up to the stop;
        ``stop_epoch``: the last epoch that is trained;
        ``gap``: ``val_curve - train_curve`` at ``best_epoch``.

    References
    ----------
    Prechelt (1998).
    """
    best = 0
    for epoch, value in enumerate(val_curve):
        if value < val_curve[best]:  # False for NaN
            best = epoch
        elif epoch - best >= patience:
            break
    gap = float(val_curve[best] - train_curve[best])
    return {"best_epoch": best, "stop_epoch": epoch, "gap": gap}
