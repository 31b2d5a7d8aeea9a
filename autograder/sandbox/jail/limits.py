"""Limits on what one process may use."""

from __future__ import annotations

import resource
from dataclasses import dataclass

PAGE = resource.getpagesize()
RESERVE = 1 << 30  # address space that allocators set aside for threads and never touch


@dataclass(frozen=True)
class Limits:
    """What one notebook's process may use, beyond what it starts with.

    Attributes
    ----------
    memory : int
        Bytes of memory.
    cpu : int
        Seconds of processor time in all, for the case that nobody watches the clock.
    file : int
        Bytes of one file that it writes.
    scratch : int
        Bytes of all files together.
    tasks : int
        Threads and processes.
    descriptors : int
        Open files.
    """

    memory: int = 2 << 30
    cpu: int = 600
    file: int = 64 << 20
    scratch: int = 256 << 20
    tasks: int = 64
    descriptors: int = 256


def lower(what: int, value: int) -> None:
    """Set a soft and a hard limit, never above the hard limit that is there."""
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def apply(limits: Limits, tasks: int, without: frozenset[str] = frozenset()) -> None:
    """Put this process under limits, all but the one on open files.

    Parameters
    ----------
    tasks
        Threads and processes that the user of this process may have: the kernel counts by user.
    without
        Names of limits to leave out; for the tests of the doctor.
    """
    with open("/proc/self/statm") as statm:
        size, _, _, _, _, data, *_ = (int(pages) * PAGE for pages in statm.read().split())
    pairs = {
        "memory": [
            (resource.RLIMIT_DATA, data + limits.memory),
            (resource.RLIMIT_AS, size + limits.memory + RESERVE),
        ],
        "cpu": [(resource.RLIMIT_CPU, limits.cpu)],
        "file": [(resource.RLIMIT_FSIZE, limits.file)],
        "tasks": [(resource.RLIMIT_NPROC, tasks)],
        "core": [(resource.RLIMIT_CORE, 0)],
        "locked": [(resource.RLIMIT_MEMLOCK, 0)],
        "queues": [(resource.RLIMIT_MSGQUEUE, 0)],
    }
    for name, values in pairs.items():
        if name not in without:
            for what, value in values:
                lower(what, value)
