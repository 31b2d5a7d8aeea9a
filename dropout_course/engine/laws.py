"""Laws: what is true of every right answer to an exercise.

A law is a function of a student and a case. It has a name that the student reads, a weight, and a
body that goes from the smallest friendly example to larger random ones, so that the first
violation is one that can be followed by hand::

    @law("dropout_inverted", "Eval is the identity", weight=2)
    def eval_is_identity(student, case):
        x = np.array([1.0, -2.0, 3.0])
        case.equal(student.dropout_inverted(x, np.array([True, False, True]), 0.5, False), x)
        x = case.normal(3, 4)
        case.equal(student.dropout_inverted(x, case.mask(x.shape, 0.4), 0.4, False), x)

Visible laws stand in ``dropout_course.checks.chNN_stem`` and run in the student's notebook too;
hidden ones stand on the instructor's side and bear the name of the visible law that they repeat.

Mistakes are wrong answers that run, each with the sentence for the student; a probe calls an
answer so that they can be told apart::

    @mistake("M4", "dropout_inverted", title="Divided by p",
             says="Survivors are divided by the keep probability 1 - p, not by p.")
    def divides_by_p(x, mask, p, training): ...

    @probe("dropout_inverted")
    def tell_apart(student, case):
        x, mask = np.array([1.0, 2.0]), np.array([True, False])
        return [student.attempt("dropout_inverted", x, mask, 0.3, mode) for mode in (True, False)]
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

LawBody = Callable[[Any, Any], None]
ProbeBody = Callable[[Any, Any], Any]


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
    core : bool
        While the core law fails, the answer earns at most a fifth of the points.
    observed : bool
        What it sees is reported from inside the student's process and could be faked there.
    hidden : bool
        It runs at grading only.
    statistic : object or None
        For a statistical law: the declaration of its error probabilities.
    body : callable
    """

    exercise: str
    name: str
    weight: float
    core: bool
    observed: bool
    hidden: bool
    statistic: Any
    body: LawBody


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people give.

    Attributes
    ----------
    id : str
        ``M<number>`` of the bank of mistakes.
    exercise : str
    title : str
        The misconception in three or four words.
    says : str
        The sentence for the student.
    replaces : str
        The name that `answer` stands for.
    same_as : str
        The id of a mistake that is the same misconception, and may be named instead.
    answer : callable
        The wrong function or class.
    """

    id: str
    exercise: str
    title: str
    says: str
    replaces: str
    same_as: str
    answer: Any


def law(
    exercise: str,
    name: str,
    *,
    weight: float = 1.0,
    core: bool = False,
    observed: bool = False,
    statistic: Any = None,
) -> Callable[[LawBody], LawBody]:
    """Make a function a law of an exercise; see `Law` for the parameters."""

    def mark(body: LawBody) -> LawBody:
        hidden = body.__module__.startswith("autograder.hidden")
        made = Law(exercise, name, weight, core, observed, hidden, statistic, body)
        body.__laws__ = [*getattr(body, "__laws__", []), made]  # type: ignore[attr-defined]
        return body

    return mark


def mistake(
    id: str, exercise: str, *, title: str, says: str, replaces: str = "", same_as: str = ""
) -> Callable[[Any], Any]:
    """Make a function or class a known wrong answer; see `Mistake` for the parameters."""

    def mark(answer: Any) -> Any:
        answer.__mistake__ = Mistake(
            id, exercise, title, says, replaces or exercise, same_as, answer
        )
        return answer

    return mark


def probe(exercise: str) -> Callable[[ProbeBody], ProbeBody]:
    """Make a function the probe of an exercise.

    It calls an answer (`Student.attempt`) and returns plain data by which known mistakes are told
    apart: the values themselves where the exercise is deterministic, features of them (words,
    counts, booleans) where it is random.
    """

    def mark(body: ProbeBody) -> ProbeBody:
        body.__probe__ = exercise  # type: ignore[attr-defined]
        return body

    return mark


# --- what stands in a module ----------------------------------------------------------------


def laws_in(module: ModuleType) -> list[Law]:
    """All laws of a module, in the order of definition."""
    bodies = [value for value in vars(module).values() if inspect.isfunction(value)]
    return [
        made for body in bodies if body.__module__ == module.__name__
        for made in getattr(body, "__laws__", [])
    ]  # fmt: skip


def mistakes_in(module: ModuleType) -> list[Mistake]:
    """All mistakes of a module, in the order of definition."""
    found = [vars(value).get("__mistake__") for value in vars(module).values() if _plain(value)]
    return [made for made in found if isinstance(made, Mistake)]


def probes_in(module: ModuleType) -> dict[str, ProbeBody]:
    """The probes of a module by exercise."""
    bodies = [value for value in vars(module).values() if inspect.isfunction(value)]
    return {body.__probe__: body for body in bodies if hasattr(body, "__probe__")}


def _plain(value: Any) -> bool:
    return inspect.isfunction(value) or inspect.isclass(value)


def module_name(stem: str) -> str:
    """Give the module of a chapter: ``04-backprop`` -> ``ch04_backprop``."""
    return "ch" + stem.replace("-", "_")


def visible_laws(stem: str) -> list[Law]:
    """The laws of a chapter that run in notebooks."""
    return laws_in(importlib.import_module(f"dropout_course.checks.{module_name(stem)}"))


def known_mistakes(stem: str) -> tuple[list[Mistake], dict[str, ProbeBody]]:
    """The known mistakes of a chapter, and the probes that tell them apart."""
    module = importlib.import_module(f"dropout_course.mistakes.{module_name(stem)}")
    return mistakes_in(module), probes_in(module)
