"""Right answers to 4.5 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def eval_first(forward, X, y, rng):
    clean = forward(X, False, rng)
    noisy = forward(X, True, rng)
    result = dict()
    result["train_mode_accuracy"] = np.mean(np.argmax(noisy, -1) == y)
    result["eval_accuracy"] = np.mean(np.argmax(clean, -1) == y)
    return result


def counted(forward, X, y, rng):
    out = {}
    for key, training in (("train_mode_accuracy", True), ("eval_accuracy", False)):
        right = 0
        for row, label in zip(forward(X, training, rng), y):
            best = max(range(len(row)), key=lambda k: row[k])
            right += int(best == label)
        out[key] = right / len(y)
    return out


def keywords(forward, X, y, rng):
    def accuracy(logits):
        return (logits.argmax(axis=-1) == y).astype(float).sum().item() / y.size

    train = accuracy(forward(X, training=True, rng=rng))
    return {"eval_accuracy": accuracy(forward(X, training=False, rng=rng))} | {
        "train_mode_accuracy": train
    }


IDIOMS = [{"evaluate_modes": f} for f in (eval_first, counted, keywords)]
