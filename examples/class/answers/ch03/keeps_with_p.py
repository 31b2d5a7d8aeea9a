# %% draw_mask
def draw_mask(shape, p, rng):
    if not 0 <= p <= 1:
        raise ValueError("p must be between 0 and 1")
    return rng.random(shape) < p
