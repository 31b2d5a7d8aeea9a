"""Right answers to 2.1 in other styles than the reference."""

from __future__ import annotations

import math

import numpy as np


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


def two_branches(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    b1, b2 = betas
    if not decoupled:
        grad = grad + wd * w
    m_new = b1 * m + (1 - b1) * grad
    v_new = b2 * v + (1 - b2) * np.square(grad)
    m_hat, v_hat = m_new / (1 - b1**t), v_new / (1 - b2**t)
    if decoupled:
        return w - lr * wd * w - lr * m_hat / (np.sqrt(v_hat) + eps), m_new, v_new
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m_new, v_new


def like_torch(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
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
    w -= (lr / correction1) * m / (np.sqrt(v) / math.sqrt(correction2) + eps)
    return w, m, v


def folded(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
    """Fold both corrections into the learning rate, and into eps."""
    (a, b), g = betas, grad + (0.0 if decoupled else wd) * w
    m, v = (a * m + (1 - a) * g), (b * v + (1 - b) * g * g)
    root = math.sqrt(1 - b**t)
    rate = lr * root / (1 - a**t)
    new = (1 - lr * wd) * w if decoupled else w
    return [new - rate * m / (v**0.5 + eps * root), m, v]


IDIOMS = [
    {"l2_loss_grad": penalty, "adam_step": step}
    for penalty, step in ((l2_norm, two_branches), (l2_vdot, like_torch), (l2_loop, folded))
]
