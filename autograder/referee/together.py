"""Laws side by side: what they ask of an answer goes in few requests.

A request takes time of its own, however many calls it brings. So each law runs until it needs a
value, then the next one does, and what all of them wait for goes in one request. Where an answer is
lost, or gives too much, it must be known in which law that was: then the notebook is graded anew,
one law after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import copy_context
from typing import Any

from greenlet import getcurrent, greenlet

from dropout_course.engine.inside import codec
from dropout_course.engine.judging import LAW_ROOM, LOST, Outcome, run_law
from dropout_course.engine.laws import Law
from dropout_course.engine.student import Student, Transport
from dropout_course.engine.unanswered import Lost


class ApartError(Exception):
    """The laws have to be run one after the other."""


def run_together(
    transport: Transport, laws: Sequence[Law], student: Student, seed: int
) -> list[Outcome]:
    """Run laws on an answer side by side; see `dropout_course.engine.judging.run_laws`.

    Parameters
    ----------
    transport
        As for a `Student`.
    laws
        The laws of one exercise.
    student
        Not asked: each law has one of its own.
    seed
        The same seed gives the same inputs.

    Raises
    ------
    ApartError
        The answer was lost, or gave more than all of them together may take.
    """
    return _Together(laws, transport, seed).outcomes()


class _Together:
    """Some laws at work, each in a greenlet of its own; see `run_together`."""

    def __init__(self, laws: Sequence[Law], transport: Transport, seed: int) -> None:
        self._asking = Student(transport)
        self._asking.allow(LAW_ROOM)
        self._at_work = [_greenlet(law, _Aside(transport), seed) for law in laws]

    def outcomes(self) -> list[Outcome]:
        """Run all laws to their ends, by turns."""
        outcomes: dict[greenlet, Outcome] = {}
        waiting = [(one, 0) for one in self._at_work]
        replies: list[Any] = []
        try:
            while waiting:
                asked: list[Any] = []
                still, at = [], 0
                for one, count in waiting:
                    gave = one.switch(replies[at : at + count])
                    at += count
                    if one.dead:
                        outcomes[one] = gave
                    else:
                        asked += gave
                        still.append((one, len(gave)))
                waiting, replies = still, self._asked(asked) if asked else []
        finally:
            for one in filter(None, self._at_work):  # those that wait for what will not come
                one.throw()
        found = [outcomes[one] for one in self._at_work]
        if any(outcome.finding and outcome.finding.kind in LOST for outcome in found):
            raise ApartError("after such a law no other would have been looked at")
        return found

    def _asked(self, each: list[Any]) -> list[Any]:
        try:
            replies = self._asking.exchange(each)
        except (Lost, codec.CodecError) as error:
            raise ApartError(str(error)) from None
        if not isinstance(replies, list) or len(replies) != len(each) or self._asking.room <= 0:
            raise ApartError("it can't be told whose reply is which, or it is too much")
        return replies


class _Aside(Student):
    """The student of one law among several: what it asks waits for what the others ask."""

    def exchange(self, each: list[Any]) -> Any:
        """Have calls made with those of the others; scenes at once, since they are sealed."""
        ours = getcurrent().parent
        assert ours is not None
        if not any(isinstance(one, dict) for one in each):
            return ours.switch(each)
        try:
            return super().exchange(each)
        except Lost as lost:
            return ours.throw(ApartError(str(lost)))  # which does not come back


def _greenlet(law: Law, student: Student, seed: int) -> greenlet:
    made = greenlet(lambda nothing_yet: run_law(law, student, seed))
    made.gr_context = copy_context()  # NumPy's error state is in it
    return made
