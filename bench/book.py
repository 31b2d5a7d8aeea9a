"""How long the book takes to build: cold, by page and cell, and after one changed sentence."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_cache import get_cache

from autograder.authoring.build import check_sources
from autograder.authoring.execution import cores

ROOT = Path(__file__).resolve().parents[1]
SLOW = 3.0  # seconds from which a cell is listed
PAGE = Path("book") / "03-dropout-forward.md"
LEFT_OUT = ("build", "dist", ".venv", ".git", "__pycache__", ".*_cache", ".hypothesis")


def run() -> str:
    """Build a copy of the book twice, and report."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "course"
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*LEFT_OUT))
        cold, cold_work = timed(root)
        pages = executed(root)
        begin = time.monotonic()
        check_sources(root)
        checked = time.monotonic() - begin
        change_a_sentence(root / PAGE)
        again, again_work = timed(root)
    seconds = sum(page["seconds"] for page in pages)
    rows = [
        "| page | executed, s | slowest cells: line, s |",
        "|---|---|---|",
        *(f"| {page['name']} | {page['seconds']:.1f} | {slowest(page)} |" for page in pages),
        f"| together | {seconds:.1f} | |",
    ]
    times = [
        "| build | by the clock, s | of processors, s |",
        "|---|---|---|",
        f"| cold, {cores()} pages at a time | {cold:.0f} | {cold_work:.0f} |",
        f"| after one changed sentence | {again:.1f} | {again_work:.1f} |",
        f"| of which check of the sources | {checked:.1f} | |",
    ]
    return "\n".join([*rows, "", *times])


def timed(root: Path) -> tuple[float, float]:
    """Build; return seconds by the clock, and of the processors, kernels included."""
    env = {**os.environ, "PYTHONPATH": str(root)}
    begin, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "autograder.authoring.book"],
        cwd=root,
        env=env,
        check=True,
        stdout=sys.stderr,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - begin, work


def executed(root: Path) -> list[dict[str, Any]]:
    """Name, seconds and cells of each page that was executed."""
    records = get_cache(root / "build" / "jupyter-cache").list_cache_records()
    pages = [
        {
            "name": Path(record.uri).stem,
            "seconds": record.data["execution_seconds"],
            "cells": record.data["cells"],
        }
        for record in records
    ]
    return sorted(pages, key=lambda page: page["name"])


def slowest(page: dict[str, Any]) -> str:
    """The slow cells of a page, slowest first."""
    cells = sorted(page["cells"], key=lambda cell: -cell[1])
    return ", ".join(f"{line}: {took:.1f}" for line, took in cells if took >= SLOW) or "–"


def change_a_sentence(path: Path) -> None:
    """Write a sentence before the summary of a page."""
    text = path.read_text("utf-8")
    changed, count = re.subn(r"(?m)^## Summary$", "Words.\n\n## Summary", text)
    if count != 1:
        raise ValueError(
            f"{path}: there is no one heading Summary before which to write a sentence"
        )
    path.write_text(changed, "utf-8")
