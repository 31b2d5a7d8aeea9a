"""Second answers to chapters 7 to 9."""

import math

import numpy as np

from bench.wrong.answer import wrong


@wrong("channel_noise_var", "The variance of a coin of 0 and 1: p(1 - p)", 2)
def noise_bare_coin():
    def channel_noise_var(x, p, kind):
        v = p * (1 - p)
        if kind == "element":
            return float(v * (x**2).sum() / x.size**2)
        return float(v * x.mean() ** 2)


@wrong("maxpool_dropout", "The smallest kept unit wins: k counts the units below", 2)
def pool_smallest():
    def maxpool_dropout_probs(window, p):
        probs = np.zeros_like(window)
        for k, i in enumerate(np.argsort(window, kind="stable")):
            probs[i] = (1 - p) * p**k
        return probs, float(p ** len(window))

    def prob_weighted_pool(window, p):
        return float(np.dot(maxpool_dropout_probs(window, p)[0], window))


@wrong("dropconnect", "The gradient of the inputs goes through the whole W", 2)
def connect_dv_unmasked():
    def dropconnect_forward(v, W, b, mask):
        return (np.sum(mask * W * v[:, None, :], axis=2) + b).astype(v.dtype)

    def dropconnect_backward(grad, v, W, mask):
        dW = np.sum(mask * grad[:, :, None] * v[:, None, :], axis=0)
        return (grad @ W).astype(grad.dtype), dW.astype(grad.dtype), grad.sum(0)


@wrong("dropconnect_inference", "The variance squares the sum instead of summing squares", 2)
def moments_square_of_sum():
    def dropconnect_moments(v, W, b, q):
        s = v @ W.T
        return (q * s + b).astype(v.dtype), (q * (1 - q) * s**2).astype(v.dtype)

    def dropconnect_relu_mean(v, W, b, q):
        s = v @ W.T
        mu = q * s + b
        sd = np.sqrt(q * (1 - q) * ((v**2) @ (W**2).T))
        safe = np.where(sd > 0, sd, 1)
        Phi = 0.5 * (1 + np.vectorize(math.erf)(mu / safe / np.sqrt(2)))
        pdf = np.exp(-((mu / safe) ** 2) / 2) / np.sqrt(2 * np.pi)
        return np.where(sd > 0, mu * Phi + sd * pdf, np.maximum(mu, 0)).astype(v.dtype)


@wrong("targeted_mask", "A candidate is kept where u < alpha", 2)
def targeted_kept():
    def targeted_mask(W, gamma, alpha, u, kind):
        if kind == "weight":
            rank = np.abs(W).argsort(axis=0).argsort(axis=0)
            small = rank < int(gamma * W.shape[0])
        else:
            norm = np.linalg.norm(W, axis=0)
            small = norm.argsort().argsort() < int(gamma * W.shape[1])
        keep = ~small | (u < alpha)
        return np.broadcast_to(keep, W.shape).copy()


@wrong("concrete_dropout", "Multiplies by the temperature", 2)
def concrete_times_t():
    def concrete_keep(u, p, t):
        z = t * (np.log(p) - np.log(1 - p) + np.log(u) - np.log(1 - u))
        return (1 / (1 + np.exp(z))).astype(u.dtype)

    def concrete_regularizer(W, p, length_scale, tau, N, K, loss):
        H = -(1 - p) * math.log(1 - p) - (p * math.log(p) if p > 0 else 0)
        total = (length_scale**2 * (W**2).sum() / (1 - p) - 2 * K * H) / (tau * N)
        return total if loss == "mse" else total / 2


@wrong("lstm_dropout", "Nothing is divided by 1 - p", 2)
def lstm_unscaled():
    def lstm_forward(x, params, zx, zh, kind, p):
        H = zh.shape[1]
        s = lambda a: 1 / (1 + np.exp(-a))
        h = c = np.zeros((x.shape[1], H))
        out = []
        for xt in x:
            xi, hi = (xt * zx, h * zh) if kind == "gal" else (xt, h)
            a = xi @ params["Wx"] + hi @ params["Wh"] + params["b"]
            g = np.tanh(a[:, 2 * H : 3 * H])
            if kind == "semeniuta":
                g = g * zh
            c = s(a[:, H : 2 * H]) * c + s(a[:, :H]) * g
            h = s(a[:, 3 * H :]) * np.tanh(c)
            out.append(h)
        return np.array(out).astype(x.dtype)


@wrong("memory_survival", "The masks aren't rescaled by 1/q", 2)
def memory_unscaled():
    def memory_survival(q, T, kind):
        alive = q**T if kind == "step" else q
        return alive, alive, alive - alive**2


@wrong("zoneout", "Evaluation exchanges z and 1 - z", 2)
def zone_eval_exchanged():
    def zoneout_forward(prev, new, keep_prev, z, training):
        if training:
            return np.where(keep_prev, prev, new).astype(prev.dtype)
        return ((1 - z) * prev + z * new).astype(prev.dtype)

    def zoneout_backward(grad, keep_prev):
        zero = np.zeros_like(grad)
        return np.where(keep_prev, grad, zero), np.where(keep_prev, zero, grad)


@wrong("embedding_dropout", "Scales by the share of word types that are kept", 2)
def embed_realised():
    def embedding_dropout(E, ids, type_mask, p):
        out = np.zeros((*ids.shape, E.shape[1]), E.dtype)
        for b, row in enumerate(ids):
            share = type_mask[b].mean()
            if share > 0:
                out[b] = E[row] * type_mask[b][row][:, None] / share
        return out


@wrong("attention", "Scores are divided by d, not by its root", 2)
def attention_by_d():
    def attention_dropout(Q, K, V, mask, p, training):
        S = Q @ K.swapaxes(-1, -2) / Q.shape[-1]
        A = np.exp(S - S.max(-1, keepdims=True))
        A = A / A.sum(-1, keepdims=True)
        if training:
            A = A * mask / (1 - p) if p < 1 else 0 * A
        A = A.astype(Q.dtype)
        return A @ V, A

    def rdrop_loss(logits1, logits2, y, alpha):
        def log_softmax(z):
            return z - np.logaddexp.reduce(z, axis=1, keepdims=True)

        a, b = log_softmax(logits1), log_softmax(logits2)
        i = np.arange(len(y))
        both = ((np.exp(a) - np.exp(b)) * (a - b)).sum(1)
        return float(np.mean(-(a[i, y] + b[i, y]) / 2 + alpha / 2 * both))
