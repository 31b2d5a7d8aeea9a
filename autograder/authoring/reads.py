"""What a kernel reads while it executes a page: files of the repository, and packages.

Runs inside the kernel. `watch` begins before anything of the course is imported, so that every
import counts, those of function bodies too; `tell` prints what was found. What a process reads that
a cell starts is not seen.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILT = "build"  # outputs of the build are read by no cell
CONFIGURATION = "book/_data/ipython_kernel_config.py"  # kernels read a copy of it

_files: set[str] = set()
_folders: set[str] = set()
_watching = False


def watch() -> None:
    """Note from now on what is opened and listed."""
    global _watching
    sys.addaudithook(_note)
    _watching = True


def tell() -> None:
    """Print as JSON: ``files`` and ``folders`` below the repository, ``packages`` by import name.

    A file that was looked for in vain is among them: it matters when it appears.

    Raises
    ------
    RuntimeError
        Nothing was watched: the kernel was not configured by the book.
    """
    if not _watching:
        raise RuntimeError(
            f"this kernel does not run under {CONFIGURATION}, so the build can't know what "
            "the page reads: unset IPYTHONDIR and build again"
        )
    found: dict[str, Any] = {
        "files": sorted({CONFIGURATION, *filter(None, map(_ours, _files))}),
        "folders": sorted(filter(None, map(_ours, _folders))),
        "packages": sorted({name.partition(".")[0] for name in sys.modules}),
    }
    print(json.dumps(found))


def _note(event: str, arguments: tuple) -> None:
    if event == "open":
        path, mode, flags = arguments
        if "r" in mode if mode else not flags & (os.O_WRONLY | os.O_RDWR):
            _add(_files, path)
    elif event in ("os.listdir", "os.scandir") and not _importing():
        _add(_folders, arguments[0])


def _add(found: set[str], path: Any) -> None:
    if isinstance(path, str | bytes):  # not a number: of a file that is open already
        found.add(os.path.abspath(os.fsdecode(path)))


def _importing() -> bool:
    """Imports list every folder that they look into; what they find there is opened."""
    file = sys._getframe(2).f_code.co_filename
    return file.startswith("<frozen") or "importlib" in Path(file).parts


def _ours(path: str) -> str | None:
    """A path from the repository's root; None for what belongs to the machine or the build."""
    if path.endswith(".pyc"):
        try:
            path = importlib.util.source_from_cache(path)
        except ValueError:
            return None
    place = Path(path)
    if not place.is_relative_to(ROOT) or place.is_relative_to(sys.prefix):
        return None
    parts = place.relative_to(ROOT).parts
    if not parts or parts[0] == BUILT or parts[0].startswith("."):
        return None
    return "/".join(parts)
