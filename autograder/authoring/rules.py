"""The rules for every exercise: what its laws, questions, mistakes and idioms must be.

Each rule gives sentences about what breaks it. ``autograder new --check EXERCISE`` runs them for
one exercise in seconds, and the tests run them for all.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.authoring.thoughtless import UNTHINKING, unthinking
from autograder.referee.grade import laws_of
from dropout_course import course
from dropout_course.course import Exercise
from dropout_course.engine.features import alike
from dropout_course.engine.judging import NO_CORE, Verdict, judge, run_laws
from dropout_course.engine.laws import Law
from dropout_course.engine.mistakes import Bank, Mistake, bank_of, questions_in
from dropout_course.engine.naming import name_mistakes
from dropout_course.engine.student import Student
from dropout_course.exercises import module_of

SEEDS = 8  # of the rule about points: fewer in torch, more in the slow tests
SEEDS_OF_TORCH = 3
REFERENCE = "the reference"
NAMED_UNDER = 1  # the seed of the verdicts that name mistakes
MISTAKES, IDIOMS = 4, 3  # an exercise has so many at least
EDGES = 1 / 3  # share of an exercise that edges weigh together at most
OBSERVED = 0.2  # … and observations


@dataclass(frozen=True)
class Judged:
    """What the rules ask of a verdict.

    Attributes
    ----------
    score : float
    failures : tuple of str
        The laws that fail, with why.
    broken : frozenset of str
        Which these are.
    named : tuple of str
        The ids of the mistakes; under the seed `NAMED_UNDER` alone.
    """

    score: float
    failures: tuple[str, ...]
    broken: frozenset[str]
    named: tuple[str, ...]


@dataclass(frozen=True)
class Subject:
    """One exercise with all its slices."""

    exercise: Exercise
    _judged: dict[tuple[str, int], Judged] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def seeds(self) -> int:
        """Seeds under which it is tried at most: an exercise that trains networks names few."""
        return getattr(module_of(self.exercise), "SEEDS", 1000)

    @property
    def needs_torch(self) -> bool:
        """Whether its chapter's library is torch: a judging takes ten times as long."""
        return course.chapters()[self.exercise.chapter]["library"] == "torch"

    @cached_property
    def laws(self) -> tuple[Law, ...]:
        """Visible and hidden laws."""
        return laws_of(self.exercise)

    @property
    def tried(self) -> tuple[Law, ...]:
        """The laws that answers are tried on: where each trains for seconds, a law or its twin."""
        trains = self.seeds < 2
        return tuple(one for one in self.laws if not (trains and one.hidden))

    @cached_property
    def reference(self) -> dict[str, Any]:
        """The reference answers by name."""
        module = importlib.import_module(f"solutions.{self.exercise.package}")
        return {name: vars(module)[name] for name in self.exercise.names}

    @property
    def mistakes(self) -> Sequence[Mistake]:
        """The known mistakes."""
        entries: Sequence[Mistake] = module_of(self.exercise).mistakes.entries
        return entries

    @cached_property
    def bank(self) -> Bank:
        """Questions and mistakes, with symptoms worked out now: that takes a while."""
        return bank_of(questions_in(module_of(self.exercise)), self.mistakes, self.reference)

    @cached_property
    def idioms(self) -> list[dict[str, Any]]:
        """Right answers in other styles; they stand beside the tests, in a checkout alone."""
        name = f"idioms.{self.exercise.package}.{self.exercise.id}"
        tests = str(Path(__file__).resolve().parents[2] / "tests")
        if tests not in sys.path:
            sys.path.append(tests)
        return importlib.import_module(name).IDIOMS

    def wrong(self, mistake: Mistake) -> dict[str, Any]:
        """Give the names of an answer with one mistake, right but for it."""
        return {**self.reference, mistake.replaces: mistake.answer}

    @cached_property
    def right(self) -> dict[str, dict[str, Any]]:
        """The right answers that stand in the repository, by what they are called."""
        idioms = {f"idiom {i}": names for i, names in enumerate(self.idioms)}
        return {REFERENCE: self.reference, **idioms}

    @cached_property
    def answers(self) -> dict[str, dict[str, Any]]:
        """All answers that stand in the repository: the right ones, and mistakes by their ids."""
        return self.right | {m.id: self.wrong(m) for m in self.mistakes}

    def judged(self, what: str, seed: int) -> Judged:
        """Judge one of `answers`: once, however many rules ask; the same laws give the same."""
        if (what, seed) not in self._judged:
            names, points = {**self.answers[what]}, self.exercise.points
            if seed == NAMED_UNDER:
                verdict = self.judge(names, seed, name=True)
            else:  # without words, which take as long as the laws
                laws = self.laws if what == REFERENCE else self.tried
                outcomes = run_laws(laws, Student.here(names), seed)
                verdict = Verdict(self.exercise.id, points, tuple(outcomes))
            named = tuple(mistake.id for mistake in verdict.mistakes)
            broken = frozenset(map(title, (o.law for o in verdict.outcomes if o.finding)))
            reasons = tuple(failures(verdict))
            self._judged[what, seed] = Judged(verdict.score, reasons, broken, named)
        return self._judged[what, seed]

    def judge(self, names: Mapping[str, Any], seed: int, *, name: bool = False) -> Verdict:
        """Judge an answer; with `name` also name its mistakes."""
        exercise, bank = self.exercise, self.bank if name else None
        student = Student.here(names)
        return judge(exercise.id, exercise.points, self.tried, student, seed, bank)


