"""How grading grows with the class: seconds a submission, and the memory of who coordinates."""

from __future__ import annotations

import multiprocessing
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from autograder.classroom.running import grading
from autograder.classroom.submissions.submission import Graded, Job, grade_submission
from autograder.referee import sandboxes
from bench.courses import STEM, class_of

JUDGED = (32, 64, 128)  # submissions, with one worker and with two
RECORDED = (100, 1000, 10_000)  # submissions of which one is judged, and all are recorded


def run() -> str:
    """Grade classes of several sizes, each in a process of its own."""
    return "\n".join([*judged(), "", *recorded()])


def judged() -> Iterator[str]:
    """Grade classes with NumPy, start left out."""
    yield "How `autograder autograde` grows with the class (NumPy), start of the sandbox left out:"
    yield ""
    yield "| submissions | 1 worker, s | 2 workers, s |"
    yield "|---:|---:|---:|"
    seconds = []
    for count in JUDGED:
        seconds.append([_apart(_class, count, workers)[0] for workers in (1, 2)])
        yield f"| {count} | {seconds[-1][0]:.2f} | {seconds[-1][1]:.2f} |"
    yield ""
    for workers, column in zip((1, 2), np.array(seconds).T, strict=True):
        slope, start = np.polyfit(JUDGED, column, 1)
        power = np.polyfit(np.log(JUDGED), np.log(column), 1)[0]
        yield (
            f"Least squares, {workers} worker{'s' * (workers > 1)}: {start:.1f} s + {slope:.3f} s "
            f"a submission, {3600 / slope:,.0f} an hour; exponent of growth {power:.2f}."
        )


def recorded() -> Iterator[str]:
    """Have one submission judged and as many as the class recorded as if they were."""
    yield "The coordinator alone (one submission is judged, and its result recorded for all):"
    yield ""
    yield "| submissions | ms of processor time a submission | peak memory, MB |"
    yield "|---:|---:|---:|"
    found = []
    for count in RECORDED:
        found.append(_apart(_records, count, 1))
        yield f"| {count} | {1000 * found[-1][0] / count:.1f} | {found[-1][1]:.0f} |"
    (few, small), (many, large) = found[0], found[-1]
    per_thousand = 1000 * (large - small) / (RECORDED[-1] - RECORDED[0])
    ratio = (many / RECORDED[-1]) / (few / RECORDED[0])
    yield ""
    yield (
        f"From {RECORDED[0]} to {RECORDED[-1]:,} submissions memory grows by "
        f"{100 * (large / small - 1):.0f} % ({per_thousand:.1f} MB a thousand); the cost of a "
        f"submission is {ratio:.2f} times what it was (wanted: at most 10 % more of either)."
    )


def _apart(work: Any, *given: int) -> tuple[float, float]:
    """Do work in a process that has done nothing else; give its seconds and its peak in MB."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe()
    process = context.Process(target=_tell, args=(sender, work, *given))
    process.start()
    sender.close()
    try:
        seconds: float = receiver.recv()
        return seconds, float(receiver.recv())
    finally:
        process.join()


def _tell(to: Any, work: Any, *given: int) -> None:
    to.send(work(*given))
    # not ru_maxrss: a process inherits that of the one that started it
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    to.send(int(peak[1]) / 1024 if peak else float("nan"))


def _class(count: int, workers: int) -> float:
    with class_of("numpy", count) as home:
        sandboxes.sandbox("auto", STEM, home / ".autograder").start().close()
        begin = time.perf_counter()
        _graded(home, count, workers)
        return time.perf_counter() - begin


def _records(count: int, workers: int) -> float:
    def once(job: Job, tasks: Any, *how: Any) -> Iterator[Graded]:
        first = grade_submission(job, *tasks[0])
        for student, _ in tasks:
            yield replace(first, student=student)

    patched = mock.patch.object(grading, "grade_all", once)
    with class_of("numpy", count) as home, patched:
        begin = time.process_time()
        _graded(home, count, workers)
        return time.process_time() - begin


def _graded(home: Path, count: int, workers: int) -> None:
    rows = grading.autograde_assignment(home, STEM, progress=False, workers=workers, force=True)
    if len(rows) != count or len({(row.score, row.status) for row in rows}) != 1:
        raise RuntimeError("not all were graded alike")
