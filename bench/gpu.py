"""Time dropout on this machine's GPU, or on its CPU: ``python -m bench.gpu [--device cpu]``.

It writes ``book/_data/gpu/<device>.json``; the page of chapter 11 draws whatever is there.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from pathlib import Path

import torch

from dropout_course.lab import gpu_timing
from solutions.ch11_gpu_pytorch import seeded_dropout

FOLDER = Path(__file__).resolve().parents[1] / "book" / "_data" / "gpu"
EXPONENTS = {"cpu": (16, 18, 20, 22), "cuda": (16, 18, 20, 22, 24, 26, 28)}


def main() -> None:
    """Measure, and keep the record."""
    best = "cuda" if torch.cuda.is_available() else "cpu"
    parser = argparse.ArgumentParser(prog="python -m bench.gpu", description=__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda"], default=best)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write the record")
    chosen = parser.parse_args()
    if chosen.device == "cuda" and not torch.cuda.is_available():
        parser.error("torch sees no GPU here: leave --device out, or install torch with CUDA")
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - started:5.0f} s  {text}", file=sys.stderr)

    record = gpu_timing.measure(chosen.device, EXPONENTS[chosen.device], seeded_dropout, say)
    record["took_seconds"] = round(time.monotonic() - started)
    name = re.sub(r"[^a-z0-9]+", "-", record["device"].lower()).strip("-")
    chosen.folder.mkdir(parents=True, exist_ok=True)
    path = chosen.folder / f"{name}.json"
    path.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    print(f"{path}: {len(record['rows'])} rows in {record['took_seconds']} s")


if __name__ == "__main__":
    main()
