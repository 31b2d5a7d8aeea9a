"""Records of `gpu_timing`: read them, and draw or tell what they say."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import gpu_timing
from .plots import COLORS, MARKERS, MUTED, axes
from .tables import Table, table

FOLDER = Path(__file__).resolve().parents[2] / "book" / "_data" / "gpu"
SHOWN = ("arithmetic", "seeded", "eager", "compiled", "triton")


def load(
    seeded_dropout: Callable[[Any, float, int], Any], folder: Path = FOLDER
) -> list[dict[str, Any]]:
    """Give all records, GPUs first; where there are none, measure a small one here and now.

    Parameters
    ----------
    seeded_dropout : callable
        What is measured beside torch's own, if it comes to that.
    folder : Path
        The records of the book; a notebook that is elsewhere has none.
    """
    found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    if not found:
        found = [gpu_timing.measure("cpu", (16, 18), seeded_dropout, seconds=0.01)]
    return sorted(found, key=lambda record: record["kind"] == "cpu")


def remark(record: dict[str, Any]) -> str:
    """Say where a record was made, and whether the code has changed since."""
    count = record["threads"]
    threads = f", {count} thread{'s' * (count > 1)}" if record["kind"] == "cpu" else ""
    text = f"{record['device']}{threads}, torch {record['torch']}, {record['date']}"
    return text if record["code"] == gpu_timing.code() else f"{text}; made by other code than this"


def seconds(record: dict[str, Any], name: str, dtype: str, what: str = "both") -> dict[int, float]:
    """Give seconds by exponent, of one pass or of both together."""
    passes = ("forward", "backward") if what == "both" else (what,)
    found: dict[int, float] = {}
    for row in record["rows"]:
        if row["name"] == name and row["dtype"] == dtype and row["pass"] in passes:
            found[row["exponent"]] = found.get(row["exponent"], 0.0) + row["seconds"]
    return found


def over_copy(record: dict[str, Any], name: str, dtype: str) -> dict[int, float]:
    """Give the time of forward and backward over that of two copies of as many elements."""
    copies = seconds(record, "copy", dtype, "copy")
    return {n: took / (2 * copies[n]) for n, took in seconds(record, name, dtype).items()}


def draw(record: dict[str, Any], dtype: str = "float32") -> None:
    """Draw forward and backward over two copies against size: alone, and behind bias and ReLU."""
    title = f"{record['device'].split(' @')[0]}: {dtype}"
    panels = axes(2, title, "elements", "time / time of two copies", sharey=True, figsize=(8, 3.8))
    panels[1].set_title("… behind bias and ReLU")
    for ax, prefix in zip(panels, ("", "fused "), strict=True):
        for series, name in enumerate(SHOWN):
            ratio = over_copy(record, prefix + name, dtype)
            look = {"color": COLORS[series], "marker": MARKERS[series]}
            if ratio:
                ax.plot([2.0**n for n in ratio], list(ratio.values()), label=name, **look)
        ax.axhline(1, color=MUTED, linestyle="--")
        ax.set_xscale("log", base=2)
        ax.set_xticks([2.0**n for n in seconds(record, "copy", dtype, "copy")])
        ax.set_yscale("log")
        ax.minorticks_off()
    low, high = panels[0].get_ylim()
    ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200) if low / 1.2 < t < high * 1.2]
    panels[0].set_yticks(ticks, [str(t) for t in ticks])
    handles, names = panels[0].get_legend_handles_labels()
    panels[0].figure.legend(handles, names, loc="outside lower center", ncols=5)


def kept_table(record: dict[str, Any], names: Sequence[str] = SHOWN) -> Table:
    """Tell what each implementation keeps for backward, in bytes an element."""
    columns = ["implementation", *gpu_timing.DTYPES]
    rows = [[name, *(record["kept"].get(f"{name}, {dtype}") for dtype in gpu_timing.DTYPES)]
            for name in names if f"{name}, float32" in record["kept"]]  # fmt: skip
    return table(rows, columns, "Kept for backward, bytes an element", ".2f")


def step_runs(record: dict[str, Any]) -> dict[str, np.ndarray]:
    """Give how much longer a training step takes with dropout, in per cent, by width."""
    return {width: 100 * (np.array(ratios) - 1) for width, ratios in record["step"].items()}
