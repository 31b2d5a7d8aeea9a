"""Chapter 02, Regularisers before dropout: the reference answers.

Functions that belong to one idea stand next to each other. None of them modifies its arguments.
"""

import numpy as np


def l2_loss_grad(w, lam):
    """Penalty on the sum of the squared weights, and its gradient.

    Parameters
    ----------
    w : ndarray
        Weights, any shape.
    lam : float
        The factor of the penalty, at least 0.

    Returns
    -------
    loss : float
        The penalty.
    grad : ndarray
        Its gradient with respect to ``w``, shape and dtype of ``w``.

    References
    ----------
    Hoerl and Kennard (1970); the gradient is derived in the chapter.
    """
    return lam * np.sum(w * w), 2 * lam * w


def adam_step(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    """One step of Adam, with the decay inside the gradient or next to it.

    Parameters
    ----------
    w, grad, m, v : ndarray
        Weights, gradient of the loss without any penalty, and the running means of the gradient
        and of its square before this step; all of one shape.
    t : int
        Number of this step, counted from 1.
    lr : float
        Learning rate.
    wd : float
        Strength of the decay.
    decoupled : bool
        False: ``wd * w`` is added to the gradient before anything else (Adam with L2).
        True: ``lr * wd * w``, with the old ``w``, is subtracted beside the step of Adam (AdamW).
    betas : tuple of float
        The factors of the two running means.
    eps : float
        Added to the root.

    Returns
    -------
    w, m, v : ndarray
        New arrays, shape and dtype of ``w``.

    References
    ----------
    Kingma and Ba (2015), algorithm 1; Loshchilov and Hutter (2019), algorithm 2.
    """
    g = grad if decoupled else grad + wd * w
    m = betas[0] * m + (1 - betas[0]) * g
    v = betas[1] * v + (1 - betas[1]) * g**2
    m_hat = m / (1 - betas[0] ** t)
    v_hat = v / (1 - betas[1] ** t)
    step = lr * m_hat / (np.sqrt(v_hat) + eps)
    if decoupled:
        step = step + lr * wd * w
    return w - step, m, v


def soft_threshold(w, t):
    """Move every entry towards 0 by ``t``, and stop there.

    Parameters
    ----------
    w : ndarray
        Any shape.
    t : float
        The threshold, at least 0.

    Returns
    -------
    ndarray
        Shape and dtype of ``w``; entries with ``|w| <= t`` are exactly 0.

    References
    ----------
    Daubechies, Defrise and De Mol (2004); derived in the chapter.
    """
    return np.sign(w) * np.maximum(np.abs(w) - t, 0)


def lasso_ista(X, y, lam, steps):
    """Iterative soft thresholding (ISTA) for the lasso, from w = 0.

    The loss is half the sum of squared errors plus ``lam`` times the sum of absolute weights; the
    step is 1 over the square of the spectral norm of ``X``.

    Parameters
    ----------
    X : ndarray (n, d)
        Inputs, not all 0.
    y : ndarray (n,)
        Targets.
    lam : float
        The factor of the penalty, at least 0.
    steps : int
        Number of updates, at least 0.

    Returns
    -------
    ndarray (d,)
        The iterate after exactly this many updates, dtype of ``X``.

    References
    ----------
    Daubechies, Defrise and De Mol (2004); Beck and Teboulle (2009), section 1.
    """
    step = 1 / np.linalg.norm(X, 2) ** 2
    w = np.zeros(X.shape[1], X.dtype)
    for _ in range(steps):
        w = soft_threshold(w - step * (X.T @ (X @ w - y)), step * lam)
    return w


def noise_is_ridge(X, y, sigma2):
    """Weights that are best on average over noise on the inputs.

    The expected sum of squared errors is minimised; no noise is drawn.

    Parameters
    ----------
    X : ndarray (n, d)
        Inputs without noise.
    y : ndarray (n,)
        Targets.
    sigma2 : float
        Variance of every entry of the noise, positive.

    Returns
    -------
    ndarray (d,)
        The weights, dtype of ``X``.

    References
    ----------
    Bishop (1995); derived in the chapter.
    """
    n, d = X.shape
    X64 = X.astype(np.float64)
    w = np.linalg.solve(X64.T @ X64 + n * sigma2 * np.eye(d), X64.T @ y)
    return w.astype(X.dtype)


def max_norm(W, c):
    """Shorten the rows that are longer than ``c`` to the length ``c``.

    Parameters
    ----------
    W : ndarray (out, in)
        One row a unit: its incoming weights.
    c : float
        Largest Euclidean norm of a row, positive.

    Returns
    -------
    ndarray (out, in)
        A new array of the dtype of ``W``; rows of norm up to ``c`` are unchanged.

    References
    ----------
    Srivastava et al. (2014), section 5.1.
    """
    norms = np.linalg.norm(W, axis=1, keepdims=True)
    return W * (c / np.maximum(norms, c))  # the factor is exactly 1 for short rows
