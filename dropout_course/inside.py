"""The side that holds the student's names: it answers requests with plain data.

In a notebook it runs in the same process as `check`; at grading in a process of its own. It knows
no law and no expected value, and what it says of itself decides nothing: values are judged by
whoever asked.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np

from dropout_course import codec

MESSAGE = 2000  # characters of an exception's message that are kept
FRAMES = 6  # lines of the student's own traceback that are kept
_OURS = str(Path(__file__).resolve().parent)
_LIBRARIES = tuple({sys.prefix + os.sep, sys.base_prefix + os.sep})


def answer(names: Mapping[str, Any], request: bytes) -> bytes:
    """Answer one request about a student's names.

    Parameters
    ----------
    names
        The student's namespace.
    request
        An encoded ``{"op": "call", "name", "args", "kwargs"}`` or
        ``{"op": "play", "scene", "plain"}``.

    Returns
    -------
    bytes
        An encoded dict with one key: ``ok`` (the value), ``raised``, ``missing`` (the name),
        ``cannot`` (what came instead of plain data).
    """
    message = codec.decode(request, make=_make)
    try:
        if message["op"] == "play":
            reply = _guarded(_scene(message["scene"]), (names,), message["plain"])
        elif message["name"] not in names:
            reply = {"missing": message["name"]}
        else:
            function = names[message["name"]]
            if callable(function):
                reply = _guarded(function, message["args"], message["kwargs"])
            else:
                kind = type(function).__name__
                reply = {"cannot": f"{message['name']} is a value of type {kind}, not a function"}
        return codec.encode(reply)
    except codec.CodecError as error:
        return codec.encode({"cannot": str(error)})


def _guarded(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        with quiet():
            return {"ok": function(*args, **kwargs)}
    except KeyboardInterrupt:
        raise
    except _MissingName as error:
        return {"missing": error.name}
    except BaseException as error:  # SystemExit too: an answer must not end the check
        return {"raised": describe(error)}


class Names(dict[str, Any]):
    """What a scene sees: the student's names; asking for one that is not there says so."""

    def __missing__(self, name: str) -> Any:
        raise _MissingName(name)


class _MissingName(KeyError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _scene(name: str) -> Callable[..., Any]:
    from dropout_course import scenes  # late: most exercises need none

    scene = getattr(scenes, name, None)
    if scene is None or name.startswith("_"):
        raise codec.CodecError(f"there is no scene {name!r}")
    return lambda names, **plain: scene(Names(names), **plain)


def _make(argument: codec.Rng | codec.Fn) -> Any:
    if isinstance(argument, codec.Rng):
        return np.random.default_rng(argument.seed)
    from dropout_course import scenes

    return scenes.FUNCTIONS[argument.name](**argument.params)


# --- what a student's code prints, warns and raises -----------------------------------------


class _Sink(io.TextIOBase):
    """Takes what is printed and keeps nothing of it."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)


@contextmanager
def quiet() -> Iterator[None]:
    """Drop what is printed and warned of: an answer is judged by what it computes."""
    sink = _Sink()
    with warnings.catch_warnings(), redirect_stdout(sink), redirect_stderr(sink):
        warnings.simplefilter("ignore")
        with np.errstate(all="ignore"):
            yield


def describe(error: BaseException) -> dict[str, Any]:
    """Say what was raised: class names, message, and the student's own lines."""
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind is not object]
    try:
        text = str(error)[:MESSAGE]
    except Exception:
        text = ""
    frames = _frames(error)
    return {
        "kinds": kinds[:10],
        "message": text,
        "line": frames[-1].lineno if frames else None,
        "trace": [_one_line(frame) for frame in frames[-FRAMES:]],
    }


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    """Give the frames of the student's code: no library's and none of ours."""
    try:
        frames = traceback.extract_tb(error.__traceback__, limit=200)
    except Exception:
        return []
    return [frame for frame in frames if not _foreign(frame.filename)]


def _foreign(filename: str) -> bool:
    if filename.startswith(("<__array_function__", "<frozen")):
        return True
    path = os.path.abspath(filename)
    if f"{os.sep}site-packages{os.sep}" in path or f"{os.sep}dist-packages{os.sep}" in path:
        return True
    return path.startswith((_OURS + os.sep, *_LIBRARIES))


def _one_line(frame: traceback.FrameSummary) -> str:
    return f"line {frame.lineno} in {frame.name}: {(frame.line or '').strip()}"[:200]


def module_of(names: Mapping[str, Any]) -> types.SimpleNamespace:
    """Wrap a mapping of names so that ``names.f`` works; for tests and examples."""
    return types.SimpleNamespace(**names)
