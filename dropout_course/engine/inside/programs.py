"""Programs that a cell would start: a jail refuses them, and the cell goes on.

What a notebook starts is, as a rule, ``pip install`` or ``ls``, and an answer in the same cell is
right without it. So who is refused a program gets the reply of one that had nothing to say, unless
it is a library that asks: that is ready for a refusal.
"""

from __future__ import annotations

import functools
import io
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from dropout_course.engine.inside import answering

SHOWN = 200  # characters of a command
REFUSED = 127 << 8  # what `os.system` gives where there may be no other process


def note(command: object) -> None:
    """Say that a command is not run."""
    words = command if isinstance(command, str) else " ".join(map(str, _listed(command)))
    print(f"(at grading, shell commands are not run: {words[:SHOWN]})")


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


def _patient(start: Callable[..., Any], reply: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(start)
    def asked(*args: Any, **kwargs: Any) -> Any:
        try:
            if (result := start(*args, **kwargs)) != REFUSED:
                return result
        except PermissionError:
            if answering.foreign(sys._getframe(1).f_code.co_filename):
                raise
        note(args[0] if args else kwargs.get("args", kwargs.get("cmd", kwargs.get("command"))))
        return reply(*args, **kwargs)

    return asked
