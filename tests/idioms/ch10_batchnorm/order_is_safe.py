"""Right answers to 10.3 in other styles than the reference."""

from __future__ import annotations

import itertools

import numpy as np


def combined(layers):
    ends = [(layers[i], layers[j]) for i, j in itertools.combinations(range(len(layers)), 2)]
    pairs = itertools.combinations(range(len(layers)), 2)
    return [pair for pair, names in zip(pairs, ends) if names == ("dropout", "batchnorm")]


def remembered(layers):
    seen, pairs = [], []
    for index, layer in enumerate(layers):
        if layer == "dropout":
            seen.append(index)
        elif layer == "batchnorm":
            pairs.extend((before, index) for before in seen)
    return pairs


def from_arrays(layers):
    names = np.array(layers, dtype=object)
    drops, norms = (np.flatnonzero(names == name) for name in ("dropout", "batchnorm"))
    grid = [(int(i), int(j)) for i in drops for j in norms]
    return sorted((pair for pair in grid if pair[0] < pair[1]), reverse=True)


def recursive(layers, start=0):
    if not layers:
        return []
    first, *rest = layers
    later = recursive(rest, start + 1)
    if first != "dropout":
        return later
    return [(start, start + 1 + k) for k, n in enumerate(rest) if n == "batchnorm"] + later


IDIOMS = [{"order_is_safe": f} for f in (combined, remembered, from_arrays, recursive)]
