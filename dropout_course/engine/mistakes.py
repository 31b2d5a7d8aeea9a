"""Mistakes: wrong answers that people give, and the questions by which they are recognised.

A question calls an answer and gives plain data about one thing; it says what is so, and not
whether that is right::

    @question("By what are kept units multiplied in training?")
    def kept_in_training(student, case):
        x, mask = np.array([1.0, 2.0]), np.array([True, False])
        return ratio(student.dropout_inverted(x, mask, 0.3, True), x)[mask]

It is always asked with the same inputs. Where an answer is random, what the question gives must
be the same for all right answers: a word, a count, a rounded share.

A mistake is a wrong answer that runs, with a title and the sentence for the student. Most wrong
answers differ in one respect from a common form, and are rows over that form::

    def inverted(kept=lambda x, p: x / (1 - p), ...):
        def dropout_inverted(x, mask, p, training): ...
        return dropout_inverted

    mistakes = Mistakes(dropout_inverted=inverted)
    mistakes.row("factor-missing", "No factor", "Kept units are not divided …", kept=lambda x, p: x)

    @mistakes.whole("mask-returned", "The mask itself", "The result is …")
    def mask_returned(x, mask, p, training): ...

A mistake is known by its *symptoms*: the questions to which its answer is not the right one. They
are worked out when the course is built, with the references at hand, and stand in
``exercises/symptoms.json``; so no right answer has to be shipped.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from dropout_course.engine.case import Case
from dropout_course.engine.features import alike, plain
from dropout_course.engine.student import Student
from dropout_course.engine.unanswered import EngineError, Lost, Missing, Raised, Unanswered

QuestionBody = Callable[[Student, Case], Any]
MISSING = {"gives": "missing"}


@dataclass(frozen=True)
class Question:
    """One thing by which wrong answers are told apart.

    Attributes
    ----------
    name : str
        The name of the function.
    text : str
        The question.
    edge : bool
        It asks about an edge: a mistake in the heart of the matter is known without it.
    body : callable
    """

    name: str
    text: str
    edge: bool
    body: QuestionBody

    def ask(self, student: Student) -> Any:
        """Give the answer as plain data; what was raised is an answer too."""
        student.forget()
        case = Case([zlib.crc32(self.name.encode()), 7])
        try:
            return plain(self.body(student, case))
        except (EngineError, Lost):
            raise
        except Missing:
            return MISSING
        except Raised as error:
            todo = error.is_a("NotImplementedError")
            return MISSING if todo else {"gives": f"raises {error.kinds[0]}"}
        except Unanswered as error:
            return {"gives": error.kind}
        except Exception:  # a result of a form that the question does not know
            return {"gives": "something else"}


def question(text: str, *, edge: bool = False) -> Callable[[QuestionBody], Question]:
    """Make a function a question about answers to the exercise in whose module it stands."""
    return lambda body: Question(body.__name__, text, edge, body)


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people give.

    Attributes
    ----------
    id : str
        The misconception; the same one has the same id in every exercise.
    title : str
        The misconception in three or four words.
    says : str
        The sentence for the student.
    replaces : str
        The name that `answer` stands for.
    answer : callable
        The wrong function or class.
    """

    id: str
    title: str
    says: str
    replaces: str
    answer: Any

    @property
    def anchor(self) -> str:
        """Where it stands on the book's page of mistakes."""
        return f"mistake-{self.id}"


# Those that are the same in many exercises, in the same words.
MISCONCEPTIONS = {
    "float32-becomes-float64": (
        "float32 becomes float64",
        "The result must keep the dtype of the input: float32 in, float32 out. One float64 array "
        "among float32 ones, or a NumPy float64 scalar, makes it float64.",
    ),
    "writes-to-its-input": (
        "Writes to its input",
        "Your function writes to the caller's array, who still needs it; make a new one instead.",
    ),
    "bad-rates-accepted": (
        "Bad rates accepted",
        "A p outside [0, 1] must raise ValueError, NaN too: `not 0 <= p <= 1` is true for all "
        "of them.",
    ),
    "division-by-zero-at-one": (
        "Division by zero at p = 1",
        "At p = 1 you divide by 0; everything is dropped there, so give p = 1 a case of its own.",
    ),
    "zero-times-infinity": (
        "0 times infinity",
        "Multiplying by a mask turns a dropped infinite or NaN entry into NaN; select with "
        "np.where instead.",
    ),
}


