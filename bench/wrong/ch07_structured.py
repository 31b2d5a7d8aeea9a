"""Answers to chapter 7."""

import numpy as np

from bench.wrong.answer import right, wrong


@wrong(
    "spatial_dropout",
    "The axis is moved to the front and brought back by reshape, which mixes the entries",
)
def spatial_channels_first():
    def spatial_dropout(x, mask, p, channels_last=False):
        if p == 1:
            return np.zeros_like(x)
        if channels_last:
            moved = np.moveaxis(x, -1, 1)
            m = mask.reshape(mask.shape + (1,) * (x.ndim - 2))
            return (moved * m / (1 - p)).astype(x.dtype).reshape(x.shape)
        m = mask.reshape(mask.shape + (1,) * (x.ndim - 2))
        return (x * m / (1 - p)).astype(x.dtype)


@wrong("spatial_dropout", "One mask, the first example's, for the whole batch")
def spatial_first_row():
    def spatial_dropout(x, mask, p, channels_last=False):
        if p >= 1:
            return x * 0
        shared = mask[0].astype(x.dtype) / x.dtype.type(1 - p)
        if not channels_last:
            shared = shared.reshape((1, -1) + (1,) * (x.ndim - 2))
        return x * shared


@wrong("spatial_dropout", "Scales by the share of channels that are kept in each example")
def spatial_by_count():
    def spatial_dropout(x, mask, p, channels_last=False):
        out = np.zeros_like(x)
        N, C = mask.shape
        for n in range(N):
            alive = mask[n].sum()
            for c in range(C):
                if mask[n, c] and p < 1:
                    if channels_last:
                        out[n, ..., c] = x[n, ..., c] * C / alive
                    else:
                        out[n, c] = x[n, c] * C / alive
        return out


@right("spatial_dropout", "By index arrays")
def spatial_by_index():
    def spatial_dropout(x, mask, p, channels_last=False):
        y = np.zeros(x.shape, x.dtype)
        view, source = (np.moveaxis(a, -1, 1) if channels_last else a for a in (y, x))
        n, c = np.nonzero(mask)
        if p < 1:
            view[n, c] = source[n, c] / (1 - p)
        return y


@wrong("channel_noise_var", "The element's variance is divided by HW once, not twice")
def noise_once():
    def channel_noise_var(x, p, kind):
        if p == 1:
            return 0.0
        r = p / (1 - p)
        if kind == "element":
            return float(r * np.sum(x**2) / x.size)
        return float(r * np.mean(x) ** 2)


@wrong("channel_noise_var", "The channel's has the mean of the squares")
def noise_mean_of_squares():
    def channel_noise_var(x, p, kind):
        if p >= 1.0:
            return 0
        H, W = x.shape
        factor = p / (1 - p)
        if kind == "channel":
            return factor * np.mean(x * x)
        acc = 0.0
        for i in range(H):
            for j in range(W):
                acc += x[i, j] ** 2
        return factor * acc / (H * W) ** 2


@wrong("channel_noise_var", "Returns the standard deviation")
def noise_sd():
    def channel_noise_var(x, p, kind):
        if p == 1:
            return 0.0
        var_mask = p / (1 - p)
        if kind == "element":
            return np.sqrt(var_mask * (x**2).sum()) / x.size
        else:
            return np.sqrt(var_mask) * abs(x.mean())


@right("channel_noise_var", "As a quadratic form in the masks' covariance")
def noise_covariance():
    def channel_noise_var(x, p, kind):
        if p == 1:
            return 0.0
        v = np.ravel(x).astype(float) / x.size
        cov = np.eye(len(v)) if kind == "element" else np.ones((len(v), len(v)))
        return (v @ cov @ v) * p / (1 - p)


@wrong("dropblock", "gamma is p/block² alone")
def block_gamma_alone():
    def dropblock_gamma(p, block, H, W):
        return p / block**2

    def dropblock_mask(centers, block):
        N, C, h, w = centers.shape
        keep = np.ones((N, C, h + block - 1, w + block - 1), bool)
        for n, c, i, j in zip(*np.nonzero(centers)):
            keep[n, c, i : i + block, j : j + block] = False
        return keep

    def dropblock_apply(x, mask):
        kept = mask.sum()
        if kept == 0:
            return np.zeros_like(x)
        return (x * mask * (mask.size / kept)).astype(x.dtype)


@wrong("dropblock", "Overlapping blocks are subtracted, so that two make a kept entry again")
def block_overlap():
    def dropblock_gamma(p, block, H, W):
        valid = (H - block + 1) * (W - block + 1)
        return p * H * W / (block * block * valid)

    def dropblock_mask(centers, block):
        N, C, h, w = centers.shape
        total = np.zeros((N, C, h + block - 1, w + block - 1), int)
        for di in range(block):
            for dj in range(block):
                total[:, :, di : di + h, dj : dj + w] += centers
        return (1 - total).astype(bool)

    def dropblock_apply(x, mask):
        if not mask.any():
            return 0 * x
        return (mask * x / mask.mean()).astype(x.dtype)


@wrong("dropblock", "Each example is rescaled by its own count")
def block_own_count():
    def dropblock_gamma(p, block, H, W):
        return (p / block**2) * (H * W) / ((H - block + 1) * (W - block + 1))

    def dropblock_mask(centers, block):
        h, w = centers.shape[-2:]
        out = np.zeros(centers.shape[:2] + (h + block - 1, w + block - 1), dtype=bool)
        for a in range(block):
            for b in range(block):
                out[..., a : a + h, b : b + w] |= centers
        return ~out

    def dropblock_apply(x, mask):
        y = np.zeros_like(x)
        for n in range(len(x)):
            k = mask[n].sum()
            if k > 0:
                y[n] = x[n] * mask[n] * mask[n].size / k
        return y


