"""What a class has not understood: numbers for the instructor's report, from graded notebooks."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.standing import what_is_missing
from autograder.classroom.gradebook.marks import Mark, Part, read_marks
from autograder.classroom.gradebook.rows import graded_in, record_in
from autograder.classroom.returns.alike import Alike, nearly_identical
from autograder.classroom.returns.page import is_own
from autograder.classroom.running.journal import Journal
from autograder.classroom.submissions.report import Record
from autograder.classroom.submissions.words import VerdictText, take_apart

ANSWERS = 5  # different answers that are shown for each exercise that nothing explains


@dataclass(frozen=True)
class Item:
    """One exercise over the class.

    Attributes
    ----------
    mean, max_score : float
    full, none : int
        Students with all of its points, and with none.
    count : int
        Students whose points are known.
    discrimination : float or None
        Correlation of its points with those of all other exercises; None where either is the
        same for everybody.
    """

    id: str
    label: str
    title: str
    mean: float
    max_score: float
    full: int
    none: int
    count: int
    discrimination: float | None

    @property
    def difficulty(self) -> float:
        """Share of the points that are earned: 1 is easy, 0 is hard (the field's word for it)."""
        return self.mean / self.max_score if self.max_score else 0.0


@dataclass
class Misconception:
    """A known mistake and who made it."""

    id: str
    title: str
    says: str
    students: int
    exercises: list[str]
    example: str


@dataclass
class Unexplained:
    """Wrong answers to one exercise that no known mistake explains."""

    label: str
    title: str
    count: int
    laws: list[tuple[str, int]]
    answers: list[str]


@dataclass
class Insight:
    """All that the report shows.

    Attributes
    ----------
    scores : list of float
        Of those whose score is known.
    open : int
        Submissions whose score is not known yet.
    exercises : list of float
        Points of the exercises alone, of all who were judged, whatever a person has to decide.
    """

    assignment: str
    scores: list[float] = field(default_factory=list)
    max_score: float = 0.0
    submissions: int = 0
    open: int = 0
    late: int = 0
    exercises: list[float] = field(default_factory=list)
    exercises_max: float = 0.0
    items: list[Item] = field(default_factory=list)
    misconceptions: list[Misconception] = field(default_factory=list)
    unexplained: list[Unexplained] = field(default_factory=list)
    alike: list[Alike] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Read:
    """One graded notebook: what was found, and the student's answers by exercise."""

    record: Record
    answers: dict[str, str]


def look_at(course: Course, assignment: str) -> Insight:
    """Work out what the report of an assignment shows.

    Raises
    ------
    CourseError
        Nothing of it is graded.
    """
    with course.gradebook() as gradebook:
        marks = read_marks(gradebook, assignment)
    found: dict[str, Read] = {}
    failures = []
    journal = Journal(course.state / f"{assignment}.jsonl")
    for student in course.students(assignment):
        read = _read(course, assignment, student)
        last = journal.last(student)
        if read is None:
            if last and last.status == "failed":
                failures.append((student, last.reason))
        elif read.record.failure:
            failures.append((student, read.record.failure))
        else:
            found[student] = read
    if not found and not failures:
        raise CourseError(what_is_missing(course, assignment))
    release = course.folder("release", ".", assignment) / f"{assignment}.ipynb"
    stubs = _answers(json.loads(release.read_bytes())) if release.is_file() else {}
    judged = [mark for student, mark in marks.items() if student in found]
    known = [mark for mark in judged if not mark.open]
    titles = _titles(found)
    exercises = [_decided(titles, mark) for mark in judged]
    return Insight(
        assignment,
        [mark.score for mark in known],
        max((mark.max_score for mark in marks.values()), default=0.0),
        len(found) + len(failures),
        len(found) + len(failures) - len(known),
        sum(bool(mark.late) for mark in marks.values()),
        [sum(part.score for part in parts.values()) for parts in exercises],
        max((sum(p.max_score for p in parts.values()) for parts in exercises), default=0.0),
        _items(titles, exercises),
        _misconceptions(found),
        _unexplained(found, titles),
        nearly_identical({s: read.answers for s, read in found.items()}, stubs.values()),
        failures,
    )


def _read(course: Course, assignment: str, student: str) -> Read | None:
    path = course.folder("autograded", student, assignment) / f"{assignment}.ipynb"
    try:
        notebook = graded_in(path.read_bytes())
    except OSError:
        return None
    record = record_in(notebook) if notebook else None
    return Read(record, _answers(notebook)) if record and notebook else None


def _answers(notebook: dict[str, Any]) -> dict[str, str]:
    """Give the student's code by exercise; what stands in added cells under ""."""
    answers: dict[str, str] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and is_own(cell):
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            source = cell["source"]
            text = "".join(source) if isinstance(source, list) else str(source)
            answers[name] = f"{answers[name]}\n{text}" if name in answers else text
    return answers


def _titles(found: dict[str, Read]) -> dict[str, tuple[str, str]]:
    """Give label and title of each exercise."""
    titles: dict[str, tuple[str, str]] = {}
    for read in found.values():
        for exercise in read.record.exercises.values():
            if exercise["id"] not in titles:
                title = take_apart(exercise["message"]).title.partition(", ")[2]
                titles[exercise["id"]] = (exercise["label"], title or exercise["id"])
    return titles


def _decided(names: Container[str], mark: Mark) -> dict[str, Part]:
    """Give a student's points in exercises, by name, as far as they are known."""
    return {part.name: part for part in mark.parts if part.name in names and not part.open}


def _items(titles: dict[str, tuple[str, str]], exercises: Sequence[dict[str, Part]]) -> list[Item]:
    """Look at each exercise over all students, whose points by exercise are given."""
    items = []
    for name, (label, title) in sorted(titles.items(), key=lambda pair: pair[1]):
        pairs = []
        for parts in exercises:
            if part := parts.get(name):
                rest = sum(other.score for other in parts.values()) - part.score
                pairs.append((part.score, rest, part.max_score))
        if pairs:
            own = [pair[0] for pair in pairs]
            items.append(
                Item(
                    name,
                    label,
                    title,
                    sum(own) / len(own),
                    pairs[0][2],
                    sum(score >= pairs[0][2] for score in own),
                    sum(score <= 0 for score in own),
                    len(own),
                    correlation(own, [pair[1] for pair in pairs]),
                )
            )
    return items


def correlation(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Give Pearson's correlation; None where one of the two does not vary."""
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    var_a = sum((x - mean_a) ** 2 for x in a)
    var_b = sum((y - mean_b) ** 2 for y in b)
    if var_a <= 1e-12 or var_b <= 1e-12:
        return None
    together = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    return max(-1.0, min(1.0, together / math.sqrt(var_a * var_b)))


def _misconceptions(found: dict[str, Read]) -> list[Misconception]:
    who: dict[str, set[str]] = defaultdict(set)
    where: dict[str, Counter[str]] = defaultdict(Counter)
    verdicts: dict[str, list[VerdictText]] = defaultdict(list)
    for student, read in found.items():
        for exercise in read.record.exercises.values():
            if exercise["mistake"]:
                key = exercise["mistake"].partition(" ")[0]
                who[key].add(student)
                where[key][exercise["label"]] += 1
                verdicts[key].append(take_apart(exercise["message"]))
    made = []
    for key, students in who.items():
        # the shortest example says most, and says nothing about whose it is
        best = min(verdicts[key], key=lambda words: (not words.example, len(words.example)))
        title, says = best.mistakes[0] if best.mistakes else (key, "")
        made.append(
            Misconception(key, title, says, len(students), sorted(where[key]), best.example)
        )
    return sorted(made, key=lambda one: (-one.students, one.title))


def _unexplained(found: dict[str, Read], titles: dict[str, tuple[str, str]]) -> list[Unexplained]:
    laws: dict[str, Counter[str]] = defaultdict(Counter)
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    for read in found.values():
        for exercise in read.record.exercises.values():
            lost = exercise["score"] < exercise["max_score"]
            if lost and not exercise["mistake"] and not exercise["cause"]:
                words = take_apart(exercise["message"])
                laws[exercise["id"]].update([next((n for ok, n in words.laws if not ok), "")])
                answers[exercise["id"]].update([read.answers.get(exercise["id"], "").strip()])
    return [
        Unexplained(
            *titles[name],
            sum(laws[name].values()),
            laws[name].most_common(),
            [answer for answer, _ in answers[name].most_common(ANSWERS) if answer],
        )
        for name in sorted(laws, key=lambda name: titles[name])
    ]


def plain(insight: Insight) -> dict[str, Any]:
    """Give plain data for ``autograder report --json``."""
    from dataclasses import asdict

    return asdict(insight)