Rule = Callable[[Subject], Iterator[str]]


def violations(exercise: Exercise) -> list[str]:
    """Give all that breaks a rule, as sentences."""
    subject = Subject(exercise)
    return [f"{exercise.id}: {problem}" for rule in RULES for problem in rule(subject)]


def failures(verdict: Verdict) -> list[str]:
    """Give the laws that fail, with why."""
    return [f"{title(o.law)}: {o.finding.reason}" for o in verdict.outcomes if o.finding]


def title(law: Law) -> str:
    """The name of a law, which its hidden twin shares."""
    return "hidden " * law.hidden + law.name


def right_answers_get_full_marks(subject: Subject) -> Iterator[str]:
    """The reference and every idiom earn all points, and nothing is named for them."""
    if len(subject.idioms) < IDIOMS:
        yield f"{len(subject.idioms)} idioms: write {IDIOMS}"
    for what, names in subject.right.items():
        for seed in range(min(3, subject.seeds)):
            for failure in subject.judged(what, seed).failures:
                yield f"{what} loses points (seed {seed}): {failure}"
        for mistake in name_mistakes(Student.here({**names}), subject.bank):
            yield f"{what} is named {mistake.id}"


def laws_are_well_formed(subject: Subject) -> Iterator[str]:
    """One core law; a hidden twin for each; edges and observations weigh little."""
    visible = [law for law in subject.laws if not law.hidden]
    yield from twins(visible, [law for law in subject.laws if law.hidden])
    if len({law.name for law in subject.laws if law.core}) != 1:
        yield "there must be one core law"
    total = sum(law.weight for law in subject.laws)
    for what, share, most in (
        ("edges", sum(law.weight for law in subject.laws if law.edge) / total, EDGES),
        ("observations", sum(law.weight for law in subject.laws if law.observed) / total, OBSERVED),
    ):
        if share > most + 1e-9:
            yield f"{what} weigh {share:.2f} of the exercise, and {most:.2f} is the most"


def mistakes_are_well_formed(subject: Subject) -> Iterator[str]:
    """There are enough, with sentences, and each can be told from every other."""
    entries = subject.mistakes
    if len(entries) < MISTAKES:
        yield f"{len(entries)} mistakes: write {MISTAKES}"
    for mistake in entries:
        if mistake.replaces not in subject.exercise.names:
            yield f"the mistake {mistake.id} stands for {mistake.replaces}, which nobody writes"
        if not mistake.says.endswith((".", "?")) or len(mistake.says.split()) < 5:
            yield f"the mistake {mistake.id} needs a sentence for the student"
    yield from lookalikes(subject.bank)


