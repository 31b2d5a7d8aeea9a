"""Answers to chapter 10 about batch norm: its own statistics, and dropout before it."""

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("variance_shift", "The mean is left out: the ratio is 1 - p for every unit")
def shift_without_mean():
    def shift_after_dropout(mean, var, p):
        return var / (var / (1 - p))

    def shift_after_linear(w, mean, cov, p):
        v = w @ cov @ w
        return float(v / (v + p / (1 - p) * np.sum(w**2 * np.diag(cov))))


@wrong("variance_shift", "Training over evaluation: the ratio upside down")
def shift_upside_down():
    def shift_after_dropout(mean, var, p):
        q = 1 - p
        train = (var + mean**2) / q - mean**2
        return train / var

    def shift_after_linear(w, mean, cov, p):
        ev = float(w.T @ cov @ w)
        extra = 0.0
        for j in range(len(w)):
            extra += w[j] ** 2 * (mean[j] ** 2 + cov[j, j])
        return (ev + p / (1 - p) * extra) / ev


@wrong("variance_shift", "The covariances between units are left out")
def shift_diagonal():
    def shift_after_dropout(mean, var, p):
        return var / (var + p / (1 - p) * (var + mean * mean))

    def shift_after_linear(w, mean, cov, p):
        diag = np.diagonal(cov)
        clean = (w**2 * diag).sum()
        noise = (p / (1 - p)) * (w**2 * (mean**2 + diag)).sum()
        return clean / (clean + noise)


@right("variance_shift", "The one as a special case of the other")
def shift_special_case():
    def shift_after_linear(w, mean, cov, p):
        S = np.outer(w, w) * cov
        noise = np.trace(S) + np.dot(w * mean, w * mean)
        return 1 / (1 + p / (1 - p) * noise / S.sum())

    def shift_after_dropout(mean, var, p):
        return float(shift_after_linear(np.ones(1), np.array([mean]), np.array([[var]]), p))


@wrong("batchnorm", "The running variance gets the population variance")
def bn_population():
    def bn_forward(x, state, training, momentum=0.1, eps=1e-5):
        s = dict(state)
        if training:
            mu, var = x.mean(0), x.var(0)
            s["running_mean"] = ((1 - momentum) * s["running_mean"] + momentum * mu).astype(
                s["running_mean"].dtype
            )
            s["running_var"] = ((1 - momentum) * s["running_var"] + momentum * var).astype(
                s["running_var"].dtype
            )
        else:
            mu, var = s["running_mean"], s["running_var"]
        y = s["gamma"] * (x - mu) / np.sqrt(var + eps) + s["beta"]
        return y.astype(x.dtype), s

    def recalibrate(batches):
        rows = np.concatenate(batches)
        return rows.mean(0), rows.var(0)


@wrong("batchnorm", "Momentum the other way round: the old statistics' share")
def bn_momentum():
    def bn_forward(x, state, training, momentum=0.1, eps=1e-5):
        gamma, beta = state["gamma"], state["beta"]
        rm, rv = state["running_mean"], state["running_var"]
        if not training:
            xhat = (x - rm) / np.sqrt(rv + eps)
            return (gamma * xhat + beta).astype(x.dtype), state
        n = len(x)
        m = x.sum(0) / n
        v = ((x - m) ** 2).sum(0) / n
        new = {
            "gamma": gamma,
            "beta": beta,
            "running_mean": (momentum * rm + (1 - momentum) * m).astype(rm.dtype),
            "running_var": (momentum * rv + (1 - momentum) * v * n / (n - 1)).astype(rv.dtype),
        }
        return (gamma * (x - m) / np.sqrt(v + eps) + beta).astype(x.dtype), new

    def recalibrate(batches):
        N = sum(len(b) for b in batches)
        mean = sum(b.sum(0) for b in batches) / N
        var = sum(((b - mean) ** 2).sum(0) for b in batches) / N
        return mean, var


@wrong("batchnorm", "Recalibration averages the batches' means and variances")
def bn_average_of_batches():
    def bn_forward(x, state, training, momentum=0.1, eps=1e-5):
        if training:
            mean, var = np.mean(x, axis=0), np.var(x, axis=0)
            out = {k: v.copy() for k, v in state.items()}
            out["running_mean"] += momentum * (mean - out["running_mean"])
            out["running_var"] += momentum * (np.var(x, axis=0, ddof=1) - out["running_var"])
        else:
            mean, var, out = state["running_mean"], state["running_var"], state
        inv = 1 / np.sqrt(var + eps)
        return ((x - mean) * inv * state["gamma"] + state["beta"]).astype(x.dtype), out

    def recalibrate(batches):
        means = [b.mean(axis=0) for b in batches]
        variances = [b.var(axis=0) for b in batches]
        return np.mean(means, axis=0), np.mean(variances, axis=0)


@right("batchnorm", "Recalibration with Chan's update")
def bn_chan():
    def bn_forward(x, state, training, momentum=0.1, eps=1e-5):
        if not training:
            m, v = state["running_mean"], state["running_var"]
            new = state
        else:
            m = np.add.reduce(x) / x.dtype.type(len(x))
            v = np.square(x - m).mean(0)
            moved = {"running_mean": m, "running_var": v * len(x) / (len(x) - 1)}
            new = {**state}
            for key, value in moved.items():
                old = state[key]
                new[key] = (old + momentum * (value - old)).astype(old.dtype)
        scale = state["gamma"] / np.sqrt(v + eps)
        return (x * scale + (state["beta"] - m * scale)).astype(x.dtype), new

    def recalibrate(batches):
        n, mean, m2 = 0, 0.0, 0.0
        for b in batches:
            k, mu = len(b), b.mean(0, dtype=float)
            s = ((b - mu) ** 2).sum(0)
            delta = mu - mean
            mean, m2, n = mean + delta * k / (n + k), m2 + s + delta**2 * n * k / (n + k), n + k
        return mean.astype(batches[0].dtype), (m2 / n).astype(batches[0].dtype)


@wrong("order_is_safe", "Each batch norm is paired with the last dropout before it alone")
def order_nearest():
    def order_is_safe(layers):
        pairs, last = [], None
        for i, name in enumerate(layers):
            if name == "dropout":
                last = i
            elif name == "batchnorm" and last is not None:
                pairs.append((last, i))
        return pairs


@wrong("order_is_safe", "Layer norms count as well")
def order_layernorm():
    def order_is_safe(layers):
        return [
            (i, j)
            for i, a in enumerate(layers)
            for j, b in enumerate(layers)
            if i < j and a == "dropout" and b in ("batchnorm", "layernorm")
        ]


@wrong("order_is_safe", "A layer with weights between the two is thought to make the pair safe")
def order_linear_between():
    def order_is_safe(layers):
        found = []
        for i in range(len(layers)):
            if layers[i] != "dropout":
                continue
            for j in range(i + 1, len(layers)):
                if layers[j] in ("linear", "conv"):
                    break
                if layers[j] == "batchnorm":
                    found.append((i, j))
        return found


@right("order_is_safe", "From the back, with a stack")
def order_from_the_back():
    def order_is_safe(layers):
        norms, pairs = [], []
        for i in reversed(range(len(layers))):
            if layers[i] == "batchnorm":
                norms.append(i)
            if layers[i] == "dropout":
                pairs += [(i, j) for j in norms]
        return pairs
