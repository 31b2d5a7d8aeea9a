# %% draw_mask
def draw_mask(shape, p, rng):
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return rng.random(shape) >= p

# %% dropout_standard
def dropout_standard(x, mask, p, training):
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    if training:
        return x * mask
    return (1 - p) * x

# %% dropout_inverted
def dropout_inverted(x, mask, p, training):
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    if not training:
        return x
    if p == 1:
        return np.zeros_like(x)
    y = x / (1 - p)
    y[~mask] = 0
    return y

# %% survivors
from math import lgamma, log, exp

def survivor_pmf(n, p):
    pmf = np.zeros(n + 1)
    if p == 0:
        pmf[n] = 1
    elif p == 1:
        pmf[0] = 1
    else:
        for k in range(n + 1):
            log_choose = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
            pmf[k] = exp(log_choose + k * log(1 - p) + (n - k) * log(p))
    return pmf

def prob_dead_layer(n, p):
    return p**n

# %% output_moments
def output_moments(x, p):
    if p == 1:
        return np.zeros_like(x), np.zeros_like(x), 0.0
    var = x**2 * p / (1 - p)
    return x, var, float((x**2 + var).sum())

# %% commutes
def placement_gap(f, z, mask, p):
    def drop(a):
        return np.zeros_like(a) if p == 1 else np.where(mask, a / (1 - p), 0)

    return float(np.abs(f(drop(z)) - drop(f(z))).max())

def commuting(names):
    return {name for name in names if name in ("relu", "leaky_relu", "linear", "abs")}
