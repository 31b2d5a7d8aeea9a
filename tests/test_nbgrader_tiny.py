"""Our steps inside nbgrader, on a tiny course and with a referee that only looks at the source."""

from __future__ import annotations

import os

import nbformat
import pytest
from classroom_tiny import (
    DOUBLE,
    STEM,
    FakeResult,
    fake_judge,
    filled,
    get,
    tiny,
    write,
)
from nbgrader.apps.api import NbGraderAPI
from tiny_home import NAME, grade, hand_in, home, submitted, tiny_course  # noqa: F401
from traitlets.config import PyFileConfigLoader

from autograder.classroom import course as classroom
from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.returns.returning import write_pages
from autograder.classroom.running import grading
from autograder.classroom.submissions import submission

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]
HTML = "<script>alert('x')</script>"
OUTPUTS = [
    {"output_type": "display_data", "data": {"text/html": HTML, "text/plain": "plain-text"}},
    {"output_type": "display_data", "data": {"image/svg+xml": f"<svg>{HTML}</svg>"}},
    {"output_type": "execute_result", "data": {"text/plain": "99"}},
    {"output_type": "stream", "name": "stderr", "text": "DeprecationWarning: a warning"},
]


def judge(notebook, student, key_folder, level="auto", files=None, limits=None):
    result = fake_judge(notebook, student, key_folder)
    return FakeResult(result.exercises, cell_outputs={"double": OUTPUTS})


@pytest.fixture(autouse=True)
def shown(home, monkeypatch):  # noqa: F811
    """Judge with what a cell has shown."""
    monkeypatch.setattr(submission, "judge", judge)


def recorded(home, student):  # noqa: F811
    """Score, and names of the cells that wait for a person, from nbgrader's own gradebook."""
    with Course(home).gradebook() as gradebook:
        submission = gradebook.find_submission(STEM, student)
        (notebook,) = submission.notebooks
        return submission.score, {g.name for g in notebook.grades if g.needs_manual_grade}


def test_every_submission_ends_with_a_grade_and_a_reason(home):  # noqa: F811
    hand_in(home, "right", filled())
    hand_in(home, "half", filled(double="def double(x):\n    half"))
    hand_in(home, "untouched", tiny())
    hand_in(home, "broken", b"{")
    hand_in(home, "renamed", filled(), "mine.ipynb")
    hand_in(home, "failing", filled(pair="explode"))
    submitted(home, "empty").mkdir(parents=True)
    (submitted(home, "linked")).mkdir(parents=True)
    (submitted(home, "linked") / NAME).symlink_to(home / "notebooks" / NAME)
    os.mkfifo(submitted(home, "right") / "pipe")
    write(submitted(home, "half"), os.fsdecode(b"caf\xe9.txt"), b"not in UTF-8")
    hand_in(home, "[a]*", filled())
    rows = grade(home)
    assert {s: (r.score, r.status) for s, r in rows.items()} == {
        "[a]*": (20, "graded"),  # a name that nbgrader itself takes for a pattern
        "broken": (0, "problem"),
        "empty": (0, "problem"),
        "failing": (0, "failed"),
        "half": (16, "graded"),
        "linked": (0, "problem"),
        "renamed": (20, "problem"),
        "right": (20, "problem"),  # there was a pipe in the folder
        "untouched": (0, "graded"),
    }
    assert all(row.reason and row.max_score == 20 for row in rows.values())
    assert {s: recorded(home, s)[0] for s in rows} == {s: r.score for s, r in rows.items()}
    assert recorded(home, "failing")[1] >= {"double-check", "pair-check"}
    assert recorded(home, "half")[1] == set()
    assert submitted(home, "broken").joinpath(NAME).read_bytes() == b"{"
    table = classroom.grade_table(home)
    assert table.row_count == len(rows)


def test_no_bar_is_drawn_for_what_nobody_handed_in(home, capfd):  # noqa: F811
    classroom.grade_course(home)
    assert "autograde" not in "".join(capfd.readouterr())
    hand_in(home, "ann", filled())
    classroom.grade_course(home)
    assert "autograde" in "".join(capfd.readouterr())


def test_a_second_run_grades_what_changed_and_what_failed(home, monkeypatch):  # noqa: F811
    hand_in(home, "ann", filled())
    hand_in(home, "bob", filled())
    hand_in(home, "cat", filled(pair="explode"))
    first = grade(home)
    seen = []
    monkeypatch.setattr(
        submission,
        "judge",
        lambda nb, student, key, level, files, limits: seen.append(student) or judge(nb, "", key),
    )
    assert grade(home) == first
    assert seen == ["cat"]
    hand_in(home, "bob", tiny())
    assert grade(home)["bob"].score == 0
    assert seen == ["cat", "bob", "cat"]
    # a run that was killed while it wrote its journal
    journal = home / "build" / "course" / ".autograder" / f"{STEM}.jsonl"
    lines = [line for line in journal.read_text().splitlines() if '"ann"' not in line]
    journal.write_text("\n".join(lines))
    seen.clear()
    grade(home)
    assert seen == ["ann", "cat"]
    assert grade(home, students=["ann"], force=True)["ann"] == first["ann"]


