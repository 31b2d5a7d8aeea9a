"""Things that no jail may reach, set out for the doctor's probes."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from autograder.sandbox.jail import syscalls
from autograder.sandbox.jail.scratch import remove_tree

KINDS = ("mnt", "pid", "net", "ipc", "uts", "user")


@contextmanager
def bait(readable: list[str], level: str = "") -> Iterator[dict[str, Any]]:
    """Make files, sockets and a process that every user of the machine could reach.

    Files are readable and writable for all, so that it is the jail that protects them and not
    their modes; but for one, that of a capability over modes. Yields the facts that
    `autograder.sandbox.probes` ask for.

    Parameters
    ----------
    readable
        What the jail shows.
    level
        The level of the jail.
    """
    with ExitStack() as stack:
        folder = tempfile.mkdtemp(prefix="doctor-")
        stack.callback(remove_tree, folder)
        os.chmod(folder, 0o777)
        facts: dict[str, Any] = {"folder": folder}
        for name in ("key", "gradebook", "submission"):
            facts[name] = f"{folder}/{name}"
            Path(facts[name]).write_text(f"the {name}\n")
            os.chmod(facts[name], 0o666)
        facts["private"] = f"{folder}/private"
        Path(facts["private"]).write_text("for its owner alone\n")
        os.chmod(facts["private"], 0o600)
        facts["handle"] = _handle(facts["private"])
        facts |= _sockets(stack, folder)
        facts["other"] = stack.enter_context(_another_process())
        package = Path(__file__).resolve().parents[1]
        facts |= {
            "checkout": str(package.parent),
            "reference": str(package.parent / "solutions" / "__init__.py"),
            "hidden": str(package / "hidden" / "__init__.py"),
            "home": (home := os.path.expanduser("~")),
            "in_home": sorted(os.listdir(home)) if os.path.isdir(home) else [],
            "grader": os.getpid(),
            "as_root": os.getuid() == 0,
            "may_keep": syscalls.CAP_DAC_READ_SEARCH
            if level == "landlock" and os.getuid() == 0
            else 0,
            "namespaces": {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in KINDS},
            "top": sorted({path.split("/")[1] for path in readable}),
        }
        yield facts


def _handle(path: str) -> str:
    """Give the handle of a file; one that leads nowhere, where a file system has none."""
    try:
        return syscalls.file_handle(path).hex()
    except OSError:
        return bytes(8).hex()


def _sockets(stack: ExitStack, folder: str) -> dict[str, Any]:
    abstract = "\0doctor-" + secrets.token_hex(8)
    made: dict[str, Any] = {"socket": f"{folder}/socket", "datagram": f"{folder}/datagram"}
    made["abstract"] = abstract
    for name, kind in (("socket", 1), ("abstract", 1), ("datagram", 2)):
        listener = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SocketKind(kind)))
        listener.bind(made[name])
        if kind == socket.SOCK_STREAM:
            listener.listen()
        if made[name] != abstract:
            os.chmod(made[name], 0o777)
    for name, kind in (("tcp", 1), ("udp", 2)):
        listener = stack.enter_context(socket.socket(socket.AF_INET, socket.SocketKind(kind)))
        listener.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            listener.listen()
        made[name] = listener.getsockname()[1]
    return made


@contextmanager
def _another_process() -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # Ctrl-C reaches it as well, and we say what there is to say
        env={"CANARY": "in the environment of another process"},
    ) as process:
        try:
            yield process.pid
        finally:
            process.kill()
