"""Answers to chapter 10 about networks that normalise themselves: alpha dropout."""

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("alpha_dropout", "Dropped units are set to 0 before the affine map")
def alpha_zero():
    def alpha_constants(p):
        alpha = -1.7580993408473766
        a = ((1 - p) * (1 + p * alpha**2)) ** -0.5
        return a, -a * alpha * p

    def alpha_dropout(x, mask, p):
        if p == 1:
            return np.zeros_like(x)
        a, b = alpha_constants(p)
        return (a * (x * mask) + b).astype(x.dtype)

    def alpha_dropout_backward(grad, mask, p):
        if p == 1:
            return np.zeros_like(grad)
        return (alpha_constants(p)[0] * grad * mask).astype(grad.dtype)


@wrong("alpha_dropout", "The backward pass divides by 1 - p instead of multiplying by a")
def alpha_backward_inverted():
    def alpha_constants(p):
        d = -1.7580993408473766
        q = 1 - p
        a = 1 / np.sqrt(q + d * d * q * p)
        return a, -a * p * d

    def alpha_dropout(x, mask, p):
        if p == 1:
            return x * 0
        a, b = alpha_constants(p)
        return np.where(mask, a * x + b, a * -1.7580993408473766 + b).astype(x.dtype)

    def alpha_dropout_backward(grad, mask, p):
        g = np.zeros_like(grad)
        if p < 1:
            g[mask] = grad[mask] / (1 - p)
        return g


@wrong("alpha_dropout", "b has the wrong sign")
def alpha_b_sign():
    def alpha_constants(p):
        sat = -1.7580993408473766
        q = 1.0 - p
        a = (q + sat**2 * q * p) ** (-0.5)
        b = a * p * sat
        return a, b

    def alpha_dropout(x, mask, p):
        out = np.zeros_like(x)
        if p != 1:
            a, b = alpha_constants(p)
            out[mask] = a * x[mask] + b
            out[~mask] = a * -1.7580993408473766 + b
        return out

    def alpha_dropout_backward(grad, mask, p):
        if p == 1:
            return np.zeros_like(grad)
        a, _ = alpha_constants(p)
        return np.where(mask, a * grad, 0).astype(grad.dtype)


@right("alpha_dropout", "The affine map of x where kept, of alpha' where dropped")
def alpha_composed():
    def alpha_constants(p):
        s = 1.7580993408473766
        a = 1 / ((1 - p) + s * s * p * (1 - p)) ** 0.5
        return a, a * p * s

    def alpha_dropout(x, mask, p):
        if p >= 1:
            return np.zeros(x.shape, x.dtype)
        a, b = (x.dtype.type(c) for c in alpha_constants(p))
        y = np.full_like(x, -1.7580993408473766)
        np.copyto(y, x, where=mask)
        return y * a + b

    def alpha_dropout_backward(grad, mask, p):
        slope = 0.0 if p >= 1 else alpha_constants(p)[0]
        return grad * (mask * slope).astype(grad.dtype)


@wrong("feature_alpha_dropout", "Each element of a dropped channel becomes 0")
def feature_zero():
    def feature_alpha_dropout(x, mask, p):
        if p == 1:
            return np.zeros_like(x)
        d, q = -1.7580993408473766, 1 - p
        a = (q + d**2 * q * p) ** -0.5
        b = -a * p * d
        m = mask.reshape(*mask.shape, *[1] * (x.ndim - 2))
        return np.where(m, a * x + b, 0).astype(x.dtype)


@wrong("feature_alpha_dropout", "Inverted dropout of channels")
def feature_inverted():
    def feature_alpha_dropout(x, mask, p):
        y = np.zeros_like(x)
        for n in range(x.shape[0]):
            for c in range(x.shape[1]):
                if mask[n, c] and p < 1:
                    y[n, c] = x[n, c] / (1 - p)
        return y


@wrong("feature_alpha_dropout", "The offset b is left out")
def feature_without_b():
    def feature_alpha_dropout(x, mask, p):
        sat = -1.7580993408473766
        if p == 1:
            return 0 * x
        a = 1 / np.sqrt((1 - p) * (1 + p * sat**2))
        gate = mask[(...,) + (None,) * (x.ndim - 2)]
        return (a * np.where(gate, x, sat)).astype(x.dtype)


@right("feature_alpha_dropout", "By boolean rows of a flattened view")
def feature_rows():
    def feature_alpha_dropout(x, mask, p):
        y = np.zeros(x.shape, x.dtype)
        if p < 1:
            d = -1.7580993408473766
            a = 1 / np.sqrt((1 - p) * (1 + p * d * d))
            rows, out = x.reshape(mask.size, -1), y.reshape(mask.size, -1)
            kept = mask.ravel()
            out[kept] = a * rows[kept] - a * p * d
            out[~kept] = a * d * (1 - p)
        return y
