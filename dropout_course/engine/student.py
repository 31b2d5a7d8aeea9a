"""A student's answer as a law sees it: names that are called with plain data.

    student.dropout_inverted(x, mask, 0.4, True)     # calls one function
    student.each("dropout_inverted", [...])          # calls one function several times at once
    student.play("dropout_layer_run", p=0.4, ...)    # runs a scene on the student's names

Whether the answer lives in this process or in another is decided by the transport; a law can't
tell, because arguments and results go through `dropout_course.engine.inside.codec` in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dropout_course.engine.inside import answering, codec

Transport = Callable[[bytes], bytes]


class EngineError(Exception):
    """Our own machinery failed between the law and the answer: nobody's answer is to blame."""


class Unanswered(Exception):
    """A call that gave no value. `kind` says why."""

    kind = "unanswered"


class Missing(Unanswered):
    """The student's code has no such name."""

    kind = "missing"


class Unsendable(Unanswered):
    """The function returned something that is no plain data."""

    kind = "type"


class Lost(Unanswered):
    """The process that held the answer ended; `kind` is ``timeout``, ``died`` or ``broken``."""

    def __init__(self, message: str, kind: str = "died") -> None:
        super().__init__(message)
        self.kind = kind


class Raised(Unanswered):
    """The function raised.

    Attributes
    ----------
    kinds : list of str
        The names of the exception's classes, the most specific first.
    message : str
    line : int or None
        The line of the student's cell.
    trace : list of str
        The student's own lines, outermost first.
    """

    kind = "raised"

    def __init__(self, said: Mapping[str, Any]) -> None:
        line = said.get("line")
        self.kinds = _texts(said.get("kinds"), 10, 80) or ["Exception"]
        self.message = _text(said.get("message"), answering.MESSAGE)
        self.trace = _texts(said.get("trace"), answering.FRAMES, 200)
        self.line = line if type(line) is int else None
        super().__init__(f"{self.kinds[0]}: {self.message}" if self.message else self.kinds[0])

    def is_a(self, name: str) -> bool:
        """Whether the exception is of the class of this name or derives from it."""
        return name in self.kinds


def _text(value: Any, limit: int) -> str:
    """Cut a text; anything else that a hostile process sends in its place is not put into words."""
    return value[:limit] if isinstance(value, str) else ""


def _texts(values: Any, count: int, limit: int) -> list[str]:
    texts = values[:count] if isinstance(values, list) else []
    return [text[:limit] for text in texts if isinstance(text, str)]


@dataclass
class Call:
    """The latest call, for the example in the feedback."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    scene: bool = False


class Student:
    """The names of one answer.

    Parameters
    ----------
    transport
        Takes an encoded request, gives the encoded reply, or raises `Lost`.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.last: Call | None = None

    @classmethod
    def here(cls, names: Mapping[str, Any]) -> Student:
        """Make a student whose names live in this process."""
        return cls(lambda request: answering.answer(names, request))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self.last = Call(name, args, kwargs)
            return self._ask({"op": "call", "name": name, "args": args, "kwargs": kwargs})

        call.__name__ = name
        return call

    def each(
        self, name: str, calls: Iterable[tuple[Any, ...]]
    ) -> Iterator[tuple[tuple[Any, ...], Any]]:
        """Call one function with several tuples of arguments, in one request.

        Yields
        ------
        args, value
            The arguments of a call and what it gave, in order; what a call raised is raised when
            its turn comes.
        """
        calls = list(calls)
        for args, answer in zip(calls, self.answers(name, calls), strict=True):
            yield args, answer()

    def answers(self, name: str, calls: Iterable[tuple[Any, ...]]) -> list[Callable[[], Any]]:
        """Call like `each`; give functions that return, or raise, what each of the calls did."""
        calls = list(calls)
        self.last = Call(name, calls[0]) if calls else None
        replies = self._send({"op": "calls", "name": name, "each": calls})
        if not isinstance(replies, list) or len(replies) != len(calls):
            if isinstance(replies, dict):
                self._opened(replies)  # all of it is too much for one message
            raise Lost("the reply can't be read", "broken")

        def answer(args: tuple[Any, ...], reply: Any) -> Any:
            self.last = Call(name, args)
            return self._opened(reply)

        return [partial(answer, *pair) for pair in zip(calls, replies, strict=True)]

    def play(self, scene: str, **plain: Any) -> Any:
        """Run a scene of `dropout_course.scenes` on the student's names."""
        self.last = Call(scene, (), plain, scene=True)
        return self._ask({"op": "play", "scene": scene, "plain": plain})

    def attempt(self, name: str, *args: Any) -> Any:
        """Call like ``student.name(*args)``, but give what was raised as a value.

        For probes: a mistake may be recognised by what it raises.
        """
        return self._attempt(lambda: getattr(self, name)(*args))

    def attempt_play(self, scene: str, **plain: Any) -> Any:
        """Play like ``student.play(scene, ...)``, but give what was raised as a value."""
        return self._attempt(lambda: self.play(scene, **plain))

    @staticmethod
    def _attempt(ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except Lost:
            raise
        except Unanswered as error:
            return {"unanswered": error.kind, "raised": getattr(error, "kinds", [""])[0]}

    def _ask(self, request: dict[str, Any]) -> Any:
        return self._opened(self._send(request))

    def _send(self, request: dict[str, Any]) -> Any:
        data = codec.encode(request)
        try:
            told = self._transport(data)
        except Unanswered:
            raise
        except Exception as error:
            raise EngineError(f"{type(error).__name__}: {error}") from error
        try:
            return codec.decode(told, layouts=False)
        except codec.CodecError as error:
            raise Lost(f"the reply can't be read: {error}", "broken") from None

    @staticmethod
    def _opened(reply: Any) -> Any:
        """Give the value in a reply, or raise what it tells."""
        if not isinstance(reply, dict) or len(reply) != 1:
            raise Lost("the reply can't be read", "broken")
        ((kind, content),) = reply.items()
        if kind == "ok":
            return content
        if kind == "missing":
            raise Missing(_text(content, 100))
        if kind == "cannot":
            raise Unsendable(_text(content, 300))
        if kind == "raised" and isinstance(content, dict):
            raise Raised(content)
        raise Lost("the reply can't be read", "broken")
