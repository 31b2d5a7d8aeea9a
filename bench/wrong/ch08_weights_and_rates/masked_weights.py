"""Answers to chapter 8 about masks of weights."""

import math

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("dropconnect", "The backward pass of W forgets the mask")
def connect_dw_unmasked():
    def dropconnect_forward(v, W, b, mask):
        return (np.einsum("boi,bi->bo", W * mask, v) + b).astype(v.dtype)

    def dropconnect_backward(grad, v, W, mask):
        dv = np.einsum("bo,boi->bi", grad, W * mask)
        dW = grad.T @ v
        db = grad.sum(axis=0)
        return tuple(a.astype(grad.dtype) for a in (dv, dW, db))


@wrong("dropconnect", "Gradients are means over the batch")
def connect_means():
    def dropconnect_forward(v, W, b, mask):
        out = np.empty((len(v), len(b)), v.dtype)
        for n in range(len(v)):
            out[n] = (W * mask[n]) @ v[n] + b
        return out

    def dropconnect_backward(grad, v, W, mask):
        dv = np.empty_like(v, dtype=grad.dtype)
        dW = np.zeros(W.shape, grad.dtype)
        for n in range(len(v)):
            dv[n] = (W * mask[n]).T @ grad[n]
            dW += np.outer(grad[n], v[n]) * mask[n]
        return dv, dW / len(v), grad.mean(0)


@wrong("dropconnect", "Uses the first example's mask for all of them")
def connect_one_mask():
    def dropconnect_forward(v, W, b, mask):
        Wm = W * mask[0]
        return (v @ Wm.T + b).astype(v.dtype)

    def dropconnect_backward(grad, v, W, mask):
        Wm = W * mask[0]
        dv, dW = grad @ Wm, (grad.T @ v) * mask[0]
        return dv.astype(grad.dtype), dW.astype(grad.dtype), grad.sum(0)


@right("dropconnect", "By batched matrix products")
def connect_matmul():
    def dropconnect_forward(v, W, b, mask):
        M = np.where(mask, W, W.dtype.type(0))
        return (np.matmul(M, v[:, :, None])[..., 0] + b).astype(v.dtype)

    def dropconnect_backward(grad, v, W, mask):
        M = np.where(mask, W, W.dtype.type(0))
        dv = np.matmul(grad[:, None, :], M)[:, 0]
        dW = (grad[:, :, None] * v[:, None, :] * mask).sum(0)
        return dv.astype(grad.dtype), dW.astype(grad.dtype), np.add.reduce(grad)


@wrong("dropconnect_inference", "The mean isn't multiplied by q")
def moments_mean_unscaled():
    def dropconnect_moments(v, W, b, q):
        mu = v @ W.T + b
        var = q * (1 - q) * ((v**2) @ (W**2).T)
        return mu.astype(v.dtype), var.astype(v.dtype)

    def dropconnect_relu_mean(v, W, b, q):
        mu, var = dropconnect_moments(v, W, b, q)
        s = np.sqrt(var.astype(float))
        z = np.divide(mu, s, out=np.zeros(mu.shape), where=s > 0)
        Phi = np.array([[0.5 * (1 + math.erf(t / math.sqrt(2))) for t in row] for row in z])
        pdf = np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        return np.where(s > 0, mu * Phi + s * pdf, np.maximum(mu, 0)).astype(v.dtype)


@wrong("dropconnect_inference", "The bias is multiplied by q as well")
def moments_bias_scaled():
    def dropconnect_moments(v, W, b, q):
        mean = q * (v @ W.T + b)
        variance = q * (1 - q) * np.einsum("bi,oi->bo", v * v, W * W)
        return mean.astype(v.dtype), variance.astype(v.dtype)

    def dropconnect_relu_mean(v, W, b, q):
        m, s2 = dropconnect_moments(v, W, b, q)
        out = np.empty(m.shape)
        for idx in np.ndindex(m.shape):
            mu, sd = float(m[idx]), math.sqrt(s2[idx])
            if sd == 0:
                out[idx] = max(mu, 0)
            else:
                r = mu / sd
                out[idx] = (
                    mu * (1 + math.erf(r / 2**0.5)) / 2
                    + sd * math.exp(-r * r / 2) / (2 * math.pi) ** 0.5
                )
        return out.astype(v.dtype)


@wrong("dropconnect_inference", "ReLU of the mean: the variance isn't used")
def moments_relu_of_mean():
    def dropconnect_moments(v, W, b, q):
        p = 1 - q
        a = v @ W.T
        return (q * a + b).astype(v.dtype), (p * q * (v**2 @ (W**2).T)).astype(v.dtype)

    def dropconnect_relu_mean(v, W, b, q):
        mean, _ = dropconnect_moments(v, W, b, q)
        return np.maximum(mean, 0)


@wrong("targeted_mask", "The largest weights are the candidates")
def targeted_largest():
    def targeted_mask(W, gamma, alpha, u, kind):
        n_in, n_out = W.shape
        keep = np.ones(W.shape, dtype=bool)
        if kind == "weight":
            k = int(gamma * n_in)
            for j in range(n_out):
                cand = np.argsort(-np.abs(W[:, j]))[:k]
                keep[cand, j] = ~(u[cand, j] < alpha)
        else:
            k = int(gamma * n_out)
            order = np.argsort(-np.linalg.norm(W, axis=0))
            for j in order[:k]:
                if u[j] < alpha:
                    keep[:, j] = False
        return keep


@wrong("targeted_mask", "Ranks over the whole matrix, not in each column")
def targeted_whole_matrix():
    def targeted_mask(W, gamma, alpha, u, kind):
        if kind == "unit":
            k = int(gamma * W.shape[1])
            rank = np.argsort(np.argsort(np.sum(W**2, axis=0)))
            return np.broadcast_to(~((rank < k) & (u < alpha)), W.shape).copy()
        k = int(gamma * W.size)
        flat = np.abs(W).ravel()
        candidates = np.zeros(W.size, bool)
        candidates[np.argsort(flat)[:k]] = True
        return ~(candidates.reshape(W.shape) & (u < alpha))


@wrong("targeted_mask", "Ranks signed weights: the most negative count as the smallest")
def targeted_signed():
    def targeted_mask(W, gamma, alpha, u, kind):
        m = np.ones_like(W, dtype=bool)
        if kind == "weight":
            c = int(gamma * W.shape[0])
            if c > 0:
                idx = np.argsort(W, axis=0)[:c]
                small = np.zeros(W.shape, bool)
                np.put_along_axis(small, idx, True, axis=0)
                m = ~(small & (u < alpha))
        else:
            c = int(gamma * W.shape[1])
            norms = np.sqrt((W * W).sum(0))
            for j in np.argsort(norms)[:c]:
                m[:, j] = u[j] >= alpha
        return m


@right("targeted_mask", "By partition and a threshold")
def targeted_threshold():
    def targeted_mask(W, gamma, alpha, u, kind):
        size = np.abs(W) if kind == "weight" else np.hypot.reduce(W.astype(float), axis=0)[None]
        axis = 0 if kind == "weight" else 1
        k = int(gamma * size.shape[axis])
        if k == 0:
            return np.full(W.shape, True)
        limit = np.max(
            np.partition(size, k - 1, axis=axis).take(range(k), axis), axis=axis, keepdims=True
        )
        return np.broadcast_to((size > limit) | (u >= alpha), W.shape)
