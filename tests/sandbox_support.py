"""Helpers of the tests of the sandbox: other users, and processes that should be gone."""

from __future__ import annotations

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

import matplotlib

from autograder.sandbox.jail.processes import Table
from autograder.sandbox.warm_client import LEVELS, JailError, Warm

ROOT = Path(__file__).resolve().parents[1]
NOBODY = 65534


def usable_levels() -> list[str]:
    """The levels that can be tried as this user; as root, landlock needs libraries for all."""
    if os.getuid() or _for_all(sys.executable):
        return list(LEVELS)
    return ["namespaces"]


def _for_all(path: str) -> bool:
    """Whether every user can reach a file."""
    real = Path(os.path.realpath(path))
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in [real, *real.parents])


@functools.cache
def ordinary_python() -> str:
    """A Python that an ordinary user can run with our libraries; empty if there is none."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        if os.path.exists(python) and _for_all(python) and _for_all(str(ROOT)):
            command = [python, "-c", "import numpy, IPython, matplotlib"]
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run(command, env=_environment(folder), capture_output=True)
            if done.returncode == 0:
                return python
    return ""


def _environment(folder: str, first: str = "") -> dict[str, str]:
    libraries = sysconfig.get_path("purelib")
    path = [entry for entry in (first, str(ROOT), libraries) if entry]
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": folder,
        "MPLCONFIGDIR": folder,
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


def run_as(user: int, arguments: list[str], *, first: str = "", seconds: float = 300) -> str:
    """Run Python as a user; give what it printed, or fail with it."""
    if user == os.getuid():
        python, changed = sys.executable, {}
    else:
        python = ordinary_python()
        changed = {"user": user, "group": user, "extra_groups": []}
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
            **changed,
        )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def descendants(warm: Warm) -> list[int]:
    """What runs below a warm process."""
    assert warm._process is not None
    return Table().descendants(warm._process.pid)


def eventually(true: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


__all__ = ["LEVELS", "NOBODY", "ROOT", "JailError", "Warm", "descendants", "eventually"]
__all__ += ["open_folder", "ordinary_python", "run_as", "usable_levels"]
