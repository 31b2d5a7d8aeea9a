"""What the scenes are played with: drawn outside, from a seed that no student knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Rng = np.random.Generator


def _rate(rng: Rng) -> float:
    return float(rng.uniform(0.15, 0.35))


def _samples(rng: Rng) -> np.ndarray:
    return rng.dirichlet(np.ones(4), (6, 9))


def _labelled(rng: Rng) -> dict[str, Any]:
    return {"logits": rng.normal(size=(9, 4)), "y": rng.integers(0, 4, 9)}


def _decay(rng: Rng) -> dict[str, Any]:
    value = rng.uniform(0.5, 2.0, 5)
    return {"value": value, "rate": 0.1, "decay": float(rng.uniform(0.2, 0.8))}


def _features(rng: Rng) -> dict[str, Any]:
    return {"X": rng.normal(2.0, 3.0, (101, 4))}


def _parts(rng: Rng) -> dict[str, Any]:
    sizes = (40, 20, 30)
    moved = [rng.normal(rng.uniform(1, 4), rng.uniform(1, 3), (n, 4)) for n in sizes]
    return {"parts": moved}


def _batch(rng: Rng) -> np.ndarray:
    return rng.uniform(1.0, 2.0, (60, 60)) * rng.choice([-1.0, 1.0], (60, 60))


def _errors(rng: Rng) -> dict[str, Any]:
    logits = rng.normal(size=(6, 101, 4))
    other = rng.integers(0, 4, (6, 101))
    return {
        "logits": logits,
        "y": np.where(
            rng.random((6, 101)) < rng.uniform(0.3, 0.9, (6, 1)), logits.argmax(2), other
        ),
    }


def _steps(rng: Rng) -> dict[str, Any]:
    grads = rng.uniform(0.5, 2.0, (2, 3))
    return {"value": rng.normal(size=3), "grads": grads, "rate": 0.1}


def _bins(rng: Rng) -> dict[str, Any]:
    p = np.concatenate([rng.dirichlet(np.full(3, 0.1), 70), rng.dirichlet(np.full(3, 9.0), 9)])
    return {"probabilities": p, "y": rng.integers(0, 3, 79)}


def _selection(rng: Rng) -> dict[str, Any]:
    uncertainty = rng.permutation(200) / 200
    wrong = rng.random(200) < uncertainty * rng.uniform(0.6, 1.0)
    return {"uncertainty": uncertainty, "wrong": wrong, "coverages": [0.2, 0.5, 0.8]}


INPUTS: dict[str, Callable[[Rng], dict[str, Any]]] = {
    "kept_fraction": lambda rng: {
        "ps": [float(p) for p in rng.choice([0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9], 8)]
    },
    "columns_alike": lambda rng: {"x": _batch(rng), "p": float(rng.uniform(0.25, 0.4))},
    "survivor": lambda rng: {"p": _rate(rng), "value": float(rng.uniform(1, 3))},
    "backward_pattern": lambda rng: {
        "x": _batch(rng),
        "grad": _batch(rng),
        "p": float(rng.uniform(0.25, 0.4)),
    },
    "backward_factor": lambda rng: {"p": _rate(rng), "value": float(rng.uniform(1, 3))},
    "dropout_in_last_place": lambda rng: {
        "sizes": [rng.integers(2, 9, rng.integers(2, 9)).tolist() for _ in range(8)],
        "p": _rate(rng),
    },
    "mode_after_an_error": lambda rng: (
        lambda before: {"before": before, "inside": [not b for b in before]}
    )([bool(b) for b in rng.integers(0, 2, 30)]),
    "probabilities_into_the_loss": _labelled,
    "gradient_of_the_loss": _labelled,
    "one_adam_step": _steps,
    "decayed_bias": _decay,
    "decayed_weight": _decay,
    "epochs_waited": lambda rng: {"patiences": [int(n) for n in rng.integers(2, 20, 6)]},
    "best_after_more_steps": lambda rng: {"value": rng.normal(size=4)},
    "other_labels": lambda rng: {"y": rng.integers(0, 5, 400), "classes": 5},
    "pairs_after_the_split": lambda rng: {"x": rng.normal(size=60), "y": rng.integers(0, 9, 60)},
    "noise_in_the_test_labels": lambda rng: {
        **_features(rng),
        "labels": rng.integers(0, 10, 7).tolist(),
    },
    "training_deviation": _parts,
    "test_mean_is_zero": _parts,
    "orders_that_repeat": lambda rng: {
        "marks": rng.normal(size=int(rng.integers(40, 80))),
        "size": 16,
    },
    "examples_in_an_epoch": lambda rng: {
        "ns": [*rng.integers(17, 31, 6).tolist(), 32],
        "size": 16,
    },
    "mode_of_evaluation": _errors,
    "mode_of_passes": lambda rng: {"logits": rng.normal(size=(5, 4))},
    "passes_that_repeat": lambda rng: {"noise": rng.normal(size=(8, 5, 6, 4))},
    "entropy": lambda rng: {"name": "entropy", "values": _samples(rng)},
    "predictive_mean": lambda rng: {"name": "predictive_mean", "values": _samples(rng)},
    "epistemic": lambda rng: {"name": "epistemic", "values": _samples(rng)},
    "aleatoric": lambda rng: {"name": "aleatoric", "values": _samples(rng)},
    "information": lambda rng: {"samples": _samples(rng)},
    "total_from_parts": lambda rng: {"samples": _samples(rng)},
    "calibration": _bins,
    "risk": _selection,
    "sets_seen_in_training": lambda rng: {"marks": rng.uniform(1, 9, 3).tolist()},
    "loads_after_training": lambda rng: {"best": rng.normal(size=4)},
}
