"""Chapter 10, dropout meets normalisation: variances that move, and constants that hold them.

``p`` is the probability of dropping, ``q = 1 - p`` the probability of keeping; a mask is boolean
and True where something is kept. A shift is the variance in evaluation over that in training.
"""

import numpy as np

ALPHA_PRIME = -1.6732632423543772 * 1.0507009873554805  # where SELU saturates: minus alpha lambda


def shift_after_dropout(mean: float, var: float, p: float) -> float:
    """Variance in evaluation over that in training, behind dropout.

    Parameters
    ----------
    mean, var : float
        Mean and variance (> 0) over the data of one unit, before dropout.
    p : float
        Probability of dropping, 0 <= p < 1.

    Returns
    -------
    float
        var / ((var + mean²)/(1 - p) - mean²), between 0 and 1.

    References
    ----------
    Li et al. (2018), equation 8.
    """
    in_training = (var + mean**2) / (1 - p) - mean**2
    return float(var / in_training)


def shift_after_linear(
    w: np.ndarray,
    mean: np.ndarray,
    cov: np.ndarray,
    p: float,
) -> float:
    """Variance in evaluation over that in training, of a sum.

    Parameters
    ----------
    w : ndarray of float, shape (n,)
        Weights of the sum, behind inverted dropout.
    mean : ndarray of float, shape (n,)
        Means of the units over the data, before dropout.
    cov : ndarray of float, shape (n, n)
        Their covariance matrix.
    p : float
        Probability of dropping, 0 <= p < 1, for each unit.

    Returns
    -------
    float
        wᵀ cov w / (wᵀ cov w + p/(1 - p) Σ w_j² (mean_j² + cov_jj)).

    References
    ----------
    Derived in chapter 10; Li et al. (2018), equation 14, for equal
    units.
    """
    in_evaluation = w @ cov @ w
    noise = p / (1 - p) * np.sum(w**2 * (mean**2 + np.diag(cov)))
    return float(in_evaluation / (in_evaluation + noise))


