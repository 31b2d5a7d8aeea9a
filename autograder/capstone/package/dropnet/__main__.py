"""Train once, and print error, calibration and selective risk: ``python -m dropnet [SEED]``."""

from __future__ import annotations

import sys
from dataclasses import replace

from .config import Config
from .data import load_digits, prepare
from .evaluate import calibration_error, selective_risk
from .train import run
from .uncertainty import mc_passes, summarise


def main(seed: int = 0) -> None:
    """Run with the default settings."""
    config = replace(Config(), seed=seed)
    X, y = load_digits()
    data = prepare(X, y, config.noise, 10, config.seed)
    network, wrong = run(data, config)
    summary = summarise(mc_passes(network, data.test.X, config.passes, config.seed))
    missed = summary["mean"].argmax(axis=1) != data.test.y
    print(f"test error          {wrong:.3f}")
    print(f"calibration error   {calibration_error(summary['mean'], data.test.y):.3f}")
    risk = selective_risk(summary["mutual_information"], missed, 0.8)
    print(f"risk at coverage .8 {risk:.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
