"""Scenes played here on packages of our own, and the comparison of what they give."""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from autograder.capstone.bug import Bug
from autograder.capstone.drawing import clean_files, seed_of
from autograder.capstone.scenes import SCENES


@contextmanager
def importable(files: Mapping[str, str]) -> Iterator[None]:
    """Let ``import dropnet`` give a package made of these files. Never of a student's."""
    _forget()
    with tempfile.TemporaryDirectory(prefix="dropnet-") as folder:
        package = Path(folder) / "dropnet"
        package.mkdir()
        for name, text in files.items():
            (package / name).write_text(text, "utf-8")
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
        try:
            yield
        finally:
            sys.path.remove(folder)
            _forget()


def _forget() -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "dropnet"]:
        del sys.modules[name]


def scene_of(bug: Bug) -> str:
    """Give the name of the scene that is played for a bug."""
    return bug.scene if bug.scene in SCENES else "ask"


def inputs_of(bug: Bug, student: str) -> dict[str, Any]:
    """Draw the inputs of a bug's scene for a student."""
    return bug.inputs(np.random.default_rng(seed_of(student, f"capstone inputs {bug.id}")))


def play(bug: Bug, student: str, files: Mapping[str, str] | None = None) -> Any:
    """Play a bug's scene in this process, on the clean package unless others of ours are given."""
    with importable(clean_files() if files is None else files):
        return SCENES[scene_of(bug)](**inputs_of(bug, student))


def agree(received: Any, expected: Any, tolerance: float) -> bool:
    """Say whether two plain values are the same up to a tolerance, whatever the first is."""
    try:
        got, want = np.asarray(received, dtype=float), np.asarray(expected, dtype=float)
    except (TypeError, ValueError):
        return False
    if got.shape != want.shape or not np.isfinite(got).all():
        return False
    size = max(1.0, float(np.max(np.abs(want), initial=0.0)))
    return bool(np.max(np.abs(got - want), initial=0.0) <= tolerance * size)