@right("dropblock", "Sliding windows over the padded centres")
def block_windows():
    def dropblock_gamma(p, block, H, W):
        return p * (H / block) * (W / block) / (H - block + 1) / (W - block + 1)

    def dropblock_mask(centers, block):
        pad = block - 1
        big = np.pad(centers, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        views = np.lib.stride_tricks.sliding_window_view(big, (block, block), axis=(2, 3))
        return np.logical_not(views.any(axis=(-1, -2)))

    def dropblock_apply(x, mask):
        share = np.count_nonzero(mask) / mask.size
        scale = 1 / share if share else 0.0
        return np.where(mask, x * x.dtype.type(scale), x.dtype.type(0))


@wrong("drop_path", "The sum is scaled, the skip too")
def path_scales_sum():
    def drop_path(residual, branch, keep, p):
        gate = keep.reshape(-1, *[1] * (branch.ndim - 1))
        if p == 1:
            return residual.copy()
        return np.where(gate, (residual + branch) / (1 - p), residual).astype(residual.dtype)

    def survival_schedule(L, p_last, kind):
        if kind == "paper":
            return 1 - np.arange(1, L + 1) / L * (1 - p_last)
        return 1 - np.linspace(0, 1 - p_last, L)

    def expected_depth(survival):
        return float(np.sum(survival))


@wrong("drop_path", "The paper's line begins at l = 0, so the first branch always survives")
def path_from_zero():
    def drop_path(residual, branch, keep, p):
        out = residual.copy()
        for i in range(len(keep)):
            if keep[i] and p < 1:
                out[i] += branch[i] / (1 - p)
        return out

    def survival_schedule(L, p_last, kind):
        out = np.empty(L)
        for l in range(L):
            if kind == "paper":
                out[l] = 1 - l / L * (1 - p_last)
            else:
                out[l] = 1 - (l / (L - 1) if L > 1 else 0) * (1 - p_last)
        return out

    def expected_depth(survival):
        return sum(survival)


@wrong("drop_path", "p_last is read as the last branch's drop probability")
def path_last_drops():
    def drop_path(residual, branch, keep, p):
        s = 1 / (1 - p) if p != 1 else 0.0
        shape = (len(keep),) + (1,) * (branch.ndim - 1)
        return (residual + branch * keep.reshape(shape) * s).astype(residual.dtype)

    def survival_schedule(L, p_last, kind):
        l = np.arange(1, L + 1)
        if kind == "paper":
            return 1 - l / L * p_last
        return 1 - np.linspace(0, p_last, L)

    def expected_depth(survival):
        return np.asarray(survival).sum()


@right("drop_path", "The schedules by linspace from both ends")
def path_linspace():
    def drop_path(residual, branch, keep, p):
        y = np.array(residual)
        if p < 1:
            y[keep] = residual[keep] + branch[keep] / (1 - p)
        return y

    def survival_schedule(L, p_last, kind):
        return np.linspace(1, p_last, L + 1)[1:] if kind == "paper" else np.linspace(1, p_last, L)

    def expected_depth(survival):
        return np.dot(survival, np.ones_like(survival))


@wrong("maxpool_dropout", "The probabilities stay in sorted order")
def pool_sorted():
    def maxpool_dropout_probs(window, p):
        n = len(window)
        ranks = np.arange(n - 1, -1, -1)
        probs = (1 - p) * p**ranks
        return probs.astype(window.dtype), p**n

    def prob_weighted_pool(window, p):
        a = np.sort(window)[::-1]
        return float(sum((1 - p) * p**k * a[k] for k in range(len(a))))


@wrong("maxpool_dropout", "p and 1 - p are exchanged")
def pool_exchanged():
    def maxpool_dropout_probs(window, p):
        order = np.argsort(window, kind="stable")[::-1]
        probs = np.empty(len(window), window.dtype)
        for k, i in enumerate(order):
            probs[i] = p * (1 - p) ** k
        return probs, (1 - p) ** len(window)

    def prob_weighted_pool(window, p):
        probs, _ = maxpool_dropout_probs(window, p)
        return float(np.dot(probs, window))


@wrong("maxpool_dropout", "The pooled value is divided by the chance that anything is kept")
def pool_renormalised():
    def maxpool_dropout_probs(window, p):
        n = window.size
        above = np.array(
            [np.sum(window > window[i]) + np.sum(window[i + 1 :] == window[i]) for i in range(n)]
        )
        return ((1 - p) * p ** above.astype(float)).astype(window.dtype), float(p**n)

    def prob_weighted_pool(window, p):
        w, zero = maxpool_dropout_probs(window, p)
        if zero == 1:
            return 0.0
        return float((w * window).sum() / (1 - zero))


@right("maxpool_dropout", "Over all masks, one by one")
def pool_enumerated():
    import itertools

    def maxpool_dropout_probs(window, p):
        n = len(window)
        probs, zero = np.zeros(n), 0.0
        for keep in itertools.product((False, True), repeat=n):
            chance = 1.0
            for k in keep:
                chance *= (1 - p) if k else p
            if not any(keep):
                zero += chance
            else:
                probs[max((window[i], i) for i in range(n) if keep[i])[1]] += chance
        return probs.astype(window.dtype), zero

    def prob_weighted_pool(window, p):
        probs, _ = maxpool_dropout_probs(window.astype(float), p)
        return float(probs @ window)
