"""Backpropagation through a multilayer perceptron with dropout, for the demonstrations."""

from __future__ import annotations

import numpy as np

from .train import Dropout, Params, _affine, softmax_loss_grad


def loss_grads(
    dropout: Dropout,
    params: Params,
    X: np.ndarray,
    y: np.ndarray,
    masks: tuple[np.ndarray, ...],
    p: float,
) -> tuple[np.ndarray, Params]:
    """Give the mean softmax cross-entropy and its gradients; see `train.loss_grads_with`."""
    depth = len(params) // 2
    inputs, h = [X], X
    for k in range(1, depth):
        h = dropout(np.maximum(_affine(params, k, h), 0), masks[k - 1], p, True)
        inputs.append(h)
    loss, grad = softmax_loss_grad(_affine(params, depth, h), y)
    grads: Params = {}
    for k in range(depth, 0, -1):
        grads[f"W{k}"] = np.swapaxes(inputs[k - 1], -1, -2) @ grad
        grads[f"b{k}"] = grad.sum(-2)
        if k > 1:
            # With the mask fixed, dropout multiplies entry i by a constant: its Jacobian is
            # diagonal, so the backward pass is the same function, applied to the gradient.
            # (Chapter 4 derives this.)  A unit that is positive after dropout had a positive
            # ReLU; where it was dropped, the gradient is 0 already.
            grad = grad @ np.swapaxes(params[f"W{k}"], -1, -2)
            grad = dropout(grad, masks[k - 2], p, True) * (inputs[k - 1] > 0)
    return loss, grads
