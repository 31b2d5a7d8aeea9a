"""Networks for the book's figure of MC dropout on the CO₂ curve: trained, and stored small.

Writes `book/_data/co2.json`: four hidden layers of 24 units, ReLU and tanh, at three rates, trained
as the networks of chapter 12 are, with weights rounded to bytes. The book draws from them, and
refuses them when the code that trained them has changed since.
"""

from __future__ import annotations

import base64
import importlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from dropout_course.lab import bayesian
from dropout_course.lab import bayesian_tasks as tasks

ROOT = Path(__file__).resolve().parents[1]
RATES, WIDTH, SEED, STEPS = (0.05, 0.1, 0.2), 24, 0, 1500
KINDS = ("ReLU", "tanh")


def extension() -> Any:
    """Load the book's extension, which says how the networks are read and bound to the code."""
    folder = str(ROOT / "book" / "_ext")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module("mc_co2")


def learn(air: tasks.Air, tanh: bool) -> bayesian.Network:
    """Train a network for each rate, all from the same seed, as chapter 12 trains its own."""
    R = len(RATES)
    sizes, rates = [1, *[WIDTH] * 4, 1], np.array(RATES, np.float32)
    net = bayesian.init(sizes, [SEED] * R, rates, inputs_dropped=False, tanh=tanh)
    y = (air.ppm[air.seen] - air.ppm[air.seen].mean()) / air.unit
    X, Y = air.scaled(air.years[air.seen], R), np.repeat(y.astype(np.float32)[None], R, axis=0)
    return bayesian.fit(net, X, Y, 1e-6, steps=STEPS)


def packed(array: np.ndarray) -> list[Any]:
    """Give an array as a step and whole numbers of it, a byte each, in base64."""
    step = float(f"{np.abs(array).max() / 127:.6g}")
    whole = np.clip(np.rint(array / step), -127, 127).astype(np.int8)
    return [step, base64.b64encode(whole.tobytes()).decode()]


def by_quarter(air: tasks.Air) -> list[list[float]]:
    """Give the measured curve as means of quarters: middle of the quarter, ppm."""
    quarter = np.floor(4 * air.years)
    return [
        [(one + 0.5) / 4, round(float(air.ppm[quarter == one].mean()), 1)]
        for one in np.unique(quarter)
    ]


def run() -> str:
    """Train all networks, keep them, and tell what they say of 1976 and of 2001."""
    air, book = tasks.mauna_loa(), extension()
    nets: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        net = learn(air, kind == "tanh")
        for r, rate in enumerate(RATES):
            nets[f"{kind} {rate}"] = {name: packed(a[r]) for name, a in net.params.items()}
    known = air.years[air.seen]
    data = {
        "code": book.code_hash(),
        "width": WIDTH,
        "rates": RATES,
        "ends": air.ends,
        "year": [float(known.mean()), float(known.std())],
        "ppm": [float(air.ppm[air.seen].mean()), air.unit],
        "truth": round(air.measured(2001), 2),
        "measured": by_quarter(air),
        "nets": nets,
    }
    book.DATA.write_text(json.dumps(data, separators=(",", ":")) + "\n")
    lines = [
        "| network | spread 1976 / ppm | said for 2001 | spread 2001 | measured |",
        "|---" * 5 + "|",
    ]
    for name in nets:
        mean, spread = book.forecast(name, 2000, seed=1)
        lines.append(
            f"| {name} | {spread[book.AT_1976]:.1f} | {mean[book.AT_2001]:.0f} | "
            f"{spread[book.AT_2001]:.1f} | {data['truth']:.0f} |"
        )
    return "\n".join(lines)
