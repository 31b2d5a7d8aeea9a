"""Where the time of a submission goes: processor time of the coordinator, and of the jails."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat

from autograder.classroom.gradebook.recorder import Recorder
from autograder.classroom.running import grading
from autograder.classroom.submissions import submission
from autograder.referee import sandboxes
from autograder.referee.cells import Role, role_of
from autograder.sandbox import Sandbox
from bench.courses import STEM, answered, chapter_uses, class_of

COUNT, STARTS = 32, 10  # submissions; jails that are only made
SETTLING = 0.5  # seconds until the kernel has added up what ended processes used
STEPS: dict[str, tuple[Any, str]] = {
    "read and rebuild the notebook": (submission, "take_in"),
    "run it and judge it: what stays outside of the jail": (submission, "judge"),
    "write the outputs": (submission, "_finish"),
    "write the graded notebook as text": (submission, "_graded"),
    "put it into its folder": (Recorder, "_write_folder"),
    "record it in the gradebook": (Recorder, "_write_grades"),
}


def lines(library: str) -> Iterator[str]:
    """Say where the time goes for the notebook of a library, in a table."""
    yield f"Where the processor time of a submission goes, ms ({library}, one worker):"
    yield ""
    yield "| step | user + system |"
    yield "|---|---:|"
    for step, seconds in spent(library).items():
        yield f"| {step} | {1000 * seconds:.1f} |"
    yield ""


def spent(library: str) -> dict[str, float]:
    """Grade a class; give the seconds of processor time that each step takes a submission."""
    found: dict[str, float] = {}
    with chapter_uses(library), class_of(library, COUNT) as home:
        opened = sandboxes.sandbox("auto", STEM, home / ".autograder")
        opened.start().close()
        begin, before = time.process_time(), _of_children()
        with _watched() as clock:
            grading.autograde_assignment(home, STEM, progress=False, workers=1, force=True)
        whole = (time.process_time() - begin) / COUNT
        time.sleep(SETTLING)
        jails = (_of_children() - before) / COUNT
        made = _jails(opened, ())
        ran = _jails(opened, _cells(library)) - made
    found = {step: clock[step] / COUNT for step in STEPS}
    found["all else of the coordinator"] = whole - sum(found.values())
    found["jail: make and end it"] = made
    found["jail: run the cells"] = ran
    found["jail: answer the calls of the laws"] = jails - made - ran
    found["all"] = whole + jails
    return found


@contextmanager
def _watched() -> Iterator[dict[str, float]]:
    """Add up the processor time of the steps."""
    clock: dict[str, float] = defaultdict(float)

    def timed(step: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            begin = time.process_time()
            try:
                return work(*args, **kwargs)
            finally:
                clock[step] += time.process_time() - begin

        return call

    with ExitStack() as stack:
        for step, (owner, name) in STEPS.items():
            work = timed(step, getattr(owner, name))
            stack.enter_context(mock.patch.object(owner, name, work))
        yield clock


def _cells(library: str) -> list[str]:
    notebook = nbformat.reads(answered(library), 4)
    roles = (Role.SETUP, Role.SOLUTION, Role.EXTRA)
    return [cell.source for cell in notebook.cells if role_of(cell) in roles]


def _jails(opened: Sandbox, cells: Any) -> float:
    before = _of_children()
    for _ in range(STARTS):
        with opened.start() as process:
            for source in cells:
                process.cell(source, 20)
    time.sleep(SETTLING)
    return (_of_children() - before) / STARTS


def _of_children() -> float:
    """Give the seconds that what descends from this process used, living or waited for."""
    total, todo = 0, [str(os.getpid())]
    while todo:
        process = todo.pop()
        born = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        for child in born:
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))
        todo += born
    return total / os.sysconf("SC_CLK_TCK")
