"""Right answers to 9.2 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def sliced(x, params, zx, zh, kind, p):
    T, B, _ = x.shape
    H = zh.shape[1]

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    def drop(a, mask):
        return np.where(mask, a / x.dtype.type(1 - p), 0) if p < 1 else np.zeros_like(a)

    hs = np.zeros((T + 1, B, H), dtype=x.dtype)
    c = np.zeros((B, H), dtype=x.dtype)
    for t in range(T):
        xt, ht = x[t], hs[t]
        if kind == "gal":
            xt, ht = drop(xt, zx), drop(ht, zh)
        a = xt.dot(params["Wx"]) + ht.dot(params["Wh"]) + params["b"]
        g = np.tanh(a[:, 2 * H : 3 * H])
        if kind == "semeniuta":
            g = drop(g, zh)
        c = sigmoid(a[:, H : 2 * H]) * c + sigmoid(a[:, :H]) * g
        hs[t + 1] = sigmoid(a[:, 3 * H :]) * np.tanh(c)
    return hs[1:]


def ahead(x, params, zx, zh, kind, p):
    """Project all inputs at once, and only then step through time."""
    scale = 0.0 if p == 1 else 1 / (1 - p)
    factors = {"x": 1.0, "h": 1.0, "g": 1.0}
    if kind == "gal":
        factors.update(x=zx * scale, h=zh * scale)
    if kind == "semeniuta":
        factors["g"] = zh * scale
    projected = (x * factors["x"]) @ params["Wx"] + params["b"]
    h, c, out = (
        np.zeros(zh.shape),
        np.zeros(zh.shape),
        np.empty((*x.shape[:2], zh.shape[1]), x.dtype),
    )
    for t, from_x in enumerate(projected):
        i, f, g, o = np.hsplit(from_x + (h * factors["h"]) @ params["Wh"], 4)
        i, f, o = ((np.tanh(v / 2) + 1) / 2 for v in (i, f, o))
        c = f * c + i * np.tanh(g) * factors["g"]
        h = o * np.tanh(c)
        out[t] = h
    return out


def one_by_one(x, params, zx, zh, kind, p):
    """Treat each sequence by itself, with masked rows of the weights."""
    keep = max(1 - p, 1e-300)
    out = []
    for b in range(x.shape[1]):
        Wx, Wh = params["Wx"], params["Wh"]
        if kind == "gal":
            Wx, Wh = Wx * (zx[b] / keep)[:, None], Wh * (zh[b] / keep)[:, None]
        gain = zh[b] / keep if kind == "semeniuta" else 1
        h = c = np.zeros(zh.shape[1])
        rows = []
        for row in x[:, b]:
            a = (row @ Wx + h @ Wh + params["b"]).reshape(4, -1)
            i, f, o = 0.5 + 0.5 * np.tanh(a[[0, 1, 3]] / 2)
            c = f * c + i * gain * np.tanh(a[2])
            h = o * np.tanh(c)
            rows.append(h)
        out.append(rows)
    return np.array(out).swapaxes(0, 1).astype(x.dtype)


IDIOMS = [{"lstm_forward": f} for f in (sliced, ahead, one_by_one)]
