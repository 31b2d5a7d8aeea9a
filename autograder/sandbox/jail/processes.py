"""Processes seen from outside: what descends from one, what it uses, and its end."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

PAGE = os.sysconf("SC_PAGE_SIZE")


class Table:
    """The process table, through a `/proc` that stays open when the root directory changes."""

    def __init__(self) -> None:
        self.folder = os.open("/proc", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)

    def close(self) -> None:
        """Let go of it."""
        os.close(self.folder)

    def _read(self, path: str) -> str:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.folder)
        try:
            return os.read(descriptor, 1 << 16).decode("utf-8", "replace")
        finally:
            os.close(descriptor)

    def _stat(self, process: int) -> list[str]:
        """Give the fields of ``/proc/N/stat`` from the state on; a name may hold brackets."""
        return self._read(f"{process}/stat").rpartition(")")[2].split()

    def pids(self) -> list[int]:
        """Give all processes."""
        folder = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self.folder)
        try:
            return [int(name) for name in os.listdir(folder) if name.isdigit()]
        finally:
            os.close(folder)

    def descendants(self, ancestor: int) -> list[int]:
        """Give the living descendants of a process, ended but unread children included."""
        children = self._children_by_scan()
        found, todo = [], [ancestor]
        while todo:
            todo += (born := children.get(todo.pop(), []))
            found += born
        return found

    def _children_by_scan(self) -> dict[int, list[int]]:
        children: dict[int, list[int]] = {}
        for process in self.pids():
            with suppress(OSError, IndexError, ValueError):
                children.setdefault(int(self._stat(process)[1]), []).append(process)
        return children

    def uses(self, process: int) -> tuple[int, int]:
        """Give the threads of a process and its resident bytes; zeros once it has ended."""
        with suppress(OSError, IndexError, ValueError):
            threads = int(self._stat(process)[17])
            return threads, int(self._read(f"{process}/statm").split()[1]) * PAGE
        return 0, 0

    def tasks_of_user(self) -> int:
        """Count the threads of everything that runs as this user."""
        tasks = 0
        for process in self.pids():
            with suppress(OSError):
                if os.stat(str(process), dir_fd=self.folder).st_uid == os.getuid():
                    tasks += self.uses(process)[0]
        return tasks


def end_descendants(table: Table, child: int = 0, seconds: float = 30.0) -> None:
    """Kill everything that descends from this process, until nothing is left.

    This process must be the reaper of its orphans (``PR_SET_CHILD_SUBREAPER``): so whatever left
    its parent or its session comes back to here, and once it has no child, it has no descendant.

    Parameters
    ----------
    child
        The child to begin with, if it is known: mostly there is no other.

    Raises
    ------
    TimeoutError
        Something could not be ended.
    """
    deadline = time.monotonic() + seconds
    left = [child] if child else table.descendants(os.getpid())
    while True:
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        try:
            for _ in range(50):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
                time.sleep(0.0005)
        except ChildProcessError:
            return
        left = table.descendants(os.getpid())
        if time.monotonic() > deadline:
            raise TimeoutError(f"processes {left} could not be ended")