def twins(visible: Sequence[Law], hidden: Sequence[Law]) -> Iterator[str]:
    """Say which law has no hidden twin, and which name stands twice."""
    names = [law.name for law in visible]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two laws have the name {name!r}: rename one"
    for name in sorted(set(names) - {law.name for law in hidden}):
        yield f"the law {name!r} has no hidden twin: write one on it, `.elsewhere(…)`"


def lookalikes(bank: Bank) -> Iterator[str]:
    """Say which mistakes no question tells from a right answer, or from one another."""
    for mistake in bank.mistakes:
        if not bank.symptoms[mistake.id]:
            yield f"no question tells the mistake {mistake.id} from a right answer: write one"
    for i, one in enumerate(bank.mistakes):
        for other in bank.mistakes[i + 1 :]:
            if one.replaces == other.replaces and _same(one, other, bank):
                yield f"no question tells {one.id} from {other.id}: write one, or drop one of them"


def _same(one: Mistake, other: Mistake, bank: Bank) -> bool:
    if set(bank.symptoms[one.id]) != set(bank.symptoms[other.id]):
        return False
    asked = [q for q in bank.questions if q.name in bank.symptoms[one.id]]
    return all(alike(bank.of_mistake(one, q), bank.of_mistake(other, q)) for q in asked)


def mistakes_lose_points_and_are_named(subject: Subject) -> Iterator[str]:
    """Every mistake costs points and is recognised as itself."""
    for mistake in subject.mistakes:
        judged = subject.judged(mistake.id, NAMED_UNDER)
        if judged.score >= subject.exercise.points:
            yield f"the mistake {mistake.id} loses no points"
        if judged.named != (mistake.id,):
            yield f"the mistake {mistake.id} is named {' and '.join(judged.named) or 'nothing'}"


def points_follow_from_the_answer(subject: Subject, seeds: int = 0) -> Iterator[str]:
    """The same answer earns the same points under every seed, and breaks the same laws.

    `seeds` of them are tried, or the usual; of an exercise that trains, two at most, and none
    unless they are asked for.
    """
    usual = SEEDS_OF_TORCH if subject.needs_torch else SEEDS
    most = max(2, subject.seeds) if seeds else subject.seeds
    tried = range(min(seeds or usual, most))
    if len(tried) < 2:
        return
    for what in subject.answers:
        judged = [subject.judged(what, seed) for seed in tried]
        scores, broken = {one.score for one in judged}, {one.broken for one in judged}
        if len(scores) > 1:
            yield f"{what} earns {sorted(scores)} under {len(tried)} seeds"
        for name in sorted(frozenset.union(*broken) - frozenset.intersection(*broken)):
            yield f"{what} breaks the law {name!r} under some of {len(tried)} seeds"


def no_thought_no_points(subject: Subject) -> Iterator[str]:
    """An answer without thought earns at most a fifth; an untouched stub nothing."""
    for answer in UNTHINKING:
        verdict = subject.judge(unthinking(subject.reference, answer), 1)
        if verdict.score > NO_CORE * subject.exercise.points:
            yield f"the answer {answer.__name__!r} earns {verdict.score:g} points"

    def stub(*args: Any, **kwargs: Any) -> None:
        raise NotImplementedError

    verdict = subject.judge(dict.fromkeys(subject.exercise.names, stub), 1, name=True)
    if verdict.score or verdict.mistakes:
        yield "an untouched stub earns points, or is scolded"
    if {o.finding.kind for o in verdict.outcomes if o.finding} != {"todo"}:
        yield "an untouched stub is judged as if something had been written"


RULES: tuple[Rule, ...] = (
    laws_are_well_formed,
    mistakes_are_well_formed,
    right_answers_get_full_marks,
    mistakes_lose_points_and_are_named,
    points_follow_from_the_answer,
    no_thought_no_points,
)
