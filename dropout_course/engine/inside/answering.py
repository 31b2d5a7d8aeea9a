"""The side that holds the student's names: it answers requests with plain data.

In a notebook it runs in the same process as `check`; at grading in a process of its own. It knows
no law and no expected value, and what it says of itself decides nothing: values are judged by
whoever asked.
"""

from __future__ import annotations

import io
import linecache
import os
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Mapping
from contextvars import copy_context
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from dropout_course.engine.inside import codec, passing

MESSAGE = 2000  # characters of an exception's message that are kept
FRAMES = 6  # lines of the student's own traceback that are kept
DEPTH = 200  # frames of a traceback that are looked at
_PACKAGE = str(Path(__file__).resolve().parents[2])  # the package
_LIBRARIES = tuple({sys.prefix + os.sep, sys.base_prefix + os.sep})
Find = Callable[[str], Callable[..., Any]]


def answer(
    names: Mapping[str, Any],
    request: bytes,
    scene: Find | None = None,
    function: Find | None = None,
) -> bytes:
    """Answer one request about a student's names, which lists calls and scenes.

    Parameters
    ----------
    names
        The student's namespace.
    request
        An encoded ``{"op": "each", "each": [...]}``. A call is ``(name, args)``, or
        ``(name, args, kwargs)``; a scene is ``{"play": name, "plain": arguments}``.
    scene, function
        Give a scene, and what makes a function, by name; without them `dropout_course.scenes` does.

    Returns
    -------
    bytes
        An encoded list of dicts, each with one key: ``ok`` (the value), ``raised``, ``missing``
        (the name), ``cannot`` (what came instead of plain data), ``uncallable`` (the type of what
        has the name and is no function). One dict ``cannot`` stands for all of them.
    """
    message = codec.decode(request, make=lambda argument: make(argument, function))
    return respond(names, message, scene)


def respond(
    names: Mapping[str, Any], message: Mapping[str, Any], scene: Find | None = None
) -> bytes:
    """Answer one request that has been decoded; see `answer`."""
    try:
        with quiet() as silence:
            replies = (_reply(names, one, scene, silence) for one in message["each"])
            return codec.encode_all(replies, lambda error: {"cannot": str(error)})
    except codec.CodecError as error:
        return codec.encode({"cannot": str(error)})


def hand_over(names: Mapping[str, Any], each: list[Any]) -> tuple[Any, int]:
    """Answer requests of who is in this process, handed over already: `answer`, but for the bytes.

    Returns
    -------
    replies, size
        What `decode` gives of what `answer` gave, and about how many bytes that would be.

    Raises
    ------
    CodecError
        A reply that no message can carry to a reader.
    """
    replies, size = [], 0
    with quiet() as silence:
        for one in each:
            try:
                reply = _reply(names, one, None, silence)
            except codec.CodecError as error:
                return {"cannot": str(error)}, size
            value, more = passing.reply(reply, lambda error: {"cannot": str(error)})
            replies.append(value)
            size += more
    return replies, size


def _reply(
    names: Mapping[str, Any], asked: Any, scene: Find | None, silence: quiet
) -> dict[str, Any]:
    silence.renew()
    if type(asked) is tuple:
        return _called(names, *asked)
    return _guarded(_scene(asked["play"], scene), (names,), asked["plain"])


def _called(
    names: Mapping[str, Any],
    name: str,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    if name not in names:
        return {"missing": name}
    function = names[name]
    if not callable(function):
        return {"uncallable": type(function).__name__}
    return _guarded(function, args, kwargs or {})


def _guarded(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    try:
        # in a context of its own: what it sets there, as `np.seterr` does, ends with it
        return {"ok": copy_context().run(function, *args, **kwargs)}
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


def _scene(name: str, find: Find | None) -> Callable[..., Any]:
    if find is None:
        from dropout_course import scenes  # late: most exercises need none

        find = scenes.scene
    try:
        scene = find(name)
    except LookupError:
        raise codec.CodecError(f"there is no scene {name!r}") from None
    return lambda names, **plain: scene(Names(names), **plain)


def make(argument: codec.Rng | codec.Fn, function: Find | None = None) -> Any:
    """Make an argument that is no data: a generator, or a function of the scenes."""
    if isinstance(argument, codec.Rng):
        return np.random.default_rng(argument.seed)
    if function is None:
        from dropout_course import scenes

        function = scenes.function
    return function(argument.name)(**argument.params)


# --- what a student's code prints, warns and raises -----------------------------------------


class _Sink(io.TextIOBase):
    """Takes what is printed and keeps nothing of it."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)


class quiet:  # noqa: N801 - used like a function
    """Drop what is printed and warned of: an answer is judged by what it computes."""

    def __enter__(self) -> quiet:
        self._streams = sys.stdout, sys.stderr
        self._warnings, self._errors = warnings.catch_warnings(), np.errstate(all="ignore")
        self._warnings.__enter__()
        self._errors.__enter__()
        self._sink, self._filters = _Sink(), list[Any]()
        self.renew()
        return self

    def renew(self) -> None:
        """Undo what a call has changed, before the next one."""
        sys.stdout = sys.stderr = self._sink
        if not self._filters or warnings.filters != self._filters:
            warnings.resetwarnings()
            warnings.simplefilter("ignore")
            self._filters = list(warnings.filters)

    def __exit__(self, *exception: Any) -> None:
        sys.stdout, sys.stderr = self._streams
        self._errors.__exit__(*exception)
        self._warnings.__exit__(*exception)


def describe(error: BaseException) -> dict[str, Any]:
    """Say what was raised: class names, message, and the student's own lines."""
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind is not object]
    try:
        text = str(error)[:MESSAGE]
    except Exception:
        text = ""
    frames = frames_of(error)
    return {
        "kinds": kinds[:10],
        "message": text,
        "line": frames[-1].lineno if frames else None,
        "trace": [_one_line(frame) for frame in frames[-FRAMES:]],
    }


def frames_of(error: BaseException) -> list[traceback.FrameSummary]:
    """Give the frames of the student's code: no library's and none of ours."""
    frames = []
    try:
        for frame, line in islice(traceback.walk_tb(error.__traceback__), DEPTH):
            code = frame.f_code
            if not foreign(code.co_filename):  # of the others no source is read
                linecache.checkcache(code.co_filename)
                frames.append(traceback.FrameSummary(code.co_filename, line, code.co_name))
    except Exception:
        return []
    return frames


def foreign(filename: str) -> bool:
    """Whether code of this file is a library's, or ours, and none of the student's."""
    if filename.startswith(("<__array_function__", "<frozen")):
        return True
    path = os.path.abspath(filename)
    if f"{os.sep}site-packages{os.sep}" in path or f"{os.sep}dist-packages{os.sep}" in path:
        return True
    return path.startswith((_PACKAGE + os.sep, *_LIBRARIES))


def _one_line(frame: traceback.FrameSummary) -> str:
    return f"line {frame.lineno} in {frame.name}: {(frame.line or '').strip()}"[:200]


def module_of(names: Mapping[str, Any]) -> types.SimpleNamespace:
    """Wrap a mapping of names so that ``names.f`` works; for tests and examples."""
    return types.SimpleNamespace(**names)
