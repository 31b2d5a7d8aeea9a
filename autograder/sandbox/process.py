"""A fresh Python process for one student's notebook: the level ``unsafe``.

It sees numpy, matplotlib and IPython and the package that notebooks import. The references and the
hidden laws can't be imported in it: it is started without the paths that lead to them, with an
empty environment, in an empty folder, under limits on time, memory, processes and file sizes.

This is separation, not a jail: the process still runs as the user who grades and could read that
user's files. Grade the work of people you don't know in a jail (`autograder.sandbox.open_sandbox`).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from functools import partial

from autograder.sandbox import boot
from autograder.sandbox.jail import limits as jail_limits
from autograder.sandbox.jail.limits import Limits
from autograder.sandbox.jail.scratch import remove_tree
from autograder.sandbox.runner import WireRunner, processor_clock
from autograder.sandbox.wire import Wire

TASKS = 4096  # of the user in all: the kernel counts ours with those of the user who grades


class Process(WireRunner):
    """Runs one notebook in a cold process, without a jail.

    Parameters
    ----------
    limits
        Of memory, processes and files.
    chapter
        As for `autograder.sandbox.open_sandbox`.
    library
        What the notebook may import, ``numpy`` or ``torch``.
    """

    def __init__(
        self, limits: Limits | None = None, chapter: str = "", library: str = "numpy"
    ) -> None:
        self._folder = tempfile.mkdtemp(prefix="answer-")
        boot.lend_fonts(self._folder)
        parent_socket, child_socket = socket.socketpair()
        self._process = subprocess.Popen(
            boot.command(
                "dropout_course.engine.inside.child",
                child_socket.fileno(),
                self._folder,
                chapter,
                library,
            ),
            pass_fds=[child_socket.fileno()],
            cwd=self._folder,
            env=boot.START_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(jail_limits.apply, limits or Limits(), TASKS),
        )
        child_socket.close()
        super().__init__(Wire(parent_socket), processor_clock(self._process.pid))

    def close(self) -> None:
        """End the process and everything that it started; remove its folder."""
        self._wire.close()
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        with suppress(OSError):  # what escaped into a session of its own may still write there
            remove_tree(self._folder)
