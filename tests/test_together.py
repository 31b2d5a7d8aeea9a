"""Laws side by side find what they find one after the other, in fewer requests."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pytest

from autograder.classroom.sample import HandIn, completed
from autograder.referee import grade
from autograder.referee.grade import Config, grade_notebook
from autograder.referee.together import ApartError, run_together
from autograder.sandbox import Stopped
from dropout_course.engine.inside import answering, codec
from dropout_course.engine.judging import LAW_ROOM, run_laws
from dropout_course.engine.laws import Law
from dropout_course.engine.student import Student
from dropout_course.engine.unanswered import EngineError, Lost

ROOT = Path(__file__).resolve().parents[1]
STEM = "03-dropout-forward"
X = np.array([1.0, 2.0])


def doubles(student, case):
    case.gives(student.twice, [((X,), 2 * X), ((4 * X,), 8 * X)])


def four_times(student, case):
    x = case.normal(3)
    once = case.array(student.twice(x))
    case.equal(student.twice(once), 4 * x)


def draws(student, case):
    with np.errstate(divide="raise"):
        case.equal(student.twice(case.normal(2)), 0)


def refuses(student, case):
    case.raises(ValueError, student.twice("text"))


def unwritten(student, case):
    case.equal(student.thrice(X), 3 * X)


def played(student, case):
    case.equal(student.play("doubled", p=0.5), 5)


def named(*bodies):
    return [Law("twice", body.__name__, 1, body, core=body is doubles) for body in bodies]


LAWS = named(doubles, four_times, draws, refuses, unwritten)


class Wire:
    """Answers in this process, and takes down the names that each request asks for."""

    def __init__(self, **names):
        self.names, self.requests = names, []

    def __call__(self, request):
        each = codec.decode(request, make=answering.make)["each"]
        self.requests.append([one["play"] if isinstance(one, dict) else one[0] for one in each])
        if isinstance(each[0], dict):
            return codec.encode([{"ok": 5}])
        return answering.answer(self.names, request)


def together(wire, laws=LAWS):
    return run_together(wire, laws, Student(wire), 7)


def told(outcomes):
    return [
        (o.law.name, o.looked, o.finding and (o.finding.kind, o.finding.reason, o.finding.call))
        for o in outcomes
    ]


def twice(x):
    if isinstance(x, str):
        raise ValueError("no text")
    return 2 * x


@pytest.mark.parametrize("answer", [twice, lambda x: x, lambda x: None, "no function"])
def test_they_find_the_same(answer):
    apart, side_by_side = Wire(twice=answer), Wire(twice=answer)
    wanted = run_laws(LAWS, Student(apart), 7)
    assert told(together(side_by_side)) == told(wanted)
    assert len(side_by_side.requests) < len(apart.requests)


def test_what_all_of_them_wait_for_goes_in_one_request():
    wire = Wire(twice=twice)
    together(wire)
    assert [len(names) for names in wire.requests] == [6, 1]  # four_times asks twice


def test_a_scene_goes_alone():
    wire = Wire(twice=twice)
    outcomes = together(wire, named(doubles, played, refuses))
    assert all(outcome.passed for outcome in outcomes)
    assert wire.requests == [["doubled"], ["twice", "twice", "twice"]]


def test_each_law_has_an_error_state_of_its_own():
    seen = []

    def after(student, case):
        case.equal(student.twice(X), 2 * X)
        seen.append(np.geterr()["divide"])

    with np.errstate(divide="ignore"):
        together(Wire(twice=twice), named(draws, after))
    assert seen == ["ignore"]


def lost(request):
    raise Lost("it ended the Python process", "died")


@pytest.mark.parametrize(
    "transport",
    [
        lost,
        lambda request: b"no message",
        lambda request: codec.encode([{"ok": 1}]),  # fewer than were asked for
        lambda request: codec.encode({"cannot": "too much"}),
        lambda request: codec.encode([{"odd": 1}] * 6),
        lambda request: codec.encode([{"ok": np.zeros(LAW_ROOM // 8)}, *[{"ok": 1}] * 5]),
    ],
)
def test_where_it_must_be_known_which_law_it_was_they_are_to_run_apart(transport):
    with pytest.raises(ApartError):
        together(transport)
    with pytest.raises(ApartError):
        together(transport, named(played, doubles))


def test_our_own_errors_are_told():
    def fails(request):
        raise OSError("the disk is full")

    with pytest.raises(EngineError, match="the disk is full"):
        together(fails)


class Process:
    """Runs a notebook in this process, which is said to end where its answer is called."""

    made = 0
    deadly = b""

    def __init__(self):
        Process.made += 1
        self.names = {}

    def cell(self, source, seconds, idle_seconds, grace):
        exec("import numpy as np" if "dropout_course" in source else source, self.names)
        return {"outputs": [], "error": None}

    def ask(self, request, seconds):
        if self.deadly and self.deadly in request:
            raise Stopped("died", "the process ended")
        return answering.answer(self.names, request)

    def clock(self):
        return 0.0

    def seed(self, seed):
        return []

    def replaced(self):
        return []

    def close(self):
        pass


@pytest.fixture(scope="module")
def notebook():
    released = nbformat.read(ROOT / "notebooks" / f"{STEM}.ipynb", 4)
    released.cells = [c for c in released.cells if "demo" not in c.metadata.get("tags", [])]
    return completed(released, "03", HandIn(("where",)))


def graded(notebook, deadly, monkeypatch):
    monkeypatch.setattr(Process, "made", 0)
    monkeypatch.setattr(Process, "deadly", deadly)
    result = grade_notebook(notebook, student="ann", config=Config(start=Process))
    return [{**one.to_json(), "seconds": 0} for one in result.exercises]


@pytest.mark.parametrize(("deadly", "processes"), [(b"", 1), (b"survivor_pmf", 3)])
def test_a_notebook_is_graded_as_one_law_after_the_other_grades_it(
    notebook, deadly, processes, monkeypatch
):
    """An answer that ends its process costs its own exercise, and no restart more than that."""

    def never(*given):
        raise ApartError

    found = graded(notebook, deadly, monkeypatch)
    assert Process.made == processes
    monkeypatch.setattr(grade, "run_together", never)
    assert found == graded(notebook, deadly, monkeypatch)
    assert [one["id"] for one in found if not one["passed"]] == ["survivors"] * bool(deadly)
