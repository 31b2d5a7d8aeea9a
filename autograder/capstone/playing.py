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
from autograder.capstone.drawing import clean_files
from autograder.capstone.judges import JUDGES, agree
from autograder.capstone.scenes import SCENES


@contextmanager
def importable(files: Mapping[str, str] | None = None) -> Iterator[None]:
    """Let ``import dropnet`` give the clean package, or one of these files. Never a student's."""
    forget()
    with tempfile.TemporaryDirectory(prefix="dropnet-") as folder:
        package = Path(folder) / "dropnet"
        package.mkdir()
        for name, text in (clean_files() if files is None else files).items():
            (package / name).write_text(text, "utf-8")
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
        try:
            yield
        finally:
            sys.path.remove(folder)
            forget()


def forget() -> None:
    """Let the next import of the package run its modules again."""
    for name in [name for name in sys.modules if name.split(".")[0] == "dropnet"]:
        del sys.modules[name]


def scene_of(bug: Bug) -> str:
    """Give the name of the scene that is played for a bug."""
    return bug.scene if bug.scene in SCENES else "ask"


def inputs_of(bug: Bug, seed: int) -> dict[str, Any]:
    """Draw the inputs of a bug's scene."""
    return bug.inputs(np.random.default_rng(seed))


def play(bug: Bug, seed: int, files: Mapping[str, str] | None = None) -> Any:
    """Play a bug's scene in this process, on the clean package unless others of ours are given."""
    with importable(files):
        return SCENES[scene_of(bug)](**inputs_of(bug, seed))


def is_right(bug: Bug, received: Any, seed: int) -> bool:
    """Say whether what a scene gave, played with the inputs of this seed, is right."""
    if bug.scene in JUDGES:
        return JUDGES[bug.scene](received, inputs_of(bug, seed))
    return agree(received, play(bug, seed), bug.tolerance)
