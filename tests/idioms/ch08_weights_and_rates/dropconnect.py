"""Right answers to 8.1 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def batched_forward(v, W, b, mask):
    return ((mask * W) @ v[:, :, None])[..., 0] + b


def batched_backward(grad, v, W, mask):
    dv = (grad[:, None, :] @ (mask * W))[:, 0, :]
    dW = (mask * grad[:, :, None] * v[:, None, :]).sum(0)
    return dv, dW, grad.sum(0)


def loop_forward(v, W, b, mask):
    u = np.empty((len(v), len(W)), v.dtype)
    for n, x in enumerate(v):
        for o, row in enumerate(W):
            u[n, o] = b[o] + sum(row[i] * x[i] for i in range(len(x)) if mask[n, o, i])
    return u


def loop_backward(grad, v, W, mask):
    dv, dW, db = np.zeros_like(v), np.zeros_like(W), np.zeros(len(W), W.dtype)
    for n in range(len(v)):
        effective = np.where(mask[n], W, 0)
        dv[n] = effective.T @ grad[n]
        dW += np.outer(grad[n], v[n]) * mask[n]
        db += grad[n]
    return [dv, dW, db]


def selecting_forward(v, W, b, mask):
    products = W[None] * v[:, None, :]
    return np.sum(products, axis=-1, where=mask) + b


def selecting_backward(grad, v, W, mask):
    scale = grad[..., None]
    dv = np.where(mask, scale * W, 0).sum(axis=1)
    dW = np.where(mask, scale * v[:, None], 0).sum(axis=0)
    return dv, dW, np.ones(len(grad), grad.dtype) @ grad


IDIOMS = [
    {"dropconnect_forward": ahead, "dropconnect_backward": back}
    for ahead, back in (
        (batched_forward, batched_backward),
        (loop_forward, loop_backward),
        (selecting_forward, selecting_backward),
    )
]
