"""Workers: processes of ours that grade, each one submission at a time.

They share the warm process of this machine, and none of them writes to the gradebook.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from autograder.classroom.folder.logs import log_to
from autograder.classroom.submissions.submission import Graded, Job, grade_submission, not_graded
from autograder.referee.sandboxes import keep, sandbox
from autograder.sandbox import Lent
from autograder.sandbox.jail import syscalls

Task = tuple[str, Path]  # a student and the submitted folder
Workers = Callable[[str, int], ProcessPoolExecutor]
TASKS_PER_WORKER = 10  # submissions for which one more worker is worth its start
AHEAD = 2  # submissions a worker that are handed out, so that none waits


def grade_all(job: Job, tasks: Sequence[Task], workers: int, log: Path) -> Iterator[Graded]:
    """Grade submissions, and give each when it is done, in any order.

    Parameters
    ----------
    job : Job
    tasks : sequence of (str, Path)
    workers : int
        Processes that work at once; 0 for one a core, but no more than there is work for. With
        one, the work is done in this process.
    log : Path
        Where workers write what goes wrong.

    Raises
    ------
    JailError
        There is no safe sandbox any more.
    """
    opened = sandbox(job.level, job.assignment, job.key_folder / ".autograder")
    opened.keep_ahead()
    count = workers or min(len(os.sched_getaffinity(0)), 1 + len(tasks) // TASKS_PER_WORKER)
    if count <= 1:
        return (grade_submission(job, student, folder) for student, folder in tasks)
    # A fork has loaded everything. But OpenMP does not work in the fork of who has used it.
    how = "spawn" if "torch" in sys.modules else "fork"

    def workers_by(how: str, number: int) -> ProcessPoolExecutor:
        given = job, opened.lend(), log, os.getpid()
        return ProcessPoolExecutor(number, multiprocessing.get_context(how), _begin, given)

    executor = workers_by(how, count)
    executor.submit(int)  # forks them all, here, where the progress bar has no thread yet
    return _graded(job, tasks, count, executor, workers_by)


def _graded(
    job: Job, tasks: Sequence[Task], count: int, executor: ProcessPoolExecutor, workers_by: Workers
) -> Iterator[Graded]:
    """Have submissions graded by workers, and by new ones if these die."""
    done: set[str] = set()
    while left := [task for task in tasks if task[0] not in done]:
        try:
            for graded in _in_processes(job, left, count, executor):
                done.add(graded.student)
                yield graded
        except BrokenProcessPool:
            logging.getLogger("traitlets").error("a worker died; its submissions are tried again")
            left = [task for task in left if task[0] not in done]
            for task in left[: AHEAD * count]:  # the first of them were in the workers' hands
                done.add(task[0])
                yield _alone(job, task, workers_by("spawn", 1))
            executor = workers_by("spawn", count)


def _alone(job: Job, task: Task, executor: ProcessPoolExecutor) -> Graded:
    """Grade one submission in a worker of its own; say so if the worker dies of it again."""
    try:
        (graded,) = _in_processes(job, [task], 1, executor)
    except BrokenProcessPool:
        return not_graded(job, task[0], RuntimeError("the process that graded it died"))
    return graded


def _in_processes(
    job: Job, tasks: Sequence[Task], count: int, executor: ProcessPoolExecutor
) -> Iterator[Graded]:
    rest = iter(tasks)
    running: set[Future[Graded]] = set()
    try:
        while True:
            while len(running) < AHEAD * count and (task := next(rest, None)):
                running.add(executor.submit(grade_submission, job, *task))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        executor.shutdown(cancel_futures=True)


def _begin(job: Job, lent: Lent, log: Path, parent: int) -> None:
    """Prepare a worker: it ends with the process that started it, and leaves Ctrl-C to that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if syscalls.supported():
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    gc.freeze()  # what a fork shares is not looked at again
    # what it shares may be locked, by a thread that is not here
    sys.stdout = open(1, "w", closefd=False, errors="backslashreplace")  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False, errors="backslashreplace")  # noqa: SIM115
    log_to(log)
    opened = lent.borrow()
    opened.keep_ahead()
    keep(job.level, job.assignment, job.key_folder / ".autograder", opened)