def upcasting(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function whose arrays are all float64."""

    def up(value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            return value.astype(np.float64)
        if isinstance(value, (tuple, list)):
            return type(value)(map(up, value))
        return {k: up(v) for k, v in value.items()} if isinstance(value, dict) else value

    return lambda *args, **options: up(answer(*args, **options))


def overwriting(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function that writes to its first array argument."""

    def overwrites(*args: Any, **options: Any) -> Any:
        result = answer(*args, **options)
        first = next((arg for arg in args if isinstance(arg, np.ndarray)), None)
        if first is not None:
            first[...] = first
        return result

    return overwrites


class Mistakes:
    """The known wrong answers to one exercise.

    Parameters
    ----------
    forms
        For each name to write, a function of the respects in which wrong answers differ; called
        without any, it gives a right answer.
    """

    def __init__(self, **forms: Callable[..., Any]) -> None:
        self.forms = forms
        self.entries: list[Mistake] = []

    def row(
        self,
        id: str,
        title: str = "",
        says: str = "",
        *,
        of: str = "",
        wrap: Callable[[Any], Any] | None = None,
        **changes: Any,
    ) -> None:
        """Add the common form with some changes.

        Parameters
        ----------
        id, title, says
            See `Mistake`; title and sentence of a misconception in `MISCONCEPTIONS` may be left
            out.
        of
            The name of the form, where there are several.
        wrap
            Takes the function and gives the wrong one: `upcasting`, `overwriting`.
        changes
            Arguments of the form.
        """
        if not title:
            title, says = MISCONCEPTIONS[id]
        name = of or next(iter(self.forms))
        answer = self.forms[name](**changes)
        self._add(Mistake(id, title, says, name, wrap(answer) if wrap else answer))

    def whole(self, id: str, title: str, says: str, *, of: str = "") -> Callable[[Any], Any]:
        """Add a whole function or class; `of` is the name it stands for if not that of a form."""

        def mark(answer: Any) -> Any:
            name = of or next(iter(self.forms), "") or answer.__name__
            self._add(Mistake(id, title, says, name, answer))
            return answer

        return mark

    def _add(self, mistake: Mistake) -> None:
        if any(known.id == mistake.id for known in self.entries):
            raise ValueError(f"the mistake {mistake.id!r} stands twice in one exercise: rename one")
        self.entries.append(mistake)


@dataclass
class Bank:
    """What is known of wrong answers to one exercise.

    Attributes
    ----------
    questions : list of Question
    mistakes : list of Mistake
    symptoms : dict
        For each mistake's id the names of the questions that it answers wrongly.
    """

    questions: Sequence[Question]
    mistakes: Sequence[Mistake]
    symptoms: Mapping[str, Sequence[str]]
    _given: dict[tuple[str, str], Any] = field(default_factory=dict)

    def of_mistake(self, mistake: Mistake, question: Question) -> Any:
        """Give a mistake's answer to a question; worked out once."""
        key = mistake.id, question.name
        if key not in self._given:
            student = Student.here({mistake.replaces: mistake.answer})
            self._given[key] = question.ask(student)
        return self._given[key]

    def right(self, question: Question) -> Any:
        """Give the right answer to a question: that of a mistake which is right there.

        MISSING where every mistake answers it wrongly: then none is named without it.
        """
        for mistake in self.mistakes:
            if question.name not in self.symptoms.get(mistake.id, ()):
                answer = self.of_mistake(mistake, question)
                if not alike(answer, MISSING):
                    return answer
        return MISSING


def questions_in(module: ModuleType) -> list[Question]:
    """All questions of a module, in the order of definition."""
    return [value for value in vars(module).values() if isinstance(value, Question)]


def bank_of(
    questions: Sequence[Question], mistakes: Sequence[Mistake], right: Mapping[str, Any]
) -> Bank:
    """Find the symptoms of mistakes, beside right answers to all names of the exercise.

    The bank that is given keeps what the mistakes answered: they are not asked again.
    """
    bank = Bank(questions, mistakes, {})
    answers = {question.name: question.ask(Student.here(right)) for question in questions}
    bank.symptoms = {
        mistake.id: [
            question.name
            for question in questions
            if not alike(given := bank.of_mistake(mistake, question), MISSING)
            and not alike(given, answers[question.name])
        ]
        for mistake in mistakes
    }
    return bank
