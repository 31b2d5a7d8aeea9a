"""Programs that a cell would start: a jail refuses them, and the cell goes on.

What a notebook starts is, as a rule, ``pip install`` or ``ls``, and an answer in the same cell is
right without it. So who is refused a program gets the reply of one that had nothing to say, unless
it is a library that asks: that is ready for a refusal.
"""

from __future__ import annotations

import asyncio
import functools
import io
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from dropout_course.engine.inside import answering, commands

SHOWN = 200  # characters of a command
REFUSED = 127 << 8  # what `os.system` gives where there may be no other process
NOBODY = 1 << 22  # above every process id, so that a signal to it reaches none
USUAL = ("", "/bin", "/usr/bin", "/usr/local/bin", os.path.dirname(sys.executable))


def note(command: object) -> None:
    """Say that a command is not run."""
    words = command if isinstance(command, str) else " ".join(map(str, _listed(command)))
    print(f"(at grading, shell commands are not run: {words[:SHOWN]})")


def pass_by(command: object, folder: object = None) -> None:
    """Do what can be done of a command without a program; if that is not all of it, say so.

    Parameters
    ----------
    command
        A text, or a list of words.
    folder
        Where it is to be run; None: here.
    """
    where = os.fsdecode(folder) if isinstance(folder, (str, bytes, os.PathLike)) else ""
    if not commands.done(command, where):
        note(command)


def _listed(command: object) -> list[object]:
    return list(command) if isinstance(command, (list, tuple)) else [command]


def _silence(kwargs: dict[str, Any]) -> str | bytes:
    """Give what a program would have written that wrote nothing."""
    text = any(kwargs.get(name) for name in ("text", "universal_newlines", "encoding", "errors"))
    return "" if text else b""


def _run(args: Any, **kwargs: Any) -> subprocess.CompletedProcess[Any]:
    options = kwargs.get("capture_output"), kwargs.get("stdout"), kwargs.get("stderr")
    out = _silence(kwargs) if options[0] or options[1] == subprocess.PIPE else None
    err = _silence(kwargs) if options[0] or options[2] == subprocess.PIPE else None
    return subprocess.CompletedProcess(args, 0, out, err)


class Popen(subprocess.Popen):
    """A program; where a cell is refused it, one that had nothing to say and has ended."""

    def __init__(self, args: Any, *rest: Any, **kwargs: Any) -> None:
        try:
            super().__init__(args, *rest, **kwargs)
        except PermissionError:
            asker = sys._getframe(1).f_code.co_filename
            started = self._child_created  # type: ignore[attr-defined]
            if started or answering.foreign(asker) or not _usual(args):
                raise
            pass_by(args, kwargs.get("cwd"))
            self._end(*(kwargs.get(name) for name in ("stdin", "stdout", "stderr")))

    def _end(self, *asked: Any) -> None:
        """Take the state of a program that has ended; its pipes lead nowhere."""
        self.pid, self.returncode = NOBODY, 0
        for name, wanted, mode in zip(("stdin", "stdout", "stderr"), asked, "wrr", strict=True):
            pipe = self._nowhere(mode) if wanted == subprocess.PIPE else None
            setattr(self, name, pipe)

    def _nowhere(self, mode: str) -> Any:
        binary = open(os.devnull, f"{mode}b")  # noqa: SIM115 - closed by whoever asked for it
        if not self.text_mode:  # type: ignore[attr-defined]
            return binary
        return io.TextIOWrapper(binary, encoding=self.encoding, errors=self.errors)  # type: ignore[attr-defined]


def _usual(args: Any) -> bool:
    """Whether a program is named by its name, or lies where programs do.

    What lies elsewhere is no program that a notebook needs, and who starts it hears the refusal:
    so the doctor of the sandbox can see that there is one.
    """
    first = args if isinstance(args, (str, bytes, os.PathLike)) else next(iter(args), "")
    words = os.fsdecode(first).split()
    return not words or os.path.dirname(words[0]) in USUAL


class _Ended:
    """What `asyncio` gives for a program that had nothing to say and has ended."""

    pid, returncode = NOBODY, 0

    def __init__(self, kwargs: dict[str, Any]) -> None:
        self.stdin = None
        self.stdout, self.stderr = (
            self._nothing(kwargs.get(name)) for name in ("stdout", "stderr")
        )

    def _nothing(self, wanted: Any) -> asyncio.StreamReader | None:
        if wanted != subprocess.PIPE:
            return None
        (reader := asyncio.StreamReader()).feed_eof()
        return reader

    async def wait(self) -> int:
        """Give its status at once."""
        return 0

    async def communicate(self, input: Any = None) -> tuple[bytes | None, bytes | None]:
        """Give what its pipes brought: nothing."""
        streams = self.stdout, self.stderr
        return b"" if streams[0] else None, b"" if streams[1] else None

    def _already(self, *signal: Any) -> None:
        """Do nothing: it has ended."""

    send_signal = terminate = kill = _already


_REPLIES: list[tuple[Any, str, Callable[..., Any]]] = [
    (subprocess, "run", _run),
    (subprocess, "call", lambda command, **kwargs: 0),
    (subprocess, "check_call", lambda command, **kwargs: 0),
    (subprocess, "check_output", lambda command, **kwargs: _silence(kwargs)),
    (subprocess, "getoutput", lambda command, **kwargs: ""),
    (subprocess, "getstatusoutput", lambda command, **kwargs: (0, "")),
    (os, "system", lambda command: 0),
    (os, "popen", lambda command, *how: io.StringIO("")),
]


def pass_over() -> None:
    """Let what starts programs go on where they are refused, in this process."""
    for module, name, reply in _REPLIES:
        setattr(module, name, _patient(getattr(module, name), reply))
    subprocess.Popen = Popen  # type: ignore[misc]
    for name in ("create_subprocess_exec", "create_subprocess_shell"):
        setattr(asyncio, name, _awaited(getattr(asyncio, name)))


def _patient(start: Callable[..., Any], reply: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(start)
    def asked(*args: Any, **kwargs: Any) -> Any:
        try:
            if (result := start(*args, **kwargs)) != REFUSED:
                return result
        except PermissionError:
            if answering.foreign(sys._getframe(1).f_code.co_filename):
                raise
        given = args[0] if args else kwargs.get("args", kwargs.get("cmd", kwargs.get("command")))
        pass_by(given, kwargs.get("cwd"))
        return reply(*args, **kwargs)

    return asked


def _awaited(start: Callable[..., Any]) -> Callable[..., Any]:
    """Do the same for a function that is awaited: who asks is seen when it is called."""

    @functools.wraps(start)
    def asked(*args: Any, **kwargs: Any) -> Any:
        foreign = answering.foreign(sys._getframe(1).f_code.co_filename)

        async def started() -> Any:
            try:
                return await start(*args, **kwargs)
            except PermissionError:
                if foreign:
                    raise
            pass_by(args[0] if len(args) == 1 else list(args), kwargs.get("cwd"))
            return _Ended(kwargs)

        return started()

    return asked
