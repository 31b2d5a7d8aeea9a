"""How many wrong answers that the bank has not seen are named: those of `bench.wrong`."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bench.wrong
from autograder.referee.grade import laws_of
from bench.wrong.answer import ANSWERS, Answer
from dropout_course import course, exercises
from dropout_course.engine.judging import Verdict, judge
from dropout_course.engine.student import Student

SEED = 1
# What each wrong answer was named before the bank was mended by what they showed, and how a person
# judged that: rightly, untruly, not named though its kind was in the bank, or no such kind there.
FIRST = Path(bench.wrong.__file__).with_name("first.json")


@dataclass(frozen=True)
class Seen:
    """What a student sees of one answer, and what the grader adds.

    Attributes
    ----------
    answer : Answer
    visible : Verdict
        By the laws of the notebook, with names and relations.
    hidden : Verdict
        By the hidden laws.
    """

    answer: Answer
    visible: Verdict
    hidden: Verdict

    @property
    def chapter(self) -> str:
        """The chapter's number."""
        return course.find(self.answer.exercise).chapter

    @property
    def mistakes(self) -> list[str]:
        """Ids of the mistakes that are named."""
        return [mistake.id for mistake in self.visible.mistakes]

    @property
    def relation(self) -> str:
        """What is said of the wrong value, or nothing."""
        findings = (outcome.finding for outcome in self.visible.outcomes)
        return next((f.relation for f in findings if f and f.relation), "")

    @property
    def accepted(self) -> bool:
        """Whether every law holds, hidden ones too."""
        return self.visible.passed and self.hidden.passed


def answers(chapter: str = "") -> list[Answer]:
    """Give all answers of `bench.wrong`, or those to one chapter such as ``04``."""
    for module in pkgutil.walk_packages(bench.wrong.__path__, "bench.wrong."):
        importlib.import_module(module.name)
    return [a for a in ANSWERS if course.find(a.exercise).chapter.startswith(chapter)]


def names_of(answer: Answer) -> dict[str, Any]:
    """Run an answer's cell; what it leaves out is taken from the reference."""
    exercise = course.find(answer.exercise)
    given = vars(importlib.import_module(answer.module))
    room = {name: value for name, value in given.items() if not hasattr(value, "kept_answer")}
    exec(compile(answer.source, answer.name, "exec"), room)
    reference = vars(importlib.import_module(f"solutions.{exercise.package}"))
    return {name: room.get(name, reference[name]) for name in exercise.names}


def look(answer: Answer) -> Seen:
    """Judge an answer as a notebook does, and by the hidden laws besides."""
    exercise = course.find(answer.exercise)
    names, parameters = names_of(answer), dict(exercise.parameters)
    hidden = [law for law in laws_of(exercise) if law.hidden]
    return Seen(
        answer,
        judge(
            exercise.id,
            exercise.points,
            exercises.visible_laws(exercise),
            Student.here(names),
            SEED,
            exercises.bank(exercise),
            parameters,
        ),
        judge(exercise.id, exercise.points, hidden, Student.here(names), SEED),
    )


def table(wrong: Sequence[Seen]) -> list[str]:
    """Count by chapter what was rejected and what was said of it."""
    lines = [
        "| chapter | wrong | visible laws reject | hidden too | mistake | relation | neither |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    chapters = sorted({seen.chapter for seen in wrong})
    for chapter in [*chapters, "all"]:
        some = [s for s in wrong if chapter in (s.chapter, "all")]
        cells = [
            len(some),
            sum(not s.visible.passed for s in some),
            sum(not s.accepted for s in some),
            sum(bool(s.mistakes) for s in some),
            sum(bool(s.relation) and not s.mistakes for s in some),
            sum(not s.relation and not s.mistakes for s in some),
        ]
        lines.append("| " + " | ".join([chapter, *map(str, cells)]) + " |")
    return lines


def listed(head: str, chosen: Iterable[Seen]) -> list[str]:
    """List answers, one a line, under a heading; nothing where there are none."""
    lines = [f"- {s.answer.name} ({s.answer.exercise}): {s.answer.says}" for s in chosen]
    return ["", head, "", *lines] if lines else []


def report(found: Sequence[Seen]) -> list[str]:
    """Put into words how many of these answers are named."""
    wrong = [s for s in found if not s.answer.right]
    right = [s for s in found if s.answer.right]
    explained = sum(bool(s.mistakes or s.relation) for s in wrong)
    return [
        f"{explained} of {len(wrong)} wrong answers get a known mistake or a relation. "
        f"{sum(s.accepted for s in right)} of {len(right)} right ones are accepted, and "
        f"{sum(bool(s.mistakes) for s in right)} named.",
        "",
        *table(wrong),
        *listed(
            "Neither named nor related:",
            (s for s in wrong if not s.mistakes + [s.relation] * bool(s.relation)),
        ),
        *listed("Accepted by every law, though wrong:", (s for s in wrong if s.accepted)),
        *listed("Right, and refused or named:", (s for s in right if not s.accepted or s.mistakes)),
    ]


def first_look(names: Sequence[str]) -> str:
    """Say what the bank had named of these answers when it saw them for the first time."""
    kept = json.loads(FIRST.read_text("utf-8"))
    seen = [kept[name] for name in names]
    explained = sum(bool(one["named"] or one["relation"]) for one in seen)
    count = Counter(one["judged"] for one in seen)
    known = len(seen) - count["no such kind"]
    return (
        f"At first sight {explained} of {len(seen)} got a known mistake or a relation; judged by "
        f"hand, {count['rightly']} rightly and {count['untruly']} untruly, {count['not named']} "
        "were not named though their kind was in the bank, and "
        f"{count['no such kind']} were of a kind that "
        f"was not: {count['rightly'] / known:.0%} of {known} whose kind was there. Now:"
    )


def run() -> str:
    """Print what is rejected and what is named, by round and chapter."""
    found = [look(answer) for answer in answers()]
    lines = [
        "Answers that were written before the mistakes of their exercises were read",
        "(`bench/wrong/`). What they showed has been mended since: what counts is the first look.",
    ]
    for number in sorted({s.answer.round for s in found}):
        some = [s for s in found if s.answer.round == number]
        names = [s.answer.name for s in some if not s.answer.right]
        lines += ["", f"**Round {number}.** {first_look(names)}", "", *report(some)]
    return "\n".join(lines)


def details(found: Mapping[str, Seen]) -> str:
    """Write one line an answer: what is named, what is said, which laws break."""
    lines = []
    for name, s in found.items():
        broken = [o.law.name for o in s.visible.outcomes if not o.passed]
        broken += [f"{o.law.name}*" for o in s.hidden.outcomes if not o.passed]
        mark = "RIGHT " if s.answer.right else ""
        lines.append(f"{mark}{s.answer.exercise} {name}: {s.answer.says}")
        lines.append(f"    named {s.mistakes} relation {s.relation!r} breaks {broken}")
    return "\n".join(lines)
