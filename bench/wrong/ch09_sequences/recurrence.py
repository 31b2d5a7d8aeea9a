"""Answers to chapter 9 about recurrent networks: masks in time, and memory."""

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("rnn_masks", "'tied' ties the sequences of the batch as well")
def masks_tied_batch():
    def rnn_masks(T, B, H, p, rng, kind):
        if kind == "step":
            return rng.random((T, B, H)) >= p
        one = rng.random(H) >= p
        return np.tile(one, (T, B, 1))


@wrong("rnn_masks", "'step' draws a mask a step and shares it in the batch")
def masks_step_shared():
    def rnn_masks(T, B, H, p, rng, kind):
        out = np.zeros((T, B, H), dtype=bool)
        if kind == "tied":
            out[:] = rng.random((B, H)) >= p
        else:
            for t in range(T):
                out[t] = rng.random((1, H)) >= p
        return out


@wrong("rnn_masks", "True means dropped")
def masks_dropped():
    def rnn_masks(T, B, H, p, rng, kind):
        lead = 1 if kind == "tied" else T
        drop = rng.uniform(size=(lead, B, H)) < p
        return np.broadcast_to(drop, (T, B, H)).copy()


@right("rnn_masks", "By the binomial distribution, time last and moved")
def masks_moved():
    def rnn_masks(T, B, H, p, rng, kind):
        steps = {"step": T, "tied": 1}[kind]
        coins = rng.binomial(1, 1 - p, size=(B, H, steps)) == 1
        return np.moveaxis(np.broadcast_to(coins, (B, H, T)), -1, 0)


@wrong("lstm_dropout", "The returned states are masked")
def lstm_masked_output():
    def lstm_forward(x, params, zx, zh, kind, p):
        def sig(a):
            return 0.5 * (1 + np.tanh(a / 2))

        T, B, D = x.shape
        H = params["Wh"].shape[0]
        s = 1 / (1 - p) if p < 1 else 0.0
        h, c = np.zeros((B, H)), np.zeros((B, H))
        out = []
        for t in range(T):
            xt = x[t] * zx * s if kind == "gal" else x[t]
            gates = xt @ params["Wx"] + h @ params["Wh"] + params["b"]
            i, f, g, o = np.split(gates, 4, axis=1)
            g = np.tanh(g)
            if kind == "semeniuta":
                g = g * zh * s
            c = sig(f) * c + sig(i) * g
            h = sig(o) * np.tanh(c)
            if kind == "gal":
                h = h * zh * s
            out.append(h)
        return np.stack(out).astype(x.dtype)


@wrong("lstm_dropout", "'semeniuta' masks the cell state, not the candidate")
def lstm_masks_cell():
    def lstm_forward(x, params, zx, zh, kind, p):
        T, B, D = x.shape
        H = zh.shape[1]
        scale = 0.0 if p == 1 else 1.0 / (1.0 - p)
        h = c = np.zeros((B, H), x.dtype)
        hs = np.empty((T, B, H), x.dtype)
        sigmoid = lambda a: 1 / (1 + np.exp(-a))
        for t in range(T):
            xin, hin = x[t], h
            if kind == "gal":
                xin, hin = xin * zx * scale, hin * zh * scale
            z = xin @ params["Wx"] + hin @ params["Wh"] + params["b"]
            i, f = sigmoid(z[:, :H]), sigmoid(z[:, H : 2 * H])
            g, o = np.tanh(z[:, 2 * H : 3 * H]), sigmoid(z[:, 3 * H :])
            c = f * c + i * g
            if kind == "semeniuta":
                c = c * zh * scale
            h = o * np.tanh(c)
            hs[t] = h
        return hs


@wrong("lstm_dropout", "The gates are read in the order i, f, o, g")
def lstm_gate_order():
    def lstm_forward(x, params, zx, zh, kind, p):
        Wx, Wh, b = params["Wx"], params["Wh"], params["b"]
        n = Wh.shape[0]
        inv = 1 / (1 - p) if p != 1 else 0
        dx = zx * inv if kind == "gal" else 1
        dh = zh * inv if kind == "gal" else 1
        dg = zh * inv if kind == "semeniuta" else 1
        h, c, states = np.zeros((x.shape[1], n)), 0, []
        for xt in x:
            a = (xt * dx) @ Wx + (h * dh) @ Wh + b
            gate = 1 / (1 + np.exp(-a[:, : 3 * n]))
            i, f, o = gate[:, :n], gate[:, n : 2 * n], gate[:, 2 * n :]
            c = f * c + i * np.tanh(a[:, 3 * n :]) * dg
            h = o * np.tanh(c)
            states.append(h)
        return np.array(states, dtype=x.dtype)


