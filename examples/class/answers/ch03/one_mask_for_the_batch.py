# %% draw_mask
def draw_mask(shape, p, rng):
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    row = rng.random(shape[-1]) >= p
    return np.broadcast_to(row, shape).copy()
