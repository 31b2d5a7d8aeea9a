# %% draw_mask
def draw_mask(shape, p, rng):
    # nan fails this comparison too
    if not (p >= 0 and p <= 1):
        raise ValueError(f"bad dropout rate {p}")
    return rng.binomial(1, 1 - p, size=shape).astype(bool)

# %% dropout_standard
def dropout_standard(x, mask, p, training):
    if not (p >= 0 and p <= 1):
        raise ValueError(f"bad dropout rate {p}")
    return np.where(mask, x, x.dtype.type(0)) if training else x * (1 - p)

# %% dropout_inverted
def dropout_inverted(x, mask, p, training):
    if not (p >= 0 and p <= 1):
        raise ValueError(f"bad dropout rate {p}")
    keep = 1 - p
    if training and keep > 0:
        return np.where(mask, x / keep, x.dtype.type(0))
    return np.zeros_like(x) if training else x.copy()

# %% survivors
def survivor_pmf(n, p):
    # start at the mode and walk outwards by ratios, then normalise: nothing under- or overflows
    q = 1 - p
    if p in (0, 1):
        return np.eye(n + 1)[n if p == 0 else 0]
    mode = min(n, int((n + 1) * q))
    pmf = np.zeros(n + 1)
    pmf[mode] = 1.0
    for k in range(mode, n):
        pmf[k + 1] = pmf[k] * (n - k) / (k + 1) * q / p
    for k in range(mode, 0, -1):
        pmf[k - 1] = pmf[k] * k / (n - k + 1) * p / q
    return pmf / pmf.sum()

def prob_dead_layer(n, p):
    return float(survivor_pmf(n, p)[0])

# %% output_moments
def output_moments(x, p):
    q = 1 - p
    if q == 0:
        zero = np.zeros_like(x)
        return zero, zero.copy(), 0.0
    second = np.square(x) / q
    return x.copy(), second - np.square(x), float(np.sum(second))

# %% commutes
_KEEP_ZERO_AND_SCALE = {"relu", "leaky_relu", "linear", "abs"}

def placement_gap(f, z, mask, p):
    scale = mask / (1 - p) if p < 1 else np.zeros(z.shape)
    return np.max(np.abs(f(scale * z) - scale * f(z)))

def commuting(names):
    return _KEEP_ZERO_AND_SCALE.intersection(names)
