# %% draw_mask
def draw_mask(shape, p, rng):
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    n = int(np.prod(shape))
    mask = np.zeros(n, dtype=bool)
    mask[rng.choice(n, size=round((1 - p) * n), replace=False)] = True
    return mask.reshape(shape)
