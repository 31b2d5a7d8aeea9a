"""Watches one jail, and ends everything in it.

The supervisor is the warm process's child and the jail's parent. It ends the jail when the
grader asks, when the grader or the warm process dies, when the jail uses more than it may, and
it tells how the jail ended. No student's code runs in it.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from . import processes, syscalls
from .jail import Config, Jail

PERIOD = 0.1  # seconds between two looks at what a jail uses
FILES_PERIOD = 1.0
_CONNECTION, _GATE = 3, 4  # the two descriptors that the jailed process keeps; later the first

Serve = Callable[[int, str], None]


def supervise(
    jail: Jail,
    config: Config,
    connection: int,
    report: socket.socket,
    alive: list[int],
    serve: Serve,
) -> None:
    """Set up a jail, run `serve` in it, and stay until it has ended.

    Parameters
    ----------
    connection
        The socket on which the jailed process answers.
    report
        To the grader: it is told ``up`` or ``error``, and in the end ``ended``. When the grader
        closes it, the jail ends; and when it is closed here, the grader knows that all is done.
    alive
        Descriptors that become readable when the grader or the warm process dies.
    serve
        Called in the jail with the number of the connection and the folder to work in.
    """
    syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)
    table = processes.Table()  # from before the jail has a `/proc` of its own
    child, cause = 0, ""
    try:
        try:
            jail.outside()
            child = _fork(jail, config, connection, serve)
        except OSError as error:
            tell(report, {"error": str(error)})
            return
        finally:
            os.close(connection)
        tell(report, {"up": child})
        cause = _watch(jail, config, table, report, child, alive)
    finally:
        try:
            processes.end_descendants(table, child)
            jail.remove()
        finally:  # who is to blame must be known even if something could not be removed
            if cause:
                tell(report, {"ended": cause})
            table.close()


def _fork(jail: Jail, config: Config, connection: int, serve: Serve) -> int:
    """Fork the process that enters the jail; give its id once it is locked in."""
    inner, outer = socket.socketpair()
    child = os.fork()
    if child == 0:
        _enter(jail, config, connection, inner.detach(), serve)  # does not return
    inner.close()
    outer.settimeout(20)
    try:
        message = outer.recv(4096)
    except TimeoutError:
        message = b"the jail was not ready in 20 seconds"
    outer.close()
    if message != b"ready":
        raise OSError(message.decode("utf-8", "replace") or "the jail ended before it was ready")
    return child


def _enter(jail: Jail, config: Config, connection: int, gate: int, serve: Serve) -> None:
    try:
        os.setsid()
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        folder = jail.inside()
        os.chdir(folder)
        if "close" not in config.without:
            gate = _keep_two(connection, gate)
            connection = _CONNECTION
        os.write(gate, b"ready")
    except BaseException as error:
        os.write(gate, f"{type(error).__name__}: {error}".encode()[:4000])
        os._exit(1)
    os.close(gate)
    try:
        serve(connection, folder)
    finally:
        os._exit(0)


def _keep_two(connection: int, gate: int) -> int:
    """Close every descriptor but the standard ones and these two; give the gate's new number."""
    connection, gate = os.dup(connection), os.dup(gate)  # so that neither is in the other's place
    high = max(connection, gate, _GATE) + 1
    connection, gate = os.dup2(connection, high), os.dup2(gate, high + 1)
    os.dup2(connection, _CONNECTION)
    os.dup2(gate, _GATE)
    syscalls.close_range(_GATE + 1)
    return _GATE


def _watch(
    jail: Jail,
    config: Config,
    table: processes.Table,
    report: socket.socket,
    child: int,
    alive: list[int],
) -> str:
    """Wait for a reason to end the jail, and give it.

    ``closed``: the grader wants it. ``orphaned``: the grader or the warm process died.
    """
    with _closed(os.pidfd_open(child)) as ended:
        started_with = table.uses(child)[1]
        poll = select.poll()
        for descriptor in (report.fileno(), ended, *alive):
            poll.register(descriptor, select.POLLIN | select.POLLHUP)
        look_at_files = 0.0
        while True:
            events = {descriptor for descriptor, _ in poll.poll(PERIOD * 1000)}
            if ended in events:
                return _how(ended)
            if events:
                return "closed" if events == {report.fileno()} else "orphaned"
            uses = [table.uses(child)]
            if "seccomp" in config.without:  # only then can there be others
                uses = [table.uses(process) for process in table.descendants(os.getpid())]
            if "memory" not in config.without:
                allowed = started_with + config.limits.memory
                if sum(resident for _, resident in uses) > allowed:
                    return "memory"
            if "tasks" not in config.without and sum(n for n, _ in uses) > config.limits.tasks:
                return "tasks"
            if time.monotonic() > look_at_files:
                look_at_files = time.monotonic() + FILES_PERIOD
                if jail.used() > config.limits.scratch:
                    return "files"


@contextmanager
def _closed(descriptor: int) -> Iterator[int]:
    """Close a descriptor in the end: this process may go on to other jails."""
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _how(ended: int) -> str:
    """Say how the process of a pidfd ended: ``exit N`` or ``signal N``; leave it to be reaped."""
    seen = os.waitid(os.P_PIDFD, ended, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    if seen is None:
        return "gone"
    return f"{'exit' if seen.si_code == os.CLD_EXITED else 'signal'} {seen.si_status}"


def tell(report: socket.socket, message: dict[str, object]) -> None:
    """Send the grader a message."""
    with suppress(OSError):  # the grader may be gone
        report.send(json.dumps(message).encode(), socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