def test_an_error_of_ours_is_a_row(home, monkeypatch):  # noqa: F811
    hand_in(home, "ann", filled())
    hand_in(home, "bob", filled())
    whole = submission.rebuild

    def rebuild(release, notebook, *found):
        if notebook and "trip" in get(notebook, "double").source:
            raise RuntimeError("a bug of ours")
        return whole(release, notebook, *found)

    monkeypatch.setattr(submission, "rebuild", rebuild)
    hand_in(home, "ann", filled(double="trip"))
    rows = grade(home)
    assert rows["ann"].status == "failed"
    assert "grade by hand" in rows["ann"].reason
    assert rows["ann"].max_score == 20
    assert rows["bob"].score == 20
    assert recorded(home, "ann")[0] == 0
    assert "double-check" in recorded(home, "ann")[1]


def test_nothing_of_a_student_acts_in_feedback_or_formgrader(home):  # noqa: F811
    hand_in(home, "ann", filled(ch03_why=f"see {HTML} <img src=x onerror=alert(2)>"))
    grade(home)
    course = Course(home)
    assert write_pages(Course(home), STEM, progress=False) == 1
    assert write_pages(Course(home), STEM, progress=False) == 0
    page = (course.folder("feedback", "ann", STEM) / f"{STEM}.html").read_text("utf-8")
    assert "plain-text" in page
    assert "a warning" in page
    assert "alert('x')</script>" not in page
    assert "<img src=x" not in page
    assert "<svg>" not in page
    graded = course.folder("autograded", "ann", STEM) / NAME
    assert "see <script>" in get(nbformat.read(graded, 4), "ch03-why").source  # kept as written
    from nbconvert.exporters import HTMLExporter  # as Formgrader makes it

    shown, _ = HTMLExporter(config=course.config).from_filename(str(graded))
    assert "alert('x')</script>" not in shown


def test_manual_grades_survive_autograding(home):  # noqa: F811
    hand_in(home, "ann", filled(ch03_why="Because."))
    grade(home)
    assert recorded(home, "ann")[1] == {"ch03-why"}
    with Course(home).gradebook() as gradebook:
        written = gradebook.find_grade("ch03-why", STEM, STEM, "ann")
        written.extra_credit = 5
        written.manual_score = 0
        by_hand = gradebook.find_grade("double-check", STEM, STEM, "ann")
        by_hand.manual_score = 7
        gradebook.db.commit()
    grade(home, force=True)
    assert recorded(home, "ann")[0] == 7 + 12 + 5


def test_the_button_of_formgrader(home):  # noqa: F811
    """Formgrader calls NbGraderAPI.autograde."""
    hand_in(home, "broken", b"{")
    hand_in(home, "renamed", filled(), "mine.ipynb")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(home)).load_config()
    api = NbGraderAPI(config=config)
    for student, score in (("broken", 0), ("renamed", 20)):
        result = api.autograde(STEM, student)
        assert result["success"], result
        assert recorded(home, student)[0] == score


def test_collect_stops_at_nothing(home):  # noqa: F811
    inbound = home / "build" / "exchange" / "dropout" / "inbound"
    stamp = "2026-03-02 09:00:00.000000 UTC"
    write(inbound / f"ann+{STEM}+{stamp}+r", NAME, filled())
    write(inbound / f"bob+{STEM}+{stamp}+r", "notes.txt", b"")
    write(inbound / f"..+{STEM}+{stamp}+r", NAME, filled())
    write(inbound / f"cat+{STEM}+tomorrow+r", NAME, filled())
    write(inbound, f"+{STEM}+x", b"")
    (inbound / f"dan+{STEM}+{stamp}+r").symlink_to(home / "notebooks")
    course = Course(home)
    course.collect(STEM)
    assert course.students(STEM) == ["ann", "bob", "dan"]
    assert not (course.root / STEM).exists()
    rows = grade(home)
    assert [rows[s].score for s in ("ann", "bob", "dan")] == [20, 0, 0]
    later = "2026-03-03 09:00:00.000000 UTC"
    write(inbound / f"ann+{STEM}+{later}+r", NAME, filled(double="def double(x): half"))
    course.collect(STEM)
    assert grade(home)["ann"].score == 16


def test_changed_exercises_do_not_overwrite_grades(home):  # noqa: F811
    hand_in(home, "ann", filled())
    grade(home)
    notebook = tiny()
    notebook.cells = notebook.cells[:6]
    write(home / "notebooks", NAME, notebook)
    with pytest.raises(CourseError, match="since it holds their grades"):
        Course(home).set_up(progress=False)
    assert recorded(home, "ann")[0] == 20


def test_a_corrected_sentence_is_released_again(home):  # noqa: F811
    notebook = tiny()
    notebook.cells[0].source = "# 3. Tiny, corrected"
    write(home / "notebooks", NAME, notebook)
    assert Course(home).set_up(progress=False) == [STEM]
    out = home / "build" / "exchange" / "dropout" / "outbound" / STEM / NAME
    assert "corrected" in out.read_text()
    assert Course(home).set_up(progress=False) == []


def test_an_unknown_assignment(home):  # noqa: F811
    with pytest.raises(CourseError, match=f"There is: {STEM}"):
        grading.autograde_assignment(home, "99-nothing", progress=False)
    with pytest.raises(CourseError, match="zoe handed in nothing"):
        grading.autograde_assignment(home, STEM, students=["zoe"], progress=False)


def test_the_released_notebook_is_the_derived_one(home):  # noqa: F811
    released = nbformat.read(Course(home).folder("release", ".", STEM) / NAME, 4)
    assert [cell.source for cell in released.cells] == [cell.source for cell in tiny().cells]
    assert DOUBLE not in str(released)
