"""Answers to chapter 7 about feature maps: whole channels and blocks."""

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
