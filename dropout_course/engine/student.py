"""A student's answer as a law sees it: names that are called with plain data.

    y = student.dropout_inverted(x, mask, 0.4, True)   # asks for one call
    y.value                                            # waits for what it gave
    student.play("dropout_layer_run", p=0.4, ...)      # asks for a scene on the student's names

A call gives an `Answer`. Nothing is sent before some answer's value is needed; then all calls
that are waiting go in one request. So a law that asks first and judges afterwards costs one
crossing to the other process, and no law has to plan for it.

Whether the answer lives in this process or in another is decided by the transport; a law can't
tell, because arguments and results are what the codec makes of them in both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dropout_course.engine.inside import answering, codec, passing
from dropout_course.engine.unanswered import (
    EngineError,
    Lost,
    Missing,
    Raised,
    Uncallable,
    Unsendable,
    text_of,
)

Transport = Callable[[bytes], bytes | bytearray]
ROOM = codec.MAX_BYTES  # bytes of all replies that are taken, until `allow` sets it anew


@dataclass
class Call:
    """One call, or one scene, as it was asked for."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    scene: bool = False

    def request(self) -> dict[str, Any] | tuple[Any, ...]:
        """Give it as the other side reads it."""
        if self.scene:
            return {"play": self.name, "plain": self.kwargs}
        return (self.name, self.args, self.kwargs) if self.kwargs else (self.name, self.args)


class Answer:
    """What a call will have given; `value` waits for it.

    Attributes
    ----------
    call : Call
    """

    __slots__ = ("_reply", "_settled", "_student", "call")

    def __init__(self, student: Student, call: Call) -> None:
        self.call, self._student = call, student
        self._settled, self._reply = False, None

    @property
    def value(self) -> Any:
        """The value of the call.

        Raises
        ------
        Unanswered
            It gave none; the subclass says why.
        """
        if not self._settled:
            self._student.send()
        self._student.last = self.call
        # An exception is made each time anew: one that is kept would keep, by its traceback, the
        # frame of the law, and with it all that other calls gave.
        return _opened(self._reply)

    def settle(self, reply: Any) -> None:
        """Take the reply of the other side."""
        self._settled, self._reply = True, reply


class Student:
    """The names of one answer to an exercise.

    Parameters
    ----------
    transport
        Takes an encoded request, gives the encoded reply, or raises `Lost`.
    names
        Those of this process, where they live here: then values are handed over, without bytes.

    Attributes
    ----------
    last : Call or None
        The call whose value was asked for latest: the example in the feedback.
    room : int
        Bytes of replies that are still taken; see `allow`.
    """

    def __init__(self, transport: Transport, names: Mapping[str, Any] | None = None) -> None:
        self._transport = transport
        self._names = names
        self._waiting: list[Answer] = []
        self.room = ROOM
        self.last: Call | None = None

    @classmethod
    def here(cls, names: Mapping[str, Any]) -> Student:
        """Make a student whose names live in this process."""
        return cls(lambda request: answering.answer(names, request), names)

    def __getattr__(self, name: str) -> Callable[..., Answer]:
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*args: Any, **kwargs: Any) -> Answer:
            return self.ask(Call(name, args, kwargs))

        call.__name__ = name
        return call

    def play(self, scene: str, **plain: Any) -> Answer:
        """Ask for a scene of `dropout_course.scenes` on the student's names."""
        return self.ask(Call(scene, (), plain, scene=True))

    def ask(self, call: Call) -> Answer:
        """Ask for a call; it is made when its value, or that of a later one, is needed."""
        answer = Answer(self, call)
        self._waiting.append(answer)
        return answer

    def forget(self) -> None:
        """Drop the calls that nobody has waited for, and the latest example."""
        self._waiting.clear()
        self.last = None

    def allow(self, room: int) -> None:
        """Take so many bytes of replies from now on: values that are held at once add up."""
        self.room = room

    def send(self) -> None:
        """Make all calls that are waiting, in their order, in one request."""
        waiting, self._waiting = self._waiting, []
        self._send(waiting)

    def _send(self, answers: list[Answer]) -> None:
        replies = self._asked([answer.call.request() for answer in answers])
        several = len(answers) > 1
        if isinstance(replies, list) and len(replies) == len(answers):
            for answer, reply in zip(answers, replies, strict=True):
                if several and _refused(reply):
                    self._send([answer])  # beside others it may have been too much for a message
                else:
                    answer.settle(reply)
        elif _refused(replies) and several:
            middle = len(answers) // 2  # all of it is too much; in halves it may not be
            self._send(answers[:middle])
            self._send(answers[middle:])
        else:
            known = isinstance(replies, _Gone) or _refused(replies)
            for answer in answers:
                answer.settle(replies if known else None)

    def _asked(self, each: list[Any]) -> Any:
        """Give the replies to some requests, or the one that stands for all."""
        if self.room <= 0:
            return {"cannot": TOO_MUCH}
        try:
            return self.exchange(each)
        except Lost as lost:
            return _Gone(str(lost), lost.kind)

    def exchange(self, each: list[Any]) -> Any:
        """Send requests as calls give them; give the replies as the other side gave them.

        Raises
        ------
        Lost
            There will be none.
        """
        if self._names is not None:
            return self._handed_over(self._names, each)
        data = codec.encode({"op": "each", "each": each})
        try:
            reply = self._transport(data)
        except Lost:
            raise
        except Exception as error:
            raise EngineError(f"{type(error).__name__}: {error}") from error
        self.room -= len(reply)
        try:
            return codec.decode(reply, layouts=False)
        except codec.CodecError as error:
            return _Gone(f"{UNREADABLE}: {error}", "broken")

    def _handed_over(self, names: Mapping[str, Any], each: list[Any]) -> Any:
        asked = passing.arguments(each, answering.make)
        try:
            reply, size = answering.hand_over(names, asked)
        except codec.CodecError as error:
            return _Gone(f"{UNREADABLE}: {error}", "broken")
        except Exception as error:
            raise EngineError(f"{type(error).__name__}: {error}") from error
        self.room -= size
        return reply


UNREADABLE = "the reply can't be read"
TOO_MUCH = "more in all its calls than can be judged"


@dataclass(frozen=True)
class _Gone:
    """Stands for a reply that did not come, or can't be read: see `Lost`."""

    message: str
    kind: str


def _refused(reply: Any) -> bool:
    """Whether the other side could not send what came."""
    return isinstance(reply, dict) and reply.keys() == {"cannot"}


def _opened(reply: Any) -> Any:
    """Give the value in a reply, or raise what it tells."""
    if isinstance(reply, _Gone):
        raise Lost(reply.message, reply.kind)
    if not isinstance(reply, dict) or len(reply) != 1:
        raise Lost(UNREADABLE, "broken")
    ((kind, content),) = reply.items()
    if kind == "ok":
        return content
    if kind == "missing":
        raise Missing(text_of(content, 100))
    if kind == "uncallable":
        raise Uncallable(text_of(content, 100))
    if kind == "cannot":
        raise Unsendable(text_of(content, 300))
    if kind == "raised" and isinstance(content, dict):
        raise Raised(content)
    raise Lost(UNREADABLE, "broken")