def bn_forward(
    x: np.ndarray,
    state: dict,
    training: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[np.ndarray, dict]:
    """Batch normalisation of the columns of x.

    Parameters
    ----------
    x : ndarray of float32 or float64, shape (N, D)
        N >= 2 in training; not modified.
    state : dict
        gamma, beta, running_mean, running_var, each (D,); not modified.
    training : bool
        True: use and store this batch's statistics. False: use the
        stored ones.
    momentum : float
        Share of the batch's statistics in the new running ones.
    eps : float
        Added to the variance under the root.

    Returns
    -------
    y : ndarray, shape and dtype of x
        gamma (x - m)/√(v + eps) + beta. In training m and v are mean
        and population variance of each column of the batch.
    state : dict
        In training a new one, whose running_mean and running_var have
        moved towards mean and unbiased variance (divided by N - 1) of
        the batch. Dtypes stay those of the state.

    References
    ----------
    Ioffe and Szegedy (2015), algorithm 1; torch.nn.BatchNorm1d.
    """
    mean, var = state["running_mean"], state["running_var"]
    if training:
        mean, var, n = x.mean(axis=0), x.var(axis=0), len(x)
        fresh = {"running_mean": mean, "running_var": var * n / (n - 1)}
        moved = {
            name: ((1 - momentum) * state[name] + momentum * value).astype(state[name].dtype)
            for name, value in fresh.items()
        }
        state = {**state, **moved}
    y = state["gamma"] * (x - mean) / np.sqrt(var + eps) + state["beta"]
    return y.astype(x.dtype), state


def recalibrate(batches: list) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance over all rows of several batches.

    Parameters
    ----------
    batches : list of ndarray of float, shapes (n_i, D)
        Activations before a batch norm, with n_i >= 1 rows each.

    Returns
    -------
    mean, var : ndarray, shape (D,), dtype of the batches
        Of all rows together; var is divided by their number.

    References
    ----------
    Li et al. (2018) adjust stored variances in this way.
    """
    rows = np.concatenate(batches)
    return rows.mean(axis=0), rows.var(axis=0)


def order_is_safe(layers: list) -> list:
    """List the pairs of a dropout and a batch norm downstream of it.

    Parameters
    ----------
    layers : list of str
        A chain, input first: "linear", "conv", "relu", "dropout",
        "batchnorm", "layernorm", "add", "softmax".

    Returns
    -------
    list of tuple (int, int)
        Positions of dropout and batch norm, counted from 0, of every
        pair with the dropout first, whatever lies between, in any order.
        Empty: the chain is safe.

    References
    ----------
    Li et al. (2018), section 5: dropout after the last batch norm.
    """
    return [
        (i, j)
        for i, before in enumerate(layers)
        for j, after in enumerate(layers)
        if i < j and before == "dropout" and after == "batchnorm"
    ]


def alpha_constants(p: float) -> tuple[float, float]:
    """Scale a and offset b that restore mean 0 and variance 1.

    Parameters
    ----------
    p : float
        Probability of dropping, 0 <= p < 1.

    Returns
    -------
    a, b : float
        a = (q + α'² q p)^(-1/2) and b = -a p α', with q = 1 - p and
        α' = -1.7580993408473766.

    References
    ----------
    Klambauer et al. (2017), "New dropout technique".
    """
    q = 1 - p
    a = (q + ALPHA_PRIME**2 * q * p) ** -0.5
    return a, -a * p * ALPHA_PRIME


def alpha_dropout(x: np.ndarray, mask: np.ndarray, p: float) -> np.ndarray:
    """Alpha dropout in training.

    Parameters
    ----------
    x : ndarray of float32 or float64
        Outputs of SELU units, any shape; not modified.
    mask : ndarray of bool, shape of x
        True where a unit is kept.
    p : float
        Probability of dropping, in [0, 1].

    Returns
    -------
    ndarray, shape and dtype of x
        a x + b where kept, a α' + b where dropped, with a and b from
        alpha_constants(p); zeros at p = 1.

    References
    ----------
    Klambauer et al. (2017), "New dropout technique".
    """
    if p == 1:
        return np.zeros_like(x)
    a, b = alpha_constants(p)
    return (a * np.where(mask, x, ALPHA_PRIME) + b).astype(x.dtype)


def alpha_dropout_backward(
    grad: np.ndarray,
    mask: np.ndarray,
    p: float,
) -> np.ndarray:
    """Gradient of the loss with respect to the input of alpha dropout.

    Parameters
    ----------
    grad : ndarray of float32 or float64
        Gradient with respect to its output, any shape; not modified.
    mask : ndarray of bool, shape of grad
        The mask of the forward pass, True where a unit was kept.
    p : float
        Probability of dropping, in [0, 1].

    Returns
    -------
    ndarray, shape and dtype of grad
        a times grad where kept, 0 where dropped; zeros at p = 1.

    References
    ----------
    Derivative of alpha_dropout: b and the drop value are constants.
    """
    if p == 1:
        return np.zeros_like(grad)
    return (alpha_constants(p)[0] * mask * grad).astype(grad.dtype)


def feature_alpha_dropout(
    x: np.ndarray,
    mask: np.ndarray,
    p: float,
) -> np.ndarray:
    """Alpha dropout of whole channels, in training.

    Parameters
    ----------
    x : ndarray of float32 or float64, shape (N, C, ...)
        Feature maps with any number of spatial axes; not modified.
    mask : ndarray of bool, shape (N, C)
        True where a channel of an example is kept.
    p : float
        Probability of dropping a channel, in [0, 1].

    Returns
    -------
    ndarray, shape and dtype of x
        a x + b in kept channels, the constant a α' + b in dropped ones;
        zeros at p = 1.

    References
    ----------
    torch.nn.FeatureAlphaDropout.
    """
    return alpha_dropout(x, mask.reshape(*mask.shape, *(1,) * (x.ndim - 2)), p)
