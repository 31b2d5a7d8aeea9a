"""Hostile processes: what a child that was taken over whole can say on the wire.

They run as threads at the other end of a socket, so they need no jail and take little.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from attacks.notebooks import REFERENCES, STEM
from autograder.sandbox.runner import WireRunner
from autograder.sandbox.wire import Wire
from dropout_course.engine.inside import answering, codec

NOTHING = {"outputs": [], "error": None}
SLIPS: list[str] = []
Reply = Callable[[dict[str, Any], socket.socket], "bytes | None"]


class Puppet(WireRunner):
    """A process that says what it is told to.

    Parameters
    ----------
    reply : callable
        Takes a decoded request and the connection; gives the bytes of a reply, or None if it has
        written by itself. `EOFError` ends the process.
    """

    def __init__(self, reply: Reply) -> None:
        ours, self._theirs = socket.socketpair()
        super().__init__(Wire(ours), time.monotonic)
        self._thread = threading.Thread(target=self._serve, args=(reply,), daemon=True)
        self._thread.start()

    def _serve(self, reply: Reply) -> None:
        stream = self._theirs.makefile("rb")
        try:
            while len(head := stream.read(4)) == 4:
                (size,) = struct.unpack("<I", head)
                if len(request := stream.read(size)) < size:
                    break  # the grader had no more patience, and left in the middle of it
                said = reply(codec.decode(request, make=lambda made: made), self._theirs)
                if said is not None:
                    self._theirs.sendall(struct.pack("<I", len(said)) + said)
        except (OSError, EOFError):
            pass
        except Exception as error:  # the attack itself is at fault
            SLIPS.append(repr(error))
        finally:
            stream.close()
            self._theirs.close()

    def close(self) -> None:
        """End it."""
        self._wire.close()
        self._thread.join(10)


def usual(request: dict[str, Any]) -> bytes | None:
    """What a child says to a cell, to a seed, and of what was replaced in it."""
    if request["op"] == "cell":
        return codec.encode(NOTHING)
    return codec.encode({"ok": None}) if request["op"] in ("seed", "replaced") else None


def says(make: Callable[[], bytes], only: str = "") -> Callable[[], Puppet]:
    """A child that answers every call, or every call of one name, with one message."""
    said: list[bytes] = []

    def reply(request: dict[str, Any], connection: socket.socket) -> bytes:
        if (plain := usual(request)) is not None:
            return plain
        if not said:
            said.append(make())
        calls = request.get("each", [request])
        return in_turn(said[0], [not only or only in call for call in calls])

    return lambda: Puppet(reply)


def in_turn(message: bytes, heard: list[bool]) -> bytes:
    """Say a message as the reply to each of several calls; to calls that don't count, nothing.

    One that has no header of the usual form is said as it is.
    """
    (size,) = struct.unpack_from("<I", message.ljust(4, b"\0"))
    tree, comma, length = message[4 : 4 + size].strip(b"[] ").rpartition(b",")
    header = message[4 : 4 + size].strip()
    if not comma or not length.strip().isdigit() or header[:1] != b"[" or header[-1:] != b"]":
        return message
    tree = header[1 : header.rindex(b",")]
    # A puppet lives in the grader's process: more of what is too long already is not written out.
    heard = heard[: max(1, 2 * codec.MAX_HEADER // len(tree))]
    parts = [tree if one else b'["d",[["missing","it"]]]' for one in heard]
    made = b'[["l",[' + b",".join(parts) + b"]]," + length.strip() + b"]"
    made += b" " * (-(len(made) + 4) % 16)
    return struct.pack("<I", len(made)) + made + message[4 + size :]


def does(act: Callable[[socket.socket], None]) -> Any:
    """A child that does something to the connection instead of answering."""

    def reply(request: dict[str, Any], connection: socket.socket) -> bytes | None:
        if request["op"] != "each":
            return usual(request)
        act(connection)
        return None

    return lambda: Puppet(reply)


def shows(cell: Any) -> Callable[[], Puppet]:
    """A child that reports something about every cell."""

    def reply(request: dict[str, Any], connection: socket.socket) -> bytes:
        if request["op"] == "cell":
            return codec.encode(cell)
        return usual(request) or codec.encode({"ok": None})

    return lambda: Puppet(reply)


def tells(replaced: Any) -> Callable[[], Puppet]:
    """A child that says something of what was replaced in it, and answers nothing."""

    def reply(request: dict[str, Any], connection: socket.socket) -> bytes:
        if request["op"] in ("seed", "replaced"):
            return codec.encode({"ok": replaced})
        return usual(request) or codec.encode({"missing": "it"})

    return lambda: Puppet(reply)


def right() -> Puppet:
    """A child that answers everything rightly, which shows that puppets are heard."""
    names = vars(REFERENCES[STEM])
    answer = partial(answering.answer, names)
    return Puppet(lambda request, connection: usual(request) or answer(codec.encode(request)))


def message(tree: Any, body: bytes = b"", length: int | None = None) -> bytes:
    """A message with a header of one's own."""
    header = tree if isinstance(tree, bytes) else json.dumps([tree, len(body)]).encode()
    header += b" " * (-(len(header) + 4) % 16)
    return struct.pack("<I", len(header) if length is None else length) + header + body


def ok(node: Any, body: bytes = b"") -> bytes:
    """A message that reports a value, given as it stands in a header."""
    return message(["d", [["ok", node]]], body)


def value(value: Any) -> Callable[[], Puppet]:
    return says(lambda: codec.encode({"ok": value}))


def raised(**said: Any) -> Callable[[], Puppet]:
    return says(lambda: codec.encode({"raised": said}))


def write(data: bytes, *, end: bool = False) -> Any:
    def act(connection: socket.socket) -> None:
        connection.sendall(data)
        if end:
            raise EOFError

    return does(act)
