"""What a kernel reads while it executes a page: files, functions of modules, and packages.

Runs inside the kernel. `watch` begins before anything of the course is imported, so that every
import counts, those of function bodies too; `tell` prints what was found. What a process reads that
a cell starts is not seen; so once there is another Python, modules count as a whole.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

from autograder.authoring.definitions import IMPORTING, Finder

ROOT = Path(__file__).resolve().parents[2]
BUILT = "build"  # outputs of the build are read by no cell
CONFIGURATION = "book/_data/ipython_kernel_config.py"  # kernels read a copy of it

_files: set[str] = set()
_folders: set[str] = set()
_modules: dict[str, set[str]] = {}  # functions that ran, by the path of their module
_watching = False
_others = False  # whether other processes may have run functions as well


def watch() -> None:
    """Note from now on what is opened and listed."""
    global _watching
    sys.addaudithook(_note)
    sys.meta_path.insert(0, Finder(_ran))
    _watching = True


def tell() -> None:
    """Print as JSON what was read below the repository.

    ``files`` and ``folders`` by path: a file that was looked for in vain is among them, because it
    matters when it appears. ``modules``, by path: the parts (`autograder.authoring.definitions`)
    that were executed of those that were imported, and read in no other way. ``packages`` by the
    names that are imported.

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
    read = _files | set(_modules) if _others else _files
    files = {CONFIGURATION, *filter(None, map(_relative, read))}
    modules = {_relative(path): [IMPORTING, *sorted(ran)] for path, ran in _modules.items()}
    found: dict[str, Any] = {
        "files": sorted(files),
        "folders": sorted(filter(None, map(_relative, _folders))),
        "modules": {name: ran for name, ran in modules.items() if name not in files},
        "packages": sorted({name.partition(".")[0] for name in sys.modules}),
    }
    print(json.dumps(found))


def _ran(path: str) -> set[str] | None:
    """The set for the names of a module's functions; None for a module of somebody else."""
    return _modules.setdefault(path, set()) if _relative(path) else None


def _note(event: str, arguments: tuple) -> None:
    global _others
    if event == "open":
        path, mode, flags = arguments
        reads = "r" in mode if mode else not flags & (os.O_WRONLY | os.O_RDWR)
        if reads and not (path in _modules and _importing()):
            _add(_files, path)
    elif event in ("os.fork", "os.forkpty"):
        _others = True
    elif event in ("subprocess.Popen", "os.posix_spawn", "os.exec"):
        _others = _others or "python" in str(arguments[:2])
    elif event in ("os.listdir", "os.scandir") and not _importing():
        _add(_folders, arguments[0])


def _add(found: set[str], path: Any) -> None:
    if isinstance(path, str | bytes):  # not a number: of a file that is open already
        found.add(os.path.abspath(os.fsdecode(path)))


def _importing() -> bool:
    """Imports list every folder that they look into; what they find there is opened."""
    file = sys._getframe(2).f_code.co_filename
    return file.startswith("<frozen") or "importlib" in Path(file).parts


def _relative(path: str) -> str | None:
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
