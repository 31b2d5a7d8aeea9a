"""Autograde an assignment: workers judge, one writer records, and nothing is done twice."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from autograder.classroom.collecting.collect import prepare
from autograder.classroom.errors import writing
from autograder.classroom.folder.coursedir import Course, CourseError
from autograder.classroom.folder.extensions import apply_extensions, check_extensions
from autograder.classroom.folder.files import digest
from autograder.classroom.folder.lock import holding
from autograder.classroom.folder.logs import check_log
from autograder.classroom.folder.settings import late_policy
from autograder.classroom.folder.standing import require_released
from autograder.classroom.gradebook.entries import recorded_students
from autograder.classroom.gradebook.recorder import Recorder
from autograder.classroom.gradebook.rows import as_row, read_row, with_marks
from autograder.classroom.running.cluster import grade_on_cluster
from autograder.classroom.running.journal import Journal, Row, key_of
from autograder.classroom.running.judges import judges_key, release_imports
from autograder.classroom.running.pool import Task, grade_all
from autograder.classroom.running.progress import track
from autograder.classroom.submissions import others
from autograder.classroom.submissions.submission import Graded, Job
from autograder.referee.inputs import course_key
from autograder.referee.limits import LimitsError, limits_of
from autograder.referee.sandboxes import sandbox

BATCH = 32  # submissions that are recorded at once …
BATCH_SECONDS = 2.0  # … or fewer, so that little is graded again after a power failure
# The steps of nbgrader_config.py that are taken here as well.
STEPS = {"Rebuild", "Referee", "SaveGrades", "OverwriteKernelspec", "OverwriteCells"}
STEPS |= {"CheckCellMetadata", "AssignLatePenalties"}


class Stopped(KeyboardInterrupt):
    """Somebody stopped the run; what it had graded is recorded.

    Attributes
    ----------
    rows : list of Row
        What is graded, by this run or an earlier one.
    left : int
        How many submissions are not.
    """

    def __init__(self, rows: list[Row], left: int) -> None:
        super().__init__(f"{left} left")
        self.rows, self.left = rows, left


def autograde_assignment(
    root: Path,
    assignment: str,
    *,
    students: Iterable[str] | None = None,
    force: bool = False,
    progress: bool = True,
    level: str = "auto",
    workers: int = 0,
    scheduler: str = "",
) -> list[Row]:
    """Grade what a class handed in, and record it in nbgrader's gradebook.

    Each grade is in the gradebook before it is noted as done, so a run that was killed goes on
    where it was. A submission is graded again if it, the released notebook or the code that
    grades has changed. No submission stops the others.

    Parameters
    ----------
    root : Path
        The folder of nbgrader_config.py.
    assignment : str
        Assignment id, e.g. "03-dropout-forward".
    students : iterable of str, optional
        Only these; by default all who handed in.
    force : bool
        Grade again what is graded already.
    progress : bool
        Show a progress bar.
    level : str
        The sandbox; see `autograder.sandbox.open_sandbox`.
    workers : int
        Processes that grade at once; 0 for one a core, if there is enough work for them.
    scheduler : str
        Address of a Dask scheduler whose workers grade; by default this machine does.

    Returns
    -------
    list of Row
        One a student, in order of their names.

    Raises
    ------
    CourseError
        If there is no such assignment, one of `students` handed in nothing, or the course can't
        be written; what was recorded before stays recorded.
    JailError
        If there is no safe sandbox on this machine.
    Stopped
        If it is interrupted (Ctrl-C).
    """
    course = Course(root)
    with holding(course, f"autograde {assignment}"):
        return _autograde(course, assignment, students, force, progress, level, workers, scheduler)


def _autograde(
    course: Course,
    assignment: str,
    students: Iterable[str] | None,
    force: bool,
    progress: bool,
    level: str,
    workers: int,
    scheduler: str,
) -> list[Row]:
    release = _release(course, assignment)
    chosen = _chosen(course, assignment, students)
    key_folder = Path(course.config.Referee.get("key_folder", "."))
    limits = _instructions(course, assignment, key_folder)
    if not scheduler:
        sandbox(level, assignment, key_folder / ".autograder")  # or refuse, before any
    released = release.read_bytes()
    unsafe = level if level == "unsafe" else ""
    judges = judges_key(assignment, release_imports(released))
    depends = key_of(released, judges, unsafe, limits)
    journal = Journal(course.state / f"{assignment}.jsonl")
    recorded = recorded_students(course, assignment)
    rows: dict[str, Row] = {}
    keys: dict[str, str] = {}
    tasks: list[Task] = []
    for student in chosen:
        submitted = course.folder("submitted", student, assignment)
        with writing(submitted):
            prepare(submitted, assignment)
        keys[student] = key_of(digest(submitted), depends)
        row = None
        if student in recorded and not force and journal.find(student, keys[student]):
            row = read_row(course, assignment, student)  # somebody may have used Formgrader since
        if row is None or row.status == "failed":
            tasks.append((student, submitted))
        else:
            rows[student] = replace(row, unchanged=True)
    del recorded
    job = Job(assignment, release, key_folder, level)
    if not scheduler:
        graded = grade_all(job, tasks, workers, course.log)
    elif tasks:
        graded = grade_on_cluster(job, tasks, scheduler)
    else:
        graded = iter(())
    title = f"autograde {assignment}"
    shown = track(graded, title, progress, len(tasks), lambda one: one.record.status)
    with Recorder(course, assignment) as recorder:
        try:
            for batch in _batches(shown):
                journal.reopen([one.student for one in batch])
                made = _record(recorder, batch)
                journal.add([(row, keys[row.student]) for row in made])
                rows |= {row.student: row for row in made}
        except KeyboardInterrupt:
            done = [rows.pop(student) for student in chosen if student in rows]
            raise Stopped(with_marks(course, assignment, done), len(chosen) - len(done)) from None
        apply_extensions(course, assignment)
        renewed = recorder.renew_penalties([s for s in chosen if rows[s].status != "failed"])
    if renewed:
        logging.getLogger("traitlets").warning(
            "the penalty for being late changed for %s", ", ".join(renewed)
        )
    made = with_marks(course, assignment, (rows.pop(student) for student in chosen))
    check_log(course.log)
    return made


def _instructions(course: Course, assignment: str, key_folder: Path) -> str:
    """Read whatever an instructor wrote that decides a grade, before any is given.

    Returns the limits: a grade depends on them.
    """
    try:
        limits = str(limits_of(key_folder, assignment))
    except LimitsError as error:
        raise CourseError(str(error)) from None
    course_key(key_folder)
    late_policy(course.home, course.config)
    check_extensions(course, assignment)
    return limits


def _release(course: Course, assignment: str) -> Path:
    if assignment in course.chapters():
        require_released(course, assignment)
    path = course.folder("release", ".", assignment) / f"{assignment}.ipynb"
    if others.is_foreign(path.parent, course.folder("source", ".", assignment)):
        raise CourseError(
            f"{assignment} is an assignment of your own: grade it with `nbgrader autograde "
            f"{assignment}`, or in Formgrader."
        )
    if not path.is_file():
        known = ", ".join(course.ours()) or "none yet; run `make course`"
        raise CourseError(f"There is no assignment {assignment!r}. There is: {known}.")
    if steps := _other_steps(course):
        raise CourseError(
            f"nbgrader_config.py has steps of its own ({', '.join(steps)}), which only nbgrader "
            f"runs: grade with `nbgrader autograde {assignment}`, or remove them."
        )
    return path


def _other_steps(course: Course) -> list[str]:
    """Give the steps that somebody added to nbgrader's autograde: they must not be passed over."""
    config = course.config.Autograde
    steps = [*config.sanitize_preprocessors, *config.autograde_preprocessors]
    names = [
        getattr(step, "__name__", str(step))
        for step in steps
        if getattr(step, "__module__", "") != others.__name__  # they leave ours alone
    ]
    return [name for name in names if name.rpartition(".")[2] not in STEPS]


