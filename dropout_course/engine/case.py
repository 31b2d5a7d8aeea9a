"""A case: the inputs of one law, and the judgements on what came of them.

Judgements raise `Broken` with what was expected and what came; the feedback adds the call that
showed it. They take an `Answer` as it is, and wait for its value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dropout_course.engine.comparing import Broken, numbers_in, require_form, require_values
from dropout_course.engine.inputs import Inputs
from dropout_course.engine.pictures import Picture
from dropout_course.engine.student import Answer, Call
from dropout_course.engine.unanswered import Lost, Raised, Unanswered

BAD_RATES = (-0.1, 1.5, math.nan)


@dataclass(frozen=True)
class Observation:
    """One comparison of a result with what it must be, for `engine.relations`."""

    call: Call
    want: Any
    got: Any
    holds: bool


class Case(Inputs):
    """Inputs and judgements for one law.

    Parameters
    ----------
    seed
        Any integer or sequence of integers: the same seed gives the same inputs.
    lenient
        Go on after a wrong value, so that `seen` holds the comparisons with all inputs.

    Attributes
    ----------
    seen : list of Observation
        The comparisons of whole results with what they must be.
    """

    def __init__(self, seed: int | Sequence[int], *, lenient: bool = False) -> None:
        super().__init__(seed)
        self._lenient = lenient
        self.seen: list[Observation] = []

    def equal(
        self,
        got: Any,
        want: Any,
        *,
        tol: float | None = None,
        what: str = "",
        of: Answer | None = None,
    ) -> None:
        """Require the values of `want`, up to a tolerance, in any form that carries them.

        Two arrays agree when max|a - b| <= tol * max(1, max|b|) (by default 1e-9 in float64 and
        1e-5 in float32) and when NaN and infinities stand in the same places. Containers are
        compared part by part; `what` names the part in the message, and `of` the answer that a
        part comes from. The dtype does not count: see `form`.
        """
        value = got.value if isinstance(got, Answer) else got
        of = got if isinstance(got, Answer) else of
        try:
            require_values(value, want, tol, what or "the result")
        except Broken as broken:
            self._saw(of, want, value, holds=False)
            if not (self._lenient and broken.kind in ("value", "nonfinite", "shape")):
                raise
        else:
            self._saw(of, want, value, holds=True)

    def _saw(self, of: Answer | None, want: Any, value: Any, *, holds: bool) -> None:
        if of is not None:
            self.seen.append(Observation(of.call, want, value, holds))

    def gives(
        self,
        function: Callable[..., Answer],
        examples: Iterable[tuple[tuple[Any, ...], Any]],
        *,
        tol: float | None = None,
        what: str = "",
    ) -> None:
        """Require the values of several calls of one function; see `equal`.

        Parameters
        ----------
        function
            As in ``student.dropout_inverted``.
        examples
            The arguments of each call, and its right result.
        """
        asked = [(function(*args), want) for args, want in examples]
        for answer, want in asked:
            self.equal(answer, want, tol=tol, what=what)

    def form(self, got: Any, want: Any, *, what: str = "") -> None:
        """Require the type of `want`, and its dtype and shape; the values do not count."""
        value = got.value if isinstance(got, Answer) else got
        require_form(value, want, what or "the result")

    @staticmethod
    def array(got: Any, shape: tuple[int, ...] | None = None, *, what: str = "") -> np.ndarray:
        """Give a result as an array of real numbers, of this shape if one is given."""
        what = what or "the result"
        array = numbers_in(got.value if isinstance(got, Answer) else got, what=what)
        if shape is not None and array.shape != shape:
            text = f"{what} has shape {array.shape}, and it must have shape {shape}"
            raise Broken(text, received=array, kind="shape")
        # What came over the wire is read-only; given to the answer again, it is no frozen array.
        return array if array.flags.writeable else array.copy()

    @staticmethod
    def that(
        holds: Any,
        reason: str,
        *,
        expected: Any = None,
        received: Any = None,
        kind: str = "value",
        picture: Picture | None = None,
    ) -> None:
        """Require a condition; `reason` says in a sentence what is wrong when it fails."""
        if not holds:
            raise Broken(reason, expected, received, kind, picture)

    @staticmethod
    def raises(error: type[BaseException], answers: Answer | Iterable[Answer]) -> None:
        """Require that a call, or each of several, raises the exception or one derived from it."""
        name = error.__name__
        for answer in [answers] if isinstance(answers, Answer) else list(answers):
            try:
                value = answer.value
            except Raised as raised:
                if raised.is_a("NotImplementedError"):
                    raise
                if not raised.is_a(name):
                    text = f"this call must raise {name}, and it raised {raised.kinds[0]}"
                    raise Broken(text, name, str(raised), "raised") from None
            except (Lost, Unanswered):
                raise
            else:
                text = f"this call must raise {name}, and it returned a value"
                raise Broken(text, _Word(f"raises {name}"), value, "accepted")


class _Word(str):
    """Text that is shown as it is, without quotes."""
