"""Which files a jail shows: the interpreter, its libraries, and the package of the notebooks.

Landlock can't hide a folder inside one that it allows, and a bind mount shows all that is below
it. So a folder that holds anything secret is shown entry by entry, without that entry.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from fnmatch import fnmatch
from glob import glob
from pathlib import Path

from autograder.sandbox import boot, reach

# In a folder of libraries: our own packages, and what leads to a checkout.
_OURS: tuple[str, ...] = ("autograder", "solutions", "dropout_autograder*", "__pycache__")
_OURS += ("*.pth", "*.egg-link", "__editable__*")
_NOT_NUMPY: tuple[str, ...] = ("torch*", "functorch*", "tensorflow*", "keras*", "jax*")
_NOT_NUMPY += ("nvidia*", "triton*")
_SYSTEM: tuple[str, ...] = ("/lib", "/lib32", "/libx32", "/lib64", "/usr/lib64")
_SYSTEM += ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
_SYSTEM += ("/usr/share/fonts", "/usr/local/share/fonts")


def readable(library: str, chapter: str = "") -> list[str]:
    """List the files and folders that a notebook's process may read; all below a folder counts.

    Parameters
    ----------
    library
        ``numpy`` (leaves out torch and its like) or ``torch``.
    chapter
        The number of the notebook's chapter; see `autograder.sandbox.reach`.
    """
    libraries = boot.library_paths()
    package = boot.course_package()
    shown = _interpreter() + _system() + libraries
    hidden = {path for folder in libraries for path in _secret_in(folder, library)}
    hidden |= _other_libraries(shown, libraries) | _own_places() | {package}
    found = {path for top in shown for path in _without(top, hidden)}
    found |= set(reach.files(Path(package), chapter))
    return sorted(path for path in found if not any(_within(path, other) for other in found))


def _interpreter() -> list[str]:
    """Give the folders of the standard library, and of libraries that came with Python."""
    folders = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    folders.append(os.path.dirname(os.__file__))
    for prefix in {sys.base_prefix, sys.base_exec_prefix} - {"/usr", "/usr/local"}:
        folders.append(os.path.join(prefix, "lib"))
    if sys.base_prefix == "/usr/local":
        folders += glob("/usr/local/lib/libpython*") + glob("/usr/local/lib/*.so*")
    return [folder for folder in folders if os.path.exists(folder)]


def _system() -> list[str]:
    """Give the folders of shared libraries, as they are and as links lead to them."""
    there = [path for path in _SYSTEM if os.path.exists(path)]
    there += glob("/usr/lib/*-linux-gnu")
    real = [os.path.realpath(path) for path in there]
    links = [path for path in there if os.path.islink(path)]
    # /lib leads to /usr/lib, which holds much else than shared libraries: the link alone is shown.
    return [path for path in there + real if path != "/usr/lib"] + links


def _secret_in(folder: str, library: str) -> Iterator[str]:
    patterns = _OURS + (_NOT_NUMPY if library == "numpy" else ())
    for entry in os.listdir(folder):
        if any(fnmatch(entry.lower(), pattern) for pattern in patterns):
            yield os.path.join(folder, entry)


def _other_libraries(shown: list[str], libraries: list[str]) -> set[str]:
    """Find folders of libraries inside what is shown that aren't among those in use."""
    found = set()
    for folder in shown:
        for below in ("", "python*/"):
            for name in ("site-packages", "dist-packages"):
                found |= set(glob(os.path.join(folder, below + name)))
    return found - set(libraries)


def _own_places() -> set[str]:
    """Give where the references and the instructor's side are, wherever they were installed."""
    instructor = Path(__file__).resolve().parents[1]
    return {str(instructor), str(instructor.parent / "solutions")}


def _without(path: str, hidden: set[str]) -> Iterator[str]:
    """Give `path`, or its entries where something hidden is below it."""
    if path in hidden:
        return
    if os.path.islink(path) or not any(_within(secret, path) for secret in hidden):
        if os.path.exists(path):
            yield path
        return
    for entry in os.listdir(path):
        yield from _without(os.path.join(path, entry), hidden)


def _within(path: str, folder: str) -> bool:
    return path != folder and path.startswith(folder.rstrip("/") + "/")
