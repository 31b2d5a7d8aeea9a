"""What an attack must not reach: secrets, files, sockets and a process, set out for every user.

Files can be read and written by everybody, so that it is the grader's walls that protect them.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from attacks.notebooks import ROOT, STEM, released
from autograder.sandbox.jail.scratch import remove_tree

# Lines of the references and of the hidden laws that stand nowhere else.
HIDDEN = ROOT / "autograder" / "hidden" / "ch04_backprop" / "dropout_backward.py"
REFERENCE_LINE = "Forward and backward of one idea stand next to each other."
HIDDEN_LINE = "Hidden laws of 4.1 dropout_backward."


class Stage:
    """A course with a neighbour, a key and a gradebook; close it at the end.

    Attributes
    ----------
    folder : Path
        Everything is below it, temporary files of the grader included.
    canaries : dict
        Secrets by what they are.
    facts : dict
        What an attack is told: the worst case is that it knows where everything is.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        matplotlib.get_cachedir()  # in its usual place, before temporary files move
        self.folder = Path(tempfile.mkdtemp(prefix="stage-"))
        self._stack.callback(remove_tree, str(self.folder))
        self.course = self.folder / "course"
        self.submitted = self.course / "submitted" / "mallory" / STEM
        names = ("key", "environment", "neighbour", "gradebook")
        self.canaries = {name: f"canary-{name}-{secrets.token_hex(8)}" for name in names}
        self.canaries |= {"references": REFERENCE_LINE, "hidden laws": HIDDEN_LINE}
        self._assert_canaries_are_secret()
        self.files = self._write_files()
        self.victim = self._stack.enter_context(_victim())
        self.listeners = self._listen()
        self.facts = self._facts()
        self._before = dict(os.environ), tempfile.tempdir
        os.environ["GRADER_TOKEN"] = self.canaries["environment"]
        tempfile.tempdir = str(self.folder / "tmp")

    def close(self) -> None:
        """Remove everything."""
        os.environ.pop("GRADER_TOKEN", None)
        tempfile.tempdir = self._before[1]
        for listener in self.listeners.values():
            listener.close()
        self._stack.close()

    def _assert_canaries_are_secret(self) -> None:
        assert REFERENCE_LINE in (ROOT / "solutions" / "ch04_backprop.py").read_text("utf-8")
        assert HIDDEN_LINE in HIDDEN.read_text("utf-8")
        assert not any(canary in str(released()) for canary in self.canaries.values())

    def _write_files(self) -> dict[str, Path]:
        neighbour = self.course / "submitted" / "neighbour" / STEM / f"{STEM}.ipynb"
        files = {
            "key": self.course / ".autograder" / "key",
            "gradebook": self.course / "gradebook.db",
            "neighbour": neighbour,
        }
        for name, path in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.canaries[name] + "\n")
        files["log"] = self.course / "nbgrader.log"
        files["log"].write_text("a log\n")
        (self.folder / "tmp").mkdir()
        self.submitted.mkdir(parents=True)
        for path in [self.folder, *self.folder.rglob("*")]:
            os.chmod(path, 0o777 if path.is_dir() else 0o666)
        os.chmod(self.folder / "tmp", 0o711)
        return files

    def _listen(self) -> dict[str, socket.socket]:
        abstract = "\0stage-" + secrets.token_hex(8)
        made = {}
        for name, family, kind, address in (
            ("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            ("unix", socket.AF_UNIX, socket.SOCK_STREAM, str(self.course / "socket")),
            ("datagram", socket.AF_UNIX, socket.SOCK_DGRAM, str(self.course / "datagram")),
            ("abstract", socket.AF_UNIX, socket.SOCK_STREAM, abstract),
        ):
            made[name] = listener = socket.socket(family, kind)
            listener.bind(address)
            if kind == socket.SOCK_STREAM:
                listener.listen()
            listener.setblocking(False)
        for name in ("socket", "datagram"):
            os.chmod(self.course / name, 0o777)
        return made

    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = {name: str(path) for name, path in self.files.items()}
        addresses = {name: s.getsockname() for name, s in self.listeners.items()}
        facts |= {"tcp": addresses["tcp"][1], "udp": addresses["udp"][1]}
        facts |= {name: addresses[name] for name in ("unix", "datagram", "abstract")}
        facts["abstract"] = os.fsdecode(facts["abstract"])
        facts |= {
            "course": str(self.course),
            "folder": str(self.submitted),
            "references": str(ROOT / "solutions" / "ch04_backprop.py"),
            "hidden": str(HIDDEN),
            "checkout": str(ROOT),
            "libraries": sysconfig.get_path("purelib"),
            "grader": os.getpid(),
            "victim": self.victim.pid,
        }
        return facts

    # --- what an attack may have changed ----------------------------------------------------

    def fingerprint(self) -> dict[str, str]:
        """Describe everything that must stay as it is."""
        seen = {str(path): _digest(path) for path in self.files.values()}
        own = {"mallory", "set-aside"}  # what was handed in is nobody's but the attack's
        names = (path.relative_to(self.course) for path in self.course.rglob("*"))
        seen["names"] = str(sorted(str(name) for name in names if not own & set(name.parts)))
        seen["temporary files"] = str(sorted(os.listdir(self.folder / "tmp")))
        for folder in (Path(sysconfig.get_path("purelib")), Path(np.__file__).parent):
            seen[str(folder)] = str(sorted(set(os.listdir(folder)) - {"__pycache__"}))
        for path in (np.__file__, ROOT / "dropout_course/__init__.py", sysconfig.__file__):
            seen[str(path)] = _digest(Path(path))
        return seen

    def visitors(self) -> list[str]:
        """Say which listeners were reached, and whether the other process was harmed."""
        reached = []
        for name, listener in self.listeners.items():
            try:
                if listener.type == socket.SOCK_STREAM:
                    listener.accept()[0].close()
                else:
                    listener.recv(100)
                reached.append(f"a socket of the grader ({name}) was reached")
            except BlockingIOError:
                pass
        state = Path(f"/proc/{self.victim.pid}/stat").read_text().rpartition(")")[2].split()
        nice = str(os.getpriority(os.PRIO_PROCESS, 0))
        if state[0] in "TtZX" or state[16] != nice:
            reached.append(f"another process was harmed: state {state[0]}, nice {state[16]}")
        return reached

    def processes(self) -> set[int]:
        """Everything that runs and was started by, or for, the grader of this stage."""
        mark, found = str(self.folder).encode(), set()
        for entry in os.listdir("/proc"):
            if entry.isdigit() and int(entry) != os.getpid() and _mentions(entry, mark):
                found.add(int(entry))
        return found


def _digest(path: Path) -> str:
    try:
        info = path.stat()
        return f"{hashlib.sha256(path.read_bytes()).hexdigest()} {info.st_mode} {info.st_mtime_ns}"
    except OSError as error:
        return repr(error)


def _mentions(process: str, mark: bytes) -> bool:
    for name in ("cmdline", "environ"):
        try:
            if mark in Path(f"/proc/{process}/{name}").read_bytes():
                return (
                    Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
                )
        except OSError:
            pass
    return False


class _victim:
    def __enter__(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, env={"MARK": "canary"})
        return self.process

    def __exit__(self, *exception: object) -> None:
        self.process.kill()
        self.process.communicate()
