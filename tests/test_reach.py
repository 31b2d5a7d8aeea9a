"""Nothing within reach of a graded notebook is an answer: searched for, in the jail itself."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from attacks import searching
from sandbox_support import usable_levels

from autograder.referee.cells import Role, role_of
from autograder.referee.limits import Limits
from autograder.referee.sandboxes import library_of
from autograder.referee.session import Session
from autograder.sandbox import Process, boot, reach, view
from autograder.sandbox.warm_client import Warm
from dropout_course import course
from dropout_course.engine.student import Student

SECONDS = 2.0  # of processor time that a callable may use
SHARE = 0.2  # of an exercise's points that one may earn
# A call for each of a thousand callables; cells, which IPython runs, would take half of the time.
CHOOSE = """
def called():
    return [name for name, _ in found]

def choose(numbers):
    globals().update({name: found[i][1] for name, i in numbers.items()})
"""
PACKAGE = Path(boot.course_package())
# All of a chapter by one process: what it starts takes seconds.
STEMS = [
    pytest.param(stem, id=stem, marks=pytest.mark.xdist_group(stem))
    for stem in (chapter["stem"] for chapter in course.chapters().values())
]
JUDGING = ("course", "exercises", "engine.judging", "engine.laws", "engine.checking")


def chapter_of(stem):
    return stem.partition("-")[0]


@pytest.fixture(scope="module")
def warm(stem):
    """A warm process as for the notebooks of a chapter."""
    with Warm(usable_levels()[0], library_of(stem), chapter=chapter_of(stem)) as process:
        yield process


class Searched:
    """A notebook in which the search has run; callables are handed in by their number."""

    def __init__(self, start):
        self._start = start
        self._begin()
        self.names = Student(self.session.transport()).called().value
        assert len(self.names) > 100  # numpy's are not among them: these are the course's own

    def _begin(self):
        self.session = Session(
            self._start, seed=1, limits=Limits(cell_seconds=60.0, calls_seconds=SECONDS, restarts=0)
        )
        self.session.run("search", searching.SEARCH)
        self.session.run("choose", CHOOSE)
        assert not self.session.trouble, self.session.trouble

    def put(self, chosen):
        """Define names as callables; give who answers for them."""
        if self.session._process is None or self.session._idle > 5:  # the last one ended it
            self.session.close()
            self._begin()
        student = Student(self.session.transport())
        student.choose(chosen).value  # noqa: B018 - waits for it
        return student

    def best(self, exercise):
        """Give what earns too much, best first."""
        results = searching.earned(exercise, self.names, self.put)
        return sorted(searching.at_most(SHARE, results), reverse=True)

    def close(self):
        """End the notebook."""
        self.session.close()


def some_of(stem):
    """Give the exercises of a chapter; without ATTACKS=all its first, for all take an hour."""
    exercises = course.of_chapter(stem)
    return exercises if os.environ.get("ATTACKS") == "all" else exercises[:1]


@pytest.mark.slow
@pytest.mark.parametrize("stem", STEMS, scope="module")
def test_no_callable_within_reach_answers_an_exercise(stem, warm):
    found = {}
    for exercise in some_of(stem):
        with closing(Searched(warm.start)) as searched:
            found[exercise.id] = searched.best(exercise)[:5]
    assert not any(found.values()), found


@pytest.mark.slow
def test_the_search_would_find_one():
    with (
        Warm(usable_levels()[0], chapter="05") as warm,
        closing(Searched(warm.start)) as searched,
    ):
        share, names = searched.best(course.exercises()["draw_mask"])[0]
    assert share > 0.8
    assert names[0].endswith(":_draw_mask")


# --- what is shown, and what is not ----------------------------------------------------------


@pytest.mark.parametrize("chapter", ["", *course.chapters()])
def test_files_are_shown_by_name_and_nothing_judges(chapter):
    shown = [Path(path) for path in view.readable("numpy", chapter)]
    ours = [path.relative_to(PACKAGE) for path in shown if path.is_relative_to(PACKAGE)]
    whole = {"engine/inside", "scenes"}
    assert whole <= set(map(str, ours))
    assert all(path.suffix == ".py" for path in ours if str(path) not in whole)
    assert not any(path.parts[0] in ("exercises", "course.py", "exercises.json") for path in ours)
    engine = {str(path) for path in ours if path.parts[0] == "engine"}
    assert engine == {"engine/__init__.py", "engine/inside"}
    assert not any(PACKAGE.is_relative_to(path) for path in shown)


def test_every_module_of_the_lab_is_listed():
    listed = {
        *reach.SHARED,
        *reach.BOOK_ONLY,
        *reach.ANSWERS,
        *(name for names in reach.LAB.values() for name in names),
    }
    there = {path.stem for path in (PACKAGE / "lab").glob("*.py")} - {"__init__"}
    assert listed == there
    assert reach.LAB.keys() <= course.chapters().keys()


def test_the_shared_half_of_the_engine_imports_no_law():
    """What a graded process loads is named, so that nothing secret comes along."""
    code = (
        "import sys; import dropout_course.engine.inside.child, dropout_course.scenes as scenes;"
        "from dropout_course import lab; scenes.scene('repeat');"
        "print([n for n in sys.modules if n.startswith('dropout_course')])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(said.stdout))
    allowed = ("dropout_course.engine.inside", "dropout_course.lab", "dropout_course.scenes")
    rest = {name for name in loaded if not name.startswith(allowed)}
    assert rest == {"dropout_course", "dropout_course.engine"}


@pytest.fixture(scope="module", params=["unsafe", *usable_levels()])
def start(request):
    if request.param == "unsafe":
        yield lambda: Process(chapter="04")
        return
    with Warm(request.param, chapter="04") as warm:
        yield warm.start


@pytest.fixture
def runner(start):
    with start() as runner:
        yield runner


def said(runner, source):
    reply = runner.cell(source, 20.0)
    error = reply["error"]["message"] if reply["error"] else ""
    return "".join(output.get("text", "") for output in reply["outputs"]), error


@pytest.mark.slow
def test_what_answers_an_exercise_behind_an_adaptor_is_not_there(runner):
    keeping = "keep = lambda x, mask, p, training: x * mask / (1 - p)\n"
    for source in (
        "from dropout_course import lab\nlab.loss_grads_with(keep)",
        "from dropout_course.lab.gradients import loss_grads\nloss_grads(keep)",
        "from dropout_course.lab import backprop\nbackprop.loss_grads_with_two_masks(None, False)",
    ):
        assert said(runner, keeping + source)[1]
    for chapter, names in (("09", ["sequences_lstm"]), ("10", ["batchnorm"])):
        shown = reach.modules(chapter)
        assert not {f"dropout_course.lab.{name}" for name in names} & set(shown)


@pytest.mark.slow
@pytest.mark.parametrize("name", JUDGING)
def test_what_judges_can_not_be_imported_and_the_error_says_what_to_do(runner, name):
    inside, _, last = f"dropout_course.{name}".rpartition(".")
    sources = [f"import {inside}.{last}", f"import {inside}.{last} as x"]
    for source in (*sources, f"from {inside} import {last}"):
        _, error = said(runner, source)
        assert "leave this import out" in error


@pytest.mark.slow
def test_a_check_in_a_cell_of_the_students_goes_on(runner):
    text, error = said(
        runner,
        "from dropout_course import check\n"
        "report = check('dropout_backward', seed=3)\n"
        "assert report.passed and float(report) == report.score == 0\n"
        "assert check(print).passed\n"
        "report",
    )
    assert not error
    assert "not run at grading" in text


@pytest.mark.slow
def test_another_chapters_part_of_the_lab_can_be_imported_and_says_why_it_is_empty(runner):
    text, error = said(runner, "from dropout_course.lab import overfitting as o\nprint(o.__name__)")
    assert (text.strip(), error) == ("dropout_course.lab.overfitting", "")
    _, error = said(runner, "o.training_sets(3)")
    assert "write what your answer needs of it" in error


@pytest.mark.slow
@pytest.mark.parametrize("stem", STEMS, scope="module")
def test_the_set_up_of_every_notebook_runs_where_it_is_graded(stem, warm):
    notebook = nbformat.read(PACKAGE.parent / "notebooks" / f"{stem}.ipynb", 4)
    with warm.start() as runner:
        for cell in notebook.cells:
            if role_of(cell) is Role.SETUP:
                assert said(runner, cell.source)[1] == ""


@pytest.mark.slow
def test_without_walls_the_attacks_of_this_family_would_find_answers():
    """So the walls stop them, and not a slip in the attack."""
    for name, taken in {"past-the-finder": 5, "files": 3}.items():
        attack = next(one for one in searching.ATTACKS if one.name == name)
        with Process(chapter="04") as runner:
            text, error = said(runner, attack.late)
        assert error == ""
        assert text.count("took ") >= taken, text
