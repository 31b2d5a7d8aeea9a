"""Laws: what is true of every right answer to an exercise.

A law is a function of a student and a case. It has a name that the student reads, a weight, and a
body that goes from the smallest friendly example to larger random ones, so that the first
violation is one that can be followed by hand::

    @law("Eval is the identity", weight=2)
    def eval_is_identity(student, case):
        x, p = case.normal(3, 4), case.rate()
        case.gives(student.dropout_inverted, [
            ((X, MASK, 0.5, False), X),
            ((x, case.mask(x.shape, p), p, False), x),
        ])

It belongs to the exercise whose module it stands in. Visible laws stand in
``dropout_course.exercises.chNN_stem.EXERCISE`` and run in the student's notebook too. A hidden law
stands on the instructor's side and is written on its visible twin, whose name and role it has::

    @visible.eval_is_identity.elsewhere(weight=1)
    def eval_is_identity(student, case): ...

Where a hidden law compares with the reference, its calls are all there is to write::

    @visible.eval_is_identity.against(dropout_inverted, weight=1)
    def eval_is_identity(case):
        return [(case.normal(*shape), case.mask(shape, 0.3), 0.3, False) for shape in SHAPES]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

LawBody = Callable[[Any, Any], None]
Calls = Callable[[Any], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Law:
    """One law of one exercise.

    Attributes
    ----------
    exercise : str
        The exercise id.
    name : str
        What the student reads.
    weight : float
        Its share of the exercise's points.
    body : callable
    core : bool
        While the core law fails, the answer earns at most a fifth of the points.
    edge : bool
        It looks at refused rates, p = 1, infinite inputs, dtypes: edges weigh a third at most.
    observed : bool
        What it sees is reported from inside the student's process and could be faked there.
    hidden : bool
        It runs at grading only.
    statistic : tuple
        For a statistical law: the declarations of its error probabilities.
    """

    exercise: str
    name: str
    weight: float
    body: LawBody
    core: bool = False
    edge: bool = False
    observed: bool = False
    hidden: bool = False
    statistic: tuple[Any, ...] = ()

    def __call__(self, student: Any, case: Any) -> None:
        """Judge an answer; see `dropout_course.engine.case`."""
        self.body(student, case)

    def elsewhere(self, *, weight: float, statistic: Any = ()) -> Callable[[LawBody], Law]:
        """Make a function the hidden twin of this law: the same law on other inputs."""

        def mark(body: LawBody) -> Law:
            declared = _declared(statistic)
            return replace(self, weight=weight, body=body, hidden=True, statistic=declared)

        return mark

    def against(
        self, reference: Callable[..., Any], *, weight: float, form: bool = False
    ) -> Callable[[Calls], Law]:
        """Make the calls that a function gives the hidden twin of this law.

        The values of each call must be those of the reference; with `form` not the values but
        type, dtype and shape.
        """

        def mark(calls: Calls) -> Law:
            def body(student: Any, case: Any) -> None:
                function = getattr(student, reference.__name__)
                asked = [(call, function(*call)) for call in calls(case)]
                for call, answer in asked:
                    (case.form if form else case.equal)(answer, reference(*call))

            return self.elsewhere(weight=weight)(body)

        return mark


def law(
    name: str,
    *,
    weight: float = 1.0,
    core: bool = False,
    edge: bool = False,
    observed: bool = False,
    statistic: Any = (),
) -> Callable[[LawBody], Law]:
    """Make a function a law of the exercise in whose module it stands; see `Law`."""

    def mark(body: LawBody) -> Law:
        exercise = body.__module__.rpartition(".")[2]
        declared = _declared(statistic)
        return Law(exercise, name, weight, body, core, edge, observed, statistic=declared)

    return mark


def _declared(statistic: Any) -> tuple[Any, ...]:
    return statistic if isinstance(statistic, tuple) else (statistic,)


def laws_in(module: ModuleType) -> list[Law]:
    """All laws of the exercise that a module is about, in the order of definition."""
    exercise = module.__name__.rpartition(".")[2]
    found = [value for value in vars(module).values() if isinstance(value, Law)]
    return [made for made in found if made.exercise == exercise]
