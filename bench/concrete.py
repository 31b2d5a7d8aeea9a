"""How clearly exercise 8.5 separates: the rates that concrete dropout learns, over 100 seeds."""

from __future__ import annotations

import sys
import time

import numpy as np

from solutions.ch08_weights_and_rates import fit_concrete_p

SEEDS, STEPS, LENGTH_SCALE = 100, 700, 0.1
# Examples, whether the entropy counts, and by what the targets are multiplied.
KINDS = ((25, True, 1), (500, True, 1), (25, False, 1), (25, True, 10), (500, True, 0))


def line(N: int, rng: np.random.Generator, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw N points of y = 2x + 8 with noise of variance 1, as the laws of the exercise do."""
    x = rng.standard_normal(N)
    return x, scale * (2 * x + 8 + rng.standard_normal(N))


def run() -> str:
    """Fit on new data and from new weights with each seed; give the margins of both laws."""
    started = time.process_time()
    rates = np.empty((SEEDS, len(KINDS)))
    for seed in range(SEEDS):
        rng = np.random.default_rng([8, 5, seed])
        for i, (N, entropy, scale) in enumerate(KINDS):
            data = line(N, rng, scale)
            rates[seed, i] = fit_concrete_p(*data, LENGTH_SCALE, STEPS, seed, entropy)
        print(f"\r{seed + 1} of {SEEDS} seeds", end="", file=sys.stderr)
    seconds = (time.process_time() - started) / SEEDS
    few, many, without, larger, nothing = rates.T
    rows = [
        ("p, N = 25", few),
        ("p, N = 500", many),
        ("p, N = 25, no entropy term", without),
        ("p(25) − p(500), asked: > 0.3", few - many),
        ("p without / p with the entropy term, asked: < 1/3", without / few),
        ("p(25) − p(25, targets × 10), asked: > 0.3", few - larger),
        ("p(500, targets × 0), asked: > 0.35", nothing),
    ]
    lines = ["| quantity | smallest | median | largest |", "|---|---|---|---|"]
    for name, values in rows:
        ends = (values.min(), np.median(values), values.max())
        lines.append(f"| {name} | " + " | ".join(f"{value:.3f}" for value in ends) + " |")
    missed = (few - many <= 0.3) | (without >= few / 3) | (few - larger <= 0.3) | (nothing <= 0.35)
    wrong = int(np.sum(missed))
    lines.append(
        f"\n{SEEDS} seeds, {wrong} on the wrong side; {seconds:.1f} s of processor a seed."
    )
    return "\n".join(lines)
