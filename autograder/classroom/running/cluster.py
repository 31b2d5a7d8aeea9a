"""Workers on other machines: what the local pool does, sent to a Dask cluster.

A worker shares no disk with us and needs nothing but the package: what a student handed in, the
released notebook, the course's limits and its key go there with each submission, and the graded
notebook comes back. The gradebook is written here, as ever.
"""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from autograder.classroom.errors import AGAIN, CourseError
from autograder.classroom.running.away import (
    OtherVersionError,
    Parcel,
    grade_parcels,
    packed,
    versions,
)
from autograder.classroom.running.pool import AHEAD, Task
from autograder.classroom.submissions.submission import Graded, Job, grade_submission, not_graded

CONNECT_SECONDS = 10.0
PATIENCE = 60.0  # seconds without any worker: one may be starting again
LOOK_SECONDS = 2.0
GROUP = 4  # submissions that go to a worker at once: each way there takes time of its own
log = logging.getLogger("traitlets")


class KilledError(Exception):
    """What was sent ended one worker after the other."""


def grade_on_cluster(job: Job, tasks: Sequence[Task], address: str) -> Iterator[Graded]:
    """Grade submissions on the workers of a Dask scheduler; give each when it is done.

    Parameters
    ----------
    job : Job
    tasks : sequence of (str, Path)
    address : str
        Of the scheduler: ``tcp://host:8786``, or ``tls://…`` with Dask's own settings for it.

    Raises
    ------
    CourseError
        The cluster can't be reached, has no workers, or one of them has another version.
    JailError
        A worker has no safe sandbox.
    """
    with _client(address) as client:
        _same_versions(client, job, address)
        yield from _graded(client, job, tasks, address)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        import distributed
    except ImportError:
        raise CourseError(
            "--scheduler needs Dask: pip install 'dropout-autograder[cluster]' here and on every "
            "worker, or leave the option out to grade on this machine."
        ) from None
    _quiet()
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise CourseError(
            f"There is no Dask scheduler at {address} ({_line(error)}). Start one with `dask "
            "scheduler`, and name the address that it prints."
        ) from error
    try:
        yield client
    finally:
        # Of a connection that is lost Dask can't always take leave; what matters was said.
        with suppress(Exception):
            client.close(timeout=2)


def _quiet() -> None:
    """Leave it to our sentences to say what happens to a connection."""
    for name in ("distributed.client", "distributed.core", "distributed.comm"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _same_versions(client: Any, job: Job, address: str) -> None:
    """Refuse a cluster of which a worker would grade in another way."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except Exception:  # Dask has had several kinds
        raise _no_workers(address) from None
    here = versions(job.assignment)
    found = client.run(versions, job.assignment, on_error="return")
    wrong = []
    for worker, there in sorted(found.items()):
        if isinstance(there, OSError):
            continue  # it ended a moment ago, and the scheduler does not know it yet
        if isinstance(there, BaseException):
            wrong.append(f"{worker} has no dropout-autograder ({_line(there)})")
        elif there != here:
            wrong.append(f"{worker} has {differences(there, here)}")
    if all(isinstance(there, OSError) for there in found.values()):
        raise _no_workers(address)
    if wrong:
        raise CourseError(
            f"{'; '.join(wrong)}. Grades would depend on who gives them: install the same "
            "versions on every worker, restart it, then run the same command again."
        )


def differences(there: dict[str, str], here: dict[str, str]) -> str:
    """Say in what a worker differs from this machine."""
    mismatches = []
    for name in sorted({*there, *here}):
        remote, local = there.get(name, "none"), here.get(name, "none")
        if remote != local:
            mismatches.append(
                "another version of the course's code"
                if name == "code"
                else f"{name} {remote} in place of {local}"
            )
    return ", ".join(mismatches)


def _no_workers(address: str) -> CourseError:
    return CourseError(
        f"The scheduler at {address} has no workers. Start some with `dask worker {address} "
        f"--nworkers auto --nthreads 1`, {AGAIN}"
    )


def _graded(client: Any, job: Job, tasks: Sequence[Task], address: str) -> Iterator[Graded]:
    """Keep the workers busy, and no more than that: a class does not fit into memory."""
    rest, alone = deque(tasks), deque[Task]()  # these are of groups that ended every worker
    running: dict[Any, list[Task]] = {}
    common = Parcel.of(job)
    room, looked = 1, -math.inf
    while rest or alone or running:
        if time.monotonic() - looked > LOOK_SECONDS:  # to ask the scheduler takes a while
            room, looked = AHEAD * max(1, _threads(client, address)), time.monotonic()
        while len(running) < room and (rest or alone):
            some = [alone.popleft()] if alone else _group(rest, room)
            files = {student: packed(folder) for student, folder in some}
            for task in [task for task in some if files[task[0]] is None]:
                # with what is too large, or can't be read: that is said here
                yield grade_submission(job, *task)
                some.remove(task)
            if some:
                parcels = [common.to(student, files[student] or {}) for student, _ in some]
                running[client.submit(grade_parcels, parcels, pure=False)] = some
        for future in _some(client, list(running), address) if running else ():
            some = running.pop(future)
            try:
                yield from _result(future, address)
            except KilledError as killed:
                if len(some) > 1:
                    alone += some
                else:
                    log.error("%s, %s: %s", job.assignment, some[0][0], killed)
                    died = RuntimeError("the process that graded it died")
                    yield not_graded(job, some[0][0], died)


def _group(rest: deque[Task], room: int) -> list[Task]:
    """Take as many as go together: more at once cost less, and towards the end all have work."""
    size = max(1, min(GROUP, len(rest) // room))
    return [rest.popleft() for _ in range(size)]


def _some(client: Any, running: list[Any], address: str) -> list[Any]:
    """Wait for some of what runs."""
    import distributed

    alone_since = None
    while True:
        try:
            distributed.wait(running, timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED")
        except TimeoutError:
            pass
        except (OSError, distributed.CancelledError):
            raise _lost(address) from None
        if client.status != "running":
            raise _lost(address)
        if done := [future for future in running if future.done()]:
            return done
        if _threads(client, address):
            alone_since = None
            continue
        alone_since = alone_since or time.monotonic()
        if time.monotonic() - alone_since > PATIENCE:
            raise _no_workers(address)


def _threads(client: Any, address: str) -> int:
    try:
        return sum(client.nthreads().values())
    except (OSError, TimeoutError):
        raise _lost(address) from None


def _lost(address: str) -> CourseError:
    return CourseError(
        f"The scheduler at {address} does not answer any more. Start it again, with its workers, "
        f"{AGAIN}"
    )


def _result(future: Any, address: str) -> list[Graded]:
    """Give what came back.

    Raises
    ------
    KilledError
        What was sent ended one worker after the other.
    CourseError
        The scheduler is lost, or a worker came later and has another version.
    """
    import distributed

    try:
        graded: list[Graded] = future.result(timeout=CONNECT_SECONDS)
    except distributed.scheduler.KilledWorker as error:
        raise KilledError(_line(error)) from None
    except OtherVersionError as error:
        raise CourseError(f"{error} Install the same versions on every worker, {AGAIN}") from None
    except (distributed.CancelledError, TimeoutError):
        raise _lost(address) from None
    return graded