def _chosen(course: Course, assignment: str, students: Iterable[str] | None) -> list[str]:
    everyone = course.students(assignment)
    chosen = everyone if students is None else sorted(set(students))
    if strangers := sorted(set(chosen) - set(everyone)):
        raise CourseError(
            f"{', '.join(strangers)} handed in nothing for {assignment}; collect first."
        )
    return chosen


def _batches(graded: Iterable[Graded]) -> Iterator[list[Graded]]:
    """Give what was graded in batches; the last one also if grading ends with an error."""
    batch: list[Graded] = []
    began = time.monotonic()
    try:
        for one in graded:
            batch.append(one)
            if len(batch) >= BATCH or time.monotonic() - began > BATCH_SECONDS:
                yield batch
                batch, began = [], time.monotonic()
    except GeneratorExit:  # recording failed: there is no use in going on
        batch = []
        raise
    finally:
        if batch:
            yield batch


def _record(recorder: Recorder, batch: list[Graded]) -> list[Row]:
    """Record a batch; if one of it can't be recorded, all but that one."""
    try:
        recorder.record(batch)
    except CourseError:
        raise
    except (SQLAlchemyError, ValueError) as error:  # a name that no database takes, for example
        logging.getLogger("traitlets").error(traceback.format_exc())
        if len(batch) == 1:
            return [_unrecorded(recorder, batch[0], error)]
        return [row for one in batch for row in _record(recorder, [one])]
    return [as_row(graded.student, graded.record) for graded in batch]


def _unrecorded(recorder: Recorder, graded: Graded, error: Exception) -> Row:
    reason = (
        f"The gradebook refused it ({type(error).__name__}); {recorder.course.log} says why. "
        "Run it again, or grade by hand."
    )
    return Row(graded.student, 0.0, graded.record.max_score, "failed", reason)