@right("lstm_dropout", "The inputs' part of all steps in one product")
def lstm_hoisted():
    def lstm_forward(x, params, zx, zh, kind, p):
        T, B, _ = x.shape
        H = zh.shape[1]
        one = x.dtype.type(1)
        factor = x.dtype.type(0 if p == 1 else 1 / (1 - p))
        mx, mh = zx * factor, zh * factor
        pre = (
            np.einsum("tbd,de->tbe", x * (mx if kind == "gal" else one), params["Wx"]) + params["b"]
        )
        hidden = np.zeros((T + 1, B, H), x.dtype)
        cell = np.zeros((B, H), x.dtype)
        for t in range(T):
            back = hidden[t] * mh if kind == "gal" else hidden[t]
            a = (pre[t] + back @ params["Wh"]).reshape(B, 4, H)
            s = np.exp(-np.logaddexp(0, -a))
            cand = np.tanh(a[:, 2])
            if kind == "semeniuta":
                cand = cand * mh
            cell = s[:, 1] * cell + s[:, 0] * cand
            hidden[t + 1] = s[:, 3] * np.tanh(cell)
        return hidden[1:]


@wrong("memory_survival", "The variance is the second moment: the squared mean isn't subtracted")
def memory_second_moment():
    def memory_survival(q, T, kind):
        if q == 0:
            return 0.0, 0.0, 0.0
        if kind == "step":
            return q**T, 1.0, q**-T
        return q, q ** (1 - T), q ** (1 - 2 * T)


@wrong("memory_survival", "The state survives in 'tied' with q^T too")
def memory_tied_alive():
    def memory_survival(q, T, kind):
        if q == 0:
            return 0.0, 0.0, 0.0
        alive = q**T
        if kind == "step":
            mean, var = 1.0, q ** (-T) - 1
        else:
            mean = q / q**T
            var = q / q ** (2 * T) - mean**2
        return alive, mean, var


@wrong(
    "memory_survival",
    "The mean factor is 1 in both kinds: inverted scaling is thought to be unbiased",
)
def memory_unbiased():
    def memory_survival(q, T, kind):
        if q == 0:
            return (0.0,) * 3
        if kind == "tied":
            alive = q
            second = q * (1 / q) ** (2 * T)
        else:
            alive = q**T
            second = (1 / q) ** T
        return alive, 1.0, second - 1.0


@right("memory_survival", "From the moments of the multiplier")
def memory_moments():
    def memory_survival(q, T, kind):
        if not q:
            return 0, 0, 0
        first, second, alive = 1.0, 1.0, 1.0
        for t in range(T):
            again = kind == "tied" and t > 0
            first *= 1 / q if again else 1.0
            second *= q**-2 if again else 1 / q
            alive *= 1 if again else q
        return alive, first, second - first**2


@wrong("zoneout", "keep_prev True takes the new state")
def zone_exchanged():
    def zoneout_forward(prev, new, keep_prev, z, training):
        if training:
            return np.where(keep_prev, new, prev).astype(prev.dtype)
        return (z * prev + (1 - z) * new).astype(prev.dtype)

    def zoneout_backward(grad, keep_prev):
        return np.where(keep_prev, 0, grad).astype(grad.dtype), np.where(keep_prev, grad, 0).astype(
            grad.dtype
        )


@wrong(
    "zoneout",
    "Dropout, not zoneout: what isn't updated is scaled and in evaluation the new state comes",
)
def zone_eval_new():
    def zoneout_forward(prev, new, keep_prev, z, training):
        if not training:
            return new.astype(prev.dtype)
        out = prev.copy()
        out[~keep_prev] = new[~keep_prev]
        return out

    def zoneout_backward(grad, keep_prev):
        return grad * keep_prev, grad * ~keep_prev


@wrong("zoneout", "Nothing goes back to the old state")
def zone_no_dprev():
    def zoneout_forward(prev, new, keep_prev, z, training):
        m = keep_prev.astype(prev.dtype) if training else prev.dtype.type(z)
        return (m * prev + (1 - m) * new).astype(prev.dtype)

    def zoneout_backward(grad, keep_prev):
        dnew = grad.copy()
        dnew[keep_prev] = 0
        return np.zeros_like(grad), dnew


@right("zoneout", "By choose and by differences")
def zone_choose():
    def zoneout_forward(prev, new, keep_prev, z, training):
        if training:
            return np.choose(keep_prev.astype(int), [new, prev]).astype(prev.dtype)
        return (new + z * (prev - new)).astype(prev.dtype)

    def zoneout_backward(grad, keep_prev):
        dprev = grad * keep_prev
        return dprev, grad - dprev
