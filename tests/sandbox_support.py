"""Helpers of the tests of the sandbox: other users, and processes that should be gone."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib

from autograder.sandbox.jail import syscalls
from autograder.sandbox.jail.processes import Table
from autograder.sandbox.refusal import JailError
from autograder.sandbox.warm_client import LEVELS, Warm

ROOT = Path(__file__).resolve().parents[1]
NOBODY = 65534
TEMPORARY = tempfile.gettempdir()  # a test may move it, and remove its own later


def usable_levels() -> list[str]:
    """The levels that can be tried as this user.

    As root, landlock needs libraries for all, or a capability that containers mostly lack.
    """
    able = syscalls.capabilities() & syscalls.CAP_DAC_READ_SEARCH
    if os.getuid() or able or _for_all(sys.executable):
        return list(LEVELS)
    return ["namespaces"]


def _for_all(path: str) -> bool:
    """Whether every user can reach a file."""
    real = Path(os.path.realpath(path))
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in [real, *real.parents])


@functools.cache
def ordinary_python() -> str:
    """A Python that an ordinary user can run with our libraries; empty if there is none."""
    if not _for_all(str(ROOT)) or not _for_all(sysconfig.get_path("purelib")):
        return ""
    return next((python for python in _pythons() if _works_for_nobody(python)), "")


def _pythons() -> Iterator[str]:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    here = (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}")
    yield from (python for python in here if os.path.exists(python) and _for_all(python))
    yield _copied_python(version)


def _works_for_nobody(python: str) -> bool:
    # The same version to the last digit: what is tried must be what grades.
    source = f"import sys; assert sys.version_info == {tuple(sys.version_info)}\n"
    source += "import sqlite3, numpy, IPython, matplotlib, nbformat"
    command = [python, "-c", source]
    with open_folder() as folder:
        environment = _environment(str(folder))
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, **_becoming(NOBODY)
        )
    return done.returncode == 0


def _becoming(user: int) -> dict[str, Any]:
    if user == os.getuid() or os.getuid():
        return {}
    return {"user": user, "group": user, "extra_groups": []}


def _copied_python(version: str) -> str:
    """Copy the interpreter, which may live where only root can read, without any library."""
    top = Path(tempfile.mkdtemp(prefix="python-", dir=TEMPORARY))
    atexit.register(shutil.rmtree, top, ignore_errors=True)
    os.chmod(top, 0o755)
    stdlib = Path(sysconfig.get_path("stdlib"))
    skip = ("test", "site-packages", "dist-packages", "idlelib", "lib2to3", "tkinter")
    skip += ("turtledemo", "ensurepip", "config-*")
    shutil.copytree(stdlib, top / "lib" / version, ignore=shutil.ignore_patterns(*skip))
    (top / "lib" / version / "site-packages").mkdir()
    for library in Path(sys.base_prefix, "lib").glob("libpython*.so*"):
        shutil.copy(library, top / "lib", follow_symlinks=False)
    (top / "bin").mkdir()
    program = Path(os.path.realpath(sys.executable)).read_bytes()
    # Where it looks for its own library: the old place is not readable.
    old, new = os.fsencode(f"{sys.base_prefix}/lib\0"), b"$ORIGIN/../lib\0"
    if len(new) <= len(old):
        program = program.replace(b"\0" + old, b"\0" + new.ljust(len(old), b"\0"))
    (python := top / "bin" / version).write_bytes(program)
    os.chmod(python, 0o755)
    return str(python)


def _environment(folder: str, first: str = "") -> dict[str, str]:
    libraries = sysconfig.get_path("purelib")
    path = [entry for entry in (first, str(ROOT), libraries) if entry]
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": folder,
        "MPLCONFIGDIR": folder,
        "JUPYTER_PATH": os.path.join(sys.prefix, "share", "jupyter"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(path),
    }


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every user can use; pytest's own are for the user who tests."""
    folder = tempfile.mkdtemp(prefix="test-")
    os.chmod(folder, 0o777)
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder)


def run_as(
    user: int, arguments: list[str], *, first: str = "", seconds: float = 300, python: str = ""
) -> str:
    """Run Python as a user; give what it printed, or fail with it."""
    python = python or (sys.executable if user == os.getuid() else ordinary_python())
    with open_folder() as folder:
        for cached in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
            (folder / cached.name).write_bytes(cached.read_bytes())
            os.chmod(folder / cached.name, 0o644)
        done = subprocess.run(
            [python, *arguments],
            cwd=folder,
            env=_environment(str(folder), first),
            capture_output=True,
            text=True,
            timeout=seconds,
            **_becoming(user),
        )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def descendants(warm: Warm) -> list[int]:
    """What runs below a warm process."""
    assert warm._process is not None
    return Table().descendants(warm._process.pid)


def jailed(warm: Warm) -> list[int]:
    """What runs below its supervisors, which are its children and may wait for another jail."""
    waiting_or_not = set(supervisors(warm))
    return [process for process in descendants(warm) if process not in waiting_or_not]


def supervisors(warm: Warm) -> list[int]:
    """The supervisors of a warm process."""
    assert warm._process is not None
    process = warm._process.pid
    return list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))


def folders(warm: Warm) -> list[str]:
    """The folders of notebooks that are left."""
    return [name for name in os.listdir(warm._folder) if name.startswith("notebook-")]


def eventually(true: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


__all__ = ["LEVELS", "NOBODY", "ROOT", "JailError", "Warm", "descendants", "eventually", "folders"]
__all__ += ["jailed", "open_folder", "ordinary_python", "run_as", "supervisors", "usable_levels"]
