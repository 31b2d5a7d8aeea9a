"""Do right answers ever fail? Visible and hidden laws on right answers, under many seeds."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograder.authoring.rules import Subject
from autograder.referee.grade import laws_of
from autograder.root import course_root
from dropout_course import course
from dropout_course.course import Exercise
from dropout_course.engine.judging import judge
from dropout_course.engine.student import Student

GRADINGS = 100_000
TRAINS = 0.1  # so many times as often one that trains networks; `python -m bench concrete` has more
RANDOM = 10  # an exercise with statistical laws is graded so many times as often as another
OTHER_STYLE = 4  # every so many-th seed grades a right answer in another style
FIRST_SEED = 1_000_000  # the tests use small ones
CHUNK = 25  # gradings that a process does at a time
GLANCE = 10.0  # seconds between two lines about the progress


@dataclass(frozen=True)
class Failure:
    """A law that did not hold for a right answer."""

    exercise: str
    law: str
    seed: int
    answer: str
    reason: str

    def __str__(self) -> str:
        return f"{self.exercise}, {self.law}, seed {self.seed}, {self.answer}: {self.reason}"


@dataclass(frozen=True)
class Done:
    """What one process has graded."""

    exercise: str
    gradings: int
    other_style: int
    failures: list[Failure]
    failed: int  # gradings in which a law or more did not hold
    seconds: float


# --- what is graded ------------------------------------------------------------------------------


def _is_random(exercise: Exercise) -> bool:
    return any(law.statistic for law in laws_of(exercise))


def _weight(exercise: Exercise) -> float:
    if Subject(exercise).seeds < 3:
        return TRAINS
    return RANDOM if _is_random(exercise) else 1


def shares(total: int) -> dict[str, int]:
    """Divide the gradings: the random exercises get most, and each exercise at least one."""
    exercises = course.exercises().values()
    weights = {e.id: _weight(e) for e in exercises}
    unit = total / sum(weights.values())
    return {name: max(1, round(unit * weight)) for name, weight in weights.items()}


def _chunks(counts: dict[str, int]) -> list[tuple[str, range]]:
    """Cut the gradings into pieces; in their order all exercises advance at the same pace."""
    pieces = []
    for name, count in counts.items():
        for start in range(0, count, CHUNK):
            stop = min(start + CHUNK, count)
            pieces.append((start / count, name, range(FIRST_SEED + start, FIRST_SEED + stop)))
    return [(name, seeds) for _, name, seeds in sorted(pieces, key=lambda piece: piece[:2])]


def _answers(exercise: Exercise) -> list[tuple[str, dict[str, Any]]]:
    """Give the reference answer, then the right answers in other styles."""
    tests = str(course_root() / "tests")
    if tests not in sys.path:
        sys.path.insert(0, tests)
    reference = dict(vars(importlib.import_module(f"solutions.{exercise.package}")))
    styles = importlib.import_module(f"idioms.{exercise.package}.{exercise.id}").IDIOMS
    return [("reference", reference), *((f"style {i}", dict(s)) for i, s in enumerate(styles))]


# --- grading -------------------------------------------------------------------------------------


def _grade(piece: tuple[str, range]) -> Done:
    name, seeds = piece
    exercise = course.exercises()[name]
    answers = _answers(exercise)
    begin, failures, failed, other_style = time.perf_counter(), [], 0, 0
    for seed in seeds:
        turn, rest = divmod(seed, OTHER_STYLE)
        which = 0 if rest else 1 + turn % (len(answers) - 1)
        found = list(_failures(exercise, *answers[which], seed))
        failures += found
        failed += bool(found)
        other_style += which > 0
    seconds = time.perf_counter() - begin
    return Done(name, len(seeds), other_style, failures, failed, seconds)


def _failures(
    exercise: Exercise, answer: str, names: dict[str, Any], seed: int
) -> Iterator[Failure]:
    try:
        student = Student.here(names)
        verdict = judge(exercise.id, exercise.points, laws_of(exercise), student, seed)
    except Exception as error:  # one that breaks must not end a run of an hour
        yield Failure(exercise.id, "no law", seed, answer, f"{type(error).__name__}: {error}")
        return
    for outcome in verdict.outcomes:
        if outcome.finding:
            law = f"“{outcome.law.name}”" + (" (hidden)" if outcome.law.hidden else "")
            yield Failure(exercise.id, law, seed, answer, outcome.finding.reason)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is for the one who asked


def grade_all(counts: dict[str, int]) -> list[Done]:
    """Grade on all processors; an interruption (Ctrl-C) ends it with what has been done."""
    pieces, done = _chunks(counts), []
    total, begin = sum(counts.values()), time.monotonic()
    shown = begin
    with multiprocessing.Pool(os.cpu_count(), _begin) as pool:
        try:
            for piece in pool.imap_unordered(_grade, pieces):
                done.append(piece)
                for failure in piece.failures:
                    print(f"  {failure}", file=sys.stderr)
                if time.monotonic() - shown > GLANCE:
                    shown = time.monotonic()
                    count = sum(part.gradings for part in done)
                    left = (shown - begin) / count * (total - count) / 60
                    print(f"  {count:,} of {total:,}, {left:.0f} min left", file=sys.stderr)
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # while the processes are ended
            print("  interrupted; what has been done is kept", file=sys.stderr)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return done


# --- the section ---------------------------------------------------------------------------------


def run() -> str:
    """Grade right answers many times and say how often a law did not hold."""
    counts = shares(GRADINGS)
    planned = sum(counts.values())
    begin = time.monotonic()
    done = grade_all(counts)
    minutes = (time.monotonic() - begin) / 60
    total, failed = sum(d.gradings for d in done), sum(d.failed for d in done)
    lines = [
        f"Right answers graded with visible and hidden laws, {total:,} times under as many inputs:",
        f"the reference, and for one seed in {OTHER_STYLE} a right answer in another style. "
        f"An exercise with",
        f"statistical laws is graded {RANDOM} times as often as another, one that trains networks "
        f"{TRAINS:g} times. "
        f"{minutes:.1f} min on {os.cpu_count()} processors.",
        *(["", f"It was interrupted; planned were {planned:,}."] if total < planned else []),
        "",
        "| chapter | exercises, random ones | gradings | in another style | failures | seconds |",
        "|---|---:|---:|---:|---:|---:|",
        *(_row(stem, done) for stem in _stems()),
        _cells("all", done, course.exercises().values()),
        "",
        *(f"- {failure}" for part in done for failure in part.failures),
    ]
    return "\n".join([*lines, *_statistics(done, total, failed)])


def again(*names: str) -> str:
    """Grade some exercises again under the seeds of `run`, after a law of theirs was mended."""
    counts = {name: count for name, count in shares(GRADINGS).items() if name in names}
    done = grade_all(counts)
    failed = sum(part.failed for part in done)
    return f"{failed} failures in {sum(counts.values()):,} gradings of {', '.join(names)}"


def _stems() -> list[str]:
    return list(dict.fromkeys(e.stem for e in course.exercises().values()))


def _row(stem: str, done: list[Done]) -> str:
    exercises = course.of_chapter(stem)
    names = {exercise.id for exercise in exercises}
    return _cells(stem, [d for d in done if d.exercise in names], exercises)


def _cells(title: str, done: list[Done], exercises: Any) -> str:
    exercises = list(exercises)
    cells = [
        title,
        f"{len(exercises)}, {sum(map(_is_random, exercises))}",
        f"{sum(d.gradings for d in done):,}",
        f"{sum(d.other_style for d in done):,}",
        f"{sum(d.failed for d in done)}",
        f"{sum(d.seconds for d in done):,.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _statistics(done: list[Done], total: int, failed: int) -> list[str]:
    """Say what statistics allows to say, and what it does not show."""
    each: Counter[str] = Counter()
    for part in done:
        each[part.exercise] += part.gradings
    if not total:
        return ["Nothing was graded."]
    how = "exact, Clopper and Pearson" if failed else "rule of three, 3/N"
    few, many = 3 / max(each.values()), 3 / min(each.values())
    return [
        f"{failed} failures in {total:,} gradings: with 95 % confidence a right answer fails in",
        f"less than {upper_bound(failed, total):.2g} of its gradings ({how}), for",
        "this mix of exercises; for one exercise without failures the bound is "
        f"{few:.1g} to {many:.1g}.",
        "Each statistical law states false alarms of less than 1e-9 in all: that follows from its",
        "thresholds, which a test computes, and no count of this size can show it. Nor does this",
        "show that every right answer passes: only these were tried, without a sandbox between law",
        "and answer, with one version of NumPy on one machine.",
    ]


def upper_bound(failed: int, total: int) -> float:
    """Give the upper end of a one-sided 95 % confidence interval for a proportion."""
    if not failed:
        return 3 / total
    from scipy import stats

    return float(stats.beta.ppf(0.95, failed + 1, total - failed))
