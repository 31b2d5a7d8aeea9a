"""The grader's side of the warm process: it starts one, and gets a jail from it for a notebook."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from autograder.sandbox import boot, reach, view
from autograder.sandbox.jail import scratch
from autograder.sandbox.jail.limits import Limits
from autograder.sandbox.jailed import ENDING, Jailed
from autograder.sandbox.refusal import FROM_OUTSIDE, JailError, refusal

LEVELS = ("namespaces", "landlock")
LOADING = 120.0  # seconds until the warm process must have loaded everything
STARTING = 30.0  # seconds until a jail must be ready, on a busy machine
SETTLING = 10.0


class _GoneError(JailError):
    """The warm process died before it gave a jail."""


class Warm:
    """A warm process, started when it is first needed and again should it die.

    Parameters
    ----------
    level
        ``namespaces`` or ``landlock``.
    library
        ``numpy`` or ``torch``: what notebooks may import.
    limits
        What one notebook may use.
    without
        Rules of the jail to leave out, for tests of the doctor.
    lent
        What `lend` gave in another process: jails come from that one's warm process, for as long
        as it is there.
    chapter
        The number of the notebooks' chapter: what they may import of the course depends on it.
    """

    def __init__(
        self,
        level: str,
        library: str = "numpy",
        limits: Limits | None = None,
        without: Iterable[str] = (),
        lent: socket.socket | None = None,
        chapter: str = "",
    ) -> None:
        if level not in LEVELS or library not in ("numpy", "torch"):
            raise ValueError(f"there is no level {level!r} with the library {library!r}")
        self.level = level
        self.library = library
        self.chapter = chapter
        self._limits = limits or Limits()
        self._without = sorted(without)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = ""
        self._owner = os.getpid() if lent else 0
        self._control = lent
        self._spare: tuple[socket.socket, socket.socket] | None = None
        self.ahead = False  # whether the next jail is made while the last one is at work

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def start(self) -> Jailed:
        """Fork a jail.

        Raises
        ------
        JailError
            It can't be set up; the message says which step failed.
        """
        try:
            return self._start()
        except _GoneError:  # just now, and nothing has run: another one is started
            with self._lock:
                if self._control:  # dying takes a moment
                    _readable(self._control, 1.0)
            return self._start()

    def _start(self) -> Jailed:
        with self._lock:
            if not self._alive():
                self._discard()
                self._begin()
            connection, report = self._spare or self._request()
            self._spare = self._request() if self.ahead else None
        reply = _hear(report, STARTING, "the jail")
        if "up" not in reply:
            connection.close()
            report.close()
            what = f"the jail ({self.level}) can't be set up"
            if "error" in reply:
                raise refusal(what, reply["error"])
            raise _GoneError(f"{what}: {FROM_OUTSIDE}")
        return Jailed(connection, report, reply["up"])

    def lend(self) -> socket.socket:
        """Give a way to this warm process to another process of ours; start it if need be."""
        with self._lock:
            if not self._alive():
                self._discard()
                self._begin()
            assert self._control is not None
            return self._control.dup()

    def _alive(self) -> bool:
        """Whether there is a warm process that jails can be had from."""
        if self._owner != os.getpid() or self._control is None:
            return False
        # it says nothing once it is ready, so there is something to read only when it has ended
        return not _readable(self._control, 0)

    def _request(self) -> tuple[socket.socket, socket.socket]:
        """Ask for a jail; give the sockets on which it will answer and its supervisor report."""
        assert self._control is not None
        connection, child_socket = socket.socketpair()
        report, child_report = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ourselves = os.pidfd_open(os.getpid())
        given = [child_socket.fileno(), child_report.fileno(), ourselves]
        try:
            socket.send_fds(self._control, [b"{}"], given)
        except OSError as error:
            raise _GoneError(f"{FROM_OUTSIDE} ({error})") from None
        finally:
            child_socket.close()
            child_report.close()
            os.close(ourselves)
        return connection, report

    def close(self) -> None:
        """End the warm process, and with it all its jails."""
        with self._lock:
            self._discard()

    def _begin(self) -> None:
        """Start a warm process; leave nothing of it if that fails."""
        try:
            self._load()
        except BaseException as error:
            self._discard()
            if isinstance(error, OSError):
                raise refusal(
                    f"the warm process ({self.level}) can't be started", str(error)
                ) from None
            raise

    def _load(self) -> None:
        self._owner = os.getpid()
        self._folder = tempfile.mkdtemp(prefix="warm-")
        os.chmod(self._folder, 0o711)  # a jail's own user goes through it to a folder of its own
        boot.lend_fonts(self._folder)
        self._control, child_socket = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ourselves = os.pidfd_open(os.getpid())
        with tempfile.TemporaryFile() as errors:
            self._process = subprocess.Popen(
                boot.command(
                    "_jail.warm", child_socket.fileno(), self._folder, self.chapter, self.library
                ),
                pass_fds=[child_socket.fileno()],
                cwd=self._folder,
                env=boot.START_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
            child_socket.close()
            self._control.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            socket.send_fds(self._control, [json.dumps(self._order()).encode()], [ourselves])
            os.close(ourselves)
            reply = _hear(self._control, LOADING, "the warm process")
            if "ready" not in reply:
                self._process.wait()
                errors.seek(0)
                problem = reply.get("error") or errors.read()[-2000:].decode("utf-8", "replace")
                raise refusal(f"the warm process ({self.level}) did not start", problem)

    def _order(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "library": self.library,
            "home": self._folder,
            "readable": view.readable(self.library, self.chapter),
            "limits": asdict(self._limits),
            "without": self._without,
            "modules": reach.modules(self.chapter),
        }

    def _discard(self) -> None:
        for end in self._spare or ():
            end.close()
        self._spare = None
        if self._control:
            if self._process and self._owner == os.getpid():
                with suppress(OSError):
                    self._control.shutdown(socket.SHUT_RDWR)  # for whom it was lent to as well
            self._control.close()
            self._control = None
        if self._owner != os.getpid():  # a fork of the process that it belongs to
            self._process, self._folder = None, ""
        if self._process:
            try:
                self._process.wait(ENDING)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._folder:
            # If the warm process was killed, supervisors still remove what is theirs.
            deadline = time.monotonic() + SETTLING
            while os.path.exists(self._folder) and time.monotonic() < deadline:
                with suppress(OSError):
                    scratch.remove_tree(self._folder)
                    break
                time.sleep(0.01)
            self._folder = ""


def _hear(report: socket.socket, seconds: float, who: str) -> dict[str, Any]:
    """Read one message of our own code; nothing, if it ended without a word."""
    report.settimeout(seconds)
    try:
        data = report.recv(1 << 16)
    except TimeoutError:
        raise JailError(f"{who} was not ready in {seconds:g} seconds") from None
    except OSError:
        return {}
    return dict(json.loads(data)) if data else {}


def _readable(control: socket.socket, seconds: float) -> bool:
    """Whether there is something to read, or an end; select() knows no descriptor above 1023."""
    poll = select.poll()
    poll.register(control, select.POLLIN)
    return bool(poll.poll(1000 * seconds))
