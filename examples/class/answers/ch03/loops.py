# %% draw_mask
def check_p(p):
    if p != p or p < 0 or p > 1:
        raise ValueError("p is a probability")

def draw_mask(shape, p, rng):
    check_p(p)
    mask = np.ones(shape, dtype=bool)
    for index in np.ndindex(*shape):
        if rng.random() < p:
            mask[index] = False
    return mask

# %% dropout_standard
def dropout_standard(x, mask, p, training):
    check_p(p)
    y = np.empty_like(x)
    for i in np.ndindex(*x.shape):
        if training:
            y[i] = x[i] if mask[i] else 0
        else:
            y[i] = x[i] * (1 - p)
    return y

# %% dropout_inverted
def dropout_inverted(x, mask, p, training):
    check_p(p)
    y = np.empty_like(x)
    for i in np.ndindex(*x.shape):
        if not training:
            y[i] = x[i]
        elif mask[i]:
            y[i] = x[i] / (1 - p)
        else:
            y[i] = 0
    return y

# %% survivors
def survivor_pmf(n, p):
    # add one unit at a time
    pmf = np.array([1.0])
    for _ in range(n):
        longer = np.zeros(len(pmf) + 1)
        longer[:-1] += p * pmf
        longer[1:] += (1 - p) * pmf
        pmf = longer
    return pmf

def prob_dead_layer(n, p):
    prob = 1.0
    for _ in range(n):
        prob *= p
    return prob

# %% output_moments
def output_moments(x, p):
    mean, var, total = np.zeros_like(x), np.zeros_like(x), 0.0
    for i in range(len(x)):
        if p < 1:
            kept = x[i] / (1 - p)
            mean[i] = (1 - p) * kept
            var[i] = (1 - p) * kept**2 - mean[i] ** 2
            total += float((1 - p) * kept**2)
    return mean, var, total

# %% commutes
def placement_gap(f, z, mask, p):
    def d(a):
        out = np.zeros_like(a)
        for i in np.ndindex(*a.shape):
            if mask[i]:
                out[i] = a[i] / (1 - p)
        return out

    return max(abs(a - b) for a, b in zip(f(d(z)).ravel(), d(f(z)).ravel()))

def commuting(names):
    result = set()
    for name in names:
        if name in ["relu", "leaky_relu", "linear", "abs"]:
            result.add(name)
    return result
