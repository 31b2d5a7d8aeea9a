"""Ten classes drawn at random, as in grading: nothing is known of them but what the data say."""

import numpy as np

CLASSES, CLOUDS, LATENT, INPUTS = 10, 2, 24, 64
EXAMPLES, SPREAD, PIXEL_NOISE = 1797, 0.7, 0.5


def clouds(rng):
    """Draw inputs ``(1797, 64)`` of the size of digits, and their classes ``(1797,)``.

    Each class is two clouds in 24 dimensions, seen through a layer that nobody knows.
    """
    centres = rng.normal(size=(CLASSES, CLOUDS, LATENT))
    classes = rng.integers(0, CLASSES, EXAMPLES)
    points = centres[classes, rng.integers(0, CLOUDS, EXAMPLES)]
    points = points + SPREAD * rng.normal(size=points.shape)
    weights = 1.5 * rng.normal(size=(LATENT, INPUTS)) / np.sqrt(LATENT)
    rotation = np.linalg.qr(rng.normal(size=(INPUTS, INPUTS)))[0]
    inputs = 5 * np.tanh(points @ weights + rng.normal(size=INPUTS)) @ rotation
    return inputs + PIXEL_NOISE * rng.normal(size=inputs.shape), classes
