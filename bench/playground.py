"""How the book's playground ends, over seeds: its own scripts run in Chromium.

Writes `book/_data/playground.json`, from which the book draws the still picture and the table of
results. The build refuses it when the scripts have changed since.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from autograder.authoring import chromium

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "book" / "_static" / "js"
SEEDS = 16
STILL = 22  # cells a side of the still map, of which the figure has 44

# Trains one experiment to its end; gives the test errors without and with dropout.
RUN = """([name, seed]) => {
  const { Experiment, PRESETS, END } = window.dropoutCourse;
  const experiment = new Experiment(PRESETS[name][1], seed);
  while (experiment.epoch < END) experiment.step();
  return experiment.now.test;
}"""
# Trains a network with the layer that choices name; gives its test error in evaluation.
TRIAL = """([choices, seed]) => {
  const trial = new window.dropoutCourse.Trial(choices, seed);
  while (trial.epoch < 400) trial.step();
  return trial.error() / 100;
}"""
# The state of the first preset, coarse enough to be drawn in a few kilobytes.
PICTURE = """([seed, side]) => {
  const { Experiment, PRESETS, END } = window.dropoutCourse;
  const experiment = new Experiment(PRESETS.noisy[1], seed);
  while (experiment.epoch < END) experiment.step();
  const coarse = (map) => {
    const wide = Math.round(Math.sqrt(map.length));
    const by = wide / side;
    return Array.from({ length: side * side }, (_, i) => {
      const [r, c] = [by * Math.floor(i / side), by * (i % side)];
      let sum = 0;
      for (let a = 0; a < by; a++) for (let b = 0; b < by; b++) sum += map[(r + a) * wide + c + b];
      const p = sum / by ** 2;
      return (p > 0.5 ? 1 : -1) * Math.max(1, Math.round(5 * Math.abs(2 * p - 1)));
    });
  };
  const { x, y, n } = experiment.train;
  const place = (value, sign) => Number((side * (sign * value / 1.8 + 1) / 2).toFixed(2));
  return {
    side, epoch: experiment.epoch, rate: experiment.settings.rate, ...experiment.now,
    maps: [experiment.plain, experiment.dropout].map((one) => coarse(experiment.map(one))),
    points: Array.from({ length: n }, (_, i) => [place(x[2 * i], 1), place(x[2 * i + 1], -1),
      y[i], experiment.flipped[i] ? 1 : 0]),
  };
}"""


def extension() -> Any:
    """Load the book's extension, which says which scripts count and how they are hashed."""
    folder = str(ROOT / "book" / "_ext")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module("playground")


def load(page: Any) -> None:
    """Put the scripts into an empty page."""
    book = extension()
    for name in (*book.SCRIPTS, book.TRIALS):
        page.add_script_tag(path=SCRIPTS / name)


def run() -> str:
    """Run every preset and every slip under every seed; keep the results, and tell them."""
    book = extension()
    with chromium.launched() as program:
        page = program.new_page()
        load(page)
        seeds = range(1, SEEDS + 1)
        presets = {
            name: [[round(one, 4) for one in page.evaluate(RUN, [name, seed])] for seed in seeds]
            for name in book.SAYS
        }
        slips = {
            name: [round(page.evaluate(TRIAL, [name.split(), seed]), 4) for seed in seeds]
            for name in (book.RIGHT, *book.SLIPS)
        }
        still = page.evaluate(PICTURE, [1, STILL])
    data = {"scripts": book.scripts_hash(), "presets": presets, "slips": slips, "still": still}
    book.DATA.write_text(json.dumps(data, separators=(",", ":")) + "\n")
    lines = []
    for table in (book.preset_rows(), book.slip_rows()):
        head, *rows = ["| " + " | ".join(cells) + " |" for cells in table]
        lines += [head, "|---" * len(table[0]) + "|", *rows, ""]
    return "\n".join(lines)
