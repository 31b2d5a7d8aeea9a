"""Right answers to chapter 02 in other styles than the references: none may lose a point."""

from __future__ import annotations

import math

import numpy as np

# 2.1 weight_decay ------------------------------------------------------------------------------


def l2_norm(w, lam):
    return lam * float(np.linalg.norm(w.ravel())) ** 2, 2.0 * lam * w


def l2_vdot(w, lam):
    return [float(lam * np.vdot(w, w)), w * (lam + lam)]


def l2_loop(w, lam):
    total, grad = 0.0, np.empty_like(w)
    for i in np.ndindex(w.shape):
        total += lam * float(w[i]) ** 2
        grad[i] = 2 * lam * w[i]
    return total, grad


def adam_two_branches(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    b1, b2 = betas
    if not decoupled:
        grad = grad + wd * w
    m_new = b1 * m + (1 - b1) * grad
    v_new = b2 * v + (1 - b2) * np.square(grad)
    m_hat, v_hat = m_new / (1 - b1**t), v_new / (1 - b2**t)
    if decoupled:
        return w - lr * wd * w - lr * m_hat / (np.sqrt(v_hat) + eps), m_new, v_new
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m_new, v_new


def adam_like_torch(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    """Shrink first, then step; work on copies, in place, as optimisers do."""
    beta1, beta2 = betas
    w, m, v = w.copy(), m.copy(), v.copy()
    if decoupled:
        w *= 1 - lr * wd
    else:
        grad = grad + wd * np.asarray(w)
    m += (grad - m) * (1 - beta1)
    v *= beta2
    v += (1 - beta2) * grad * grad
    correction1, correction2 = 1 - beta1**t, 1 - beta2**t
    denominator = np.sqrt(v) / math.sqrt(correction2) + eps
    w -= (lr / correction1) * m / denominator
    return w, m, v


def adam_folded(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    """Fold both corrections into the learning rate, and into eps."""
    (a, b), g = betas, grad + (0.0 if decoupled else wd) * w
    m, v = (a * m + (1 - a) * g), (b * v + (1 - b) * g * g)
    root = math.sqrt(1 - b**t)
    rate = lr * root / (1 - a**t)
    new = (1 - lr * wd) * w if decoupled else w
    return [new - rate * m / (v**0.5 + eps * root), m, v]


# 2.2 lasso -------------------------------------------------------------------------------------


def soft_clip(w, t):
    return w - np.clip(w, -t, t)


def soft_halves(w, t):
    return np.maximum(w - t, 0) - np.maximum(-w - t, 0)


def soft_where(w, t):
    return np.where(w > t, w - t, np.where(w < -t, w + t, 0 * w))


def soft_factor(w, t):
    """Scale instead of shift, with care where w is 0."""
    size = np.abs(w)
    return w * np.maximum(1 - t / np.where(size > 0, size, 1), 0) if t > 0 else w.copy()


def ista_gram(X, y, lam, steps):
    """Work with XᵀX and Xᵀy, and take the step from the largest eigenvalue."""
    G, b = X.T @ X, X.T @ y
    L = np.linalg.eigvalsh(G)[-1]
    w = np.zeros_like(b)
    for _ in range(steps):
        w = soft_clip(w - (G @ w - b) / L, lam / L)
    return w.astype(X.dtype)


def ista_svd(X, y, lam, steps):
    step = 1.0 / np.linalg.svd(X, compute_uv=False).max() ** 2
    w = np.zeros(X.shape[1], dtype=X.dtype)
    k = 0
    while k < steps:
        gradient = np.dot(X.T, np.dot(X, w) - y)
        a = w - step * gradient
        w = np.sign(a) * np.where(np.abs(a) > step * lam, np.abs(a) - step * lam, 0)
        k += 1
    return w


def ista_residual(X, y, lam, steps):
    """Follow the residual, in double precision throughout."""
    A, b = np.asarray(X, np.float64), np.asarray(y, np.float64)
    L = np.linalg.norm(A, ord=2) ** 2
    w = np.zeros(A.shape[1])
    for _ in range(steps):
        a = w + A.T @ (b - A @ w) / L
        w = np.array([math.copysign(max(abs(x) - lam / L, 0.0), x) for x in a])
    return w.astype(X.dtype)


# 2.3 noise_is_ridge ----------------------------------------------------------------------------


def ridge_stacked(X, y, sigma2):
    """Write the penalty as more equations."""
    n, d = X.shape
    A = np.vstack([X, math.sqrt(n * sigma2) * np.eye(d)])
    b = np.concatenate([y, np.zeros(d)])
    return np.linalg.lstsq(A, b, rcond=None)[0].astype(X.dtype)


def ridge_dual(X, y, sigma2):
    n = len(X)
    a = np.linalg.solve(X @ X.T + n * sigma2 * np.identity(n), y)
    return np.asarray(X.T @ a, dtype=X.dtype)


def ridge_svd(X, y, sigma2):
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return (Vt.T @ (s / (s**2 + X.shape[0] * sigma2) * (U.T @ y))).astype(X.dtype)


def ridge_means(X, y, sigma2):
    """Divide both sides by n."""
    n, d = X.shape
    C = np.cov(X.T, bias=True).reshape(d, d) + np.outer(X.mean(0), X.mean(0))
    return (np.linalg.inv(C + sigma2 * np.eye(d)) @ (X.T @ y / n)).astype(X.dtype)


# 2.4 max_norm ----------------------------------------------------------------------------------


def rows_loop(W, c):
    out = W.copy()
    for i, row in enumerate(W):
        norm = np.sqrt(np.sum(row**2))
        if norm > c:
            out[i] = row / norm * c
    return out


def rows_where(W, c):
    norms = np.sqrt(np.einsum("oi,oi->o", W, W))[:, None]
    safe = np.where(norms > c, norms, 1)
    return np.where(norms > c, c * W / safe, W)


def rows_minimum(W, c):
    norms = np.linalg.norm(W, axis=-1)
    factor = np.minimum(1, c / np.maximum(norms, np.finfo(W.dtype).tiny))
    return (W.T * factor).T.astype(W.dtype)


def rows_boolean(W, c):
    long = (W**2).sum(1) > c**2
    V = np.array(W)
    V[long] *= c / np.linalg.norm(W[long], axis=1, keepdims=True)
    return V


IDIOMS = {
    "weight_decay": [
        {"l2_loss_grad": penalty, "adam_step": step}
        for penalty, step in (
            (l2_norm, adam_two_branches),
            (l2_vdot, adam_like_torch),
            (l2_loop, adam_folded),
        )
    ],
    "lasso": [
        {"soft_threshold": soft, "lasso_ista": ista}
        for soft, ista in (
            (soft_clip, ista_gram),
            (soft_halves, ista_svd),
            (soft_where, ista_residual),
            (soft_factor, ista_gram),
        )
    ],
    "noise_is_ridge": [
        {"noise_is_ridge": answer} for answer in (ridge_stacked, ridge_dual, ridge_svd, ridge_means)
    ],
    "max_norm": [
        {"max_norm": answer} for answer in (rows_loop, rows_where, rows_minimum, rows_boolean)
    ],
}
