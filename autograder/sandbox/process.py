"""A fresh Python process for one student's notebook.

It sees numpy, matplotlib and IPython and the package that notebooks import. The references and the
hidden checks can't be imported in it: it is started without the paths that lead to them, with an
empty environment, in an empty folder, under limits on time, memory, processes and file sizes.

This is separation, not a jail: the process still runs as the user who grades and could read that
user's files. Grade the work of people you don't know on a machine that holds nothing else.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

import dropout_course
from autograder.sandbox.wire import Wire, WireError
from dropout_course import codec

# Loads one package by its place, so that what stands beside it stays out of reach of `import`.
_BOOT = """
import importlib.util, sys
package, descriptor, *paths = sys.argv[1:]
sys.path += paths
spec = importlib.util.spec_from_file_location(
    "dropout_course", package + "/__init__.py", submodule_search_locations=[package])
sys.modules["dropout_course"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from dropout_course.child import main
main(int(descriptor))
"""


class Stopped(Exception):
    """The process is gone or can't be used any more. `kind`: timeout, died or broken."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Limits:
    """What one process may use.

    Attributes
    ----------
    memory : int
        Bytes of data.
    cpu : int
        Seconds of processor time in all.
    file : int
        Bytes of one file that it writes.
    processes : int
        Processes and threads of the user.
    """

    memory: int = 2 << 30
    cpu: int = 120
    file: int = 64 << 20
    processes: int = 4096


class Process:
    """Runs cells and answers calls; see `dropout_course.child` for the protocol.

    Raises
    ------
    Stopped
        From every method, once the process has ended, fallen silent or broken the protocol.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._folder = tempfile.mkdtemp(prefix="answer-")
        _lend_fonts(self._folder)
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-I", "-S", "-c", _BOOT, _package(), str(theirs.fileno())]
        self._process = subprocess.Popen(
            command + _library_paths(),
            pass_fds=[theirs.fileno()],
            cwd=self._folder,
            env=_environment(self._folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_limiter(limits or Limits()),
        )
        theirs.close()
        self._wire = Wire(ours)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def ask(self, request: bytes, seconds: float) -> bytes:
        """Send one encoded request and give the encoded reply."""
        try:
            return self._wire.ask(request, seconds)
        except WireError as error:
            self.close()
            raise Stopped(error.kind, str(error)) from None

    def cell(self, source: str, seconds: float) -> dict[str, Any]:
        """Run a cell; give ``{"outputs": list, "error": dict or None}``."""
        reply = self._plain({"op": "cell", "source": source}, seconds)
        if not isinstance(reply.get("outputs"), list):
            raise Stopped("broken", "it sent a reply that can't be read")
        return reply

    def seed(self, seed: int, seconds: float = 10.0) -> None:
        """Seed the global random generators of the process."""
        self._plain({"op": "seed", "seed": seed}, seconds)

    def close(self) -> None:
        """End the process and everything that it started; remove its folder."""
        self._wire.close()
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _plain(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        reply = self.ask(codec.encode(request), seconds)
        try:
            told = codec.decode(reply)
        except codec.CodecError:
            told = None
        if not isinstance(told, dict):
            self.close()
            raise Stopped("broken", "it sent a reply that can't be read")
        return told


def _package() -> str:
    return str(Path(dropout_course.__file__).resolve().parent)


def _library_paths() -> list[str]:
    """Give the folders of installed libraries; without `site`, no .pth file adds the checkout."""
    return list(dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib")))


def _environment(folder: str) -> dict[str, str]:
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    home = dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"), folder)
    return {**one_thread, **home, "MPLBACKEND": "agg", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}


def _lend_fonts(folder: str) -> None:
    """Copy matplotlib's list of fonts, which takes seconds to make anew, into a process's home."""
    for cached in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(cached, folder)


def _limiter(limits: Limits) -> Any:
    pairs = [
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_FSIZE, limits.file),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_CORE, 0),
    ]

    def apply() -> None:
        for what, value in pairs:
            hard = resource.getrlimit(what)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(what, (value, value))

    return apply
