"""What takes seconds to compute for the book, kept until its sources change."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .book import digest

PLACE = Path("build") / "kept"


def kept(root: Path, name: str, sources: Sequence[str], make: Callable[[], Any]) -> Any:
    """Compute something, or take it from the last time.

    Parameters
    ----------
    root : Path
        The repository.
    name : str
        Of the file.
    sources : sequence of str
        Patterns of all files below `root` that `make` depends on; NumPy's version counts as well.
    make : callable
        Gives plain data, such as JSON holds.
    """
    key = [np.__version__, digest(root, sources)]
    path = root / PLACE / f"{name}.json"
    try:
        found = json.loads(path.read_text("utf-8"))
        if found["key"] == key:
            return found["made"]
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none yet, or a file that a build did not finish
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")  # another build may read meanwhile
    draft.write_text(json.dumps({"key": key, "made": made}), "utf-8")
    draft.replace(path)
    return made
