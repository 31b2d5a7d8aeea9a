"""What hostile processes say on the wire; see `attacks.puppets`."""

from __future__ import annotations

import socket
import struct
import time
from functools import partial
from typing import Any

import numpy as np

from attacks.model import BACK, Attack, in_family
from attacks.puppets import (
    Puppet,
    does,
    message,
    ok,
    raised,
    says,
    shows,
    tells,
    usual,
    value,
    write,
)
from dropout_course.engine.inside import codec

wire = in_family("wire")


def _drip(connection: socket.socket) -> None:
    connection.sendall(struct.pack("<I", 1000))
    for _ in range(60):
        connection.sendall(b"x")
        time.sleep(0.05)


def _flood(connection: socket.socket) -> None:
    forged = codec.encode({"ok": True})
    for _ in range(60):
        connection.sendall(struct.pack("<I", len(forged)) + forged)


def _collisions() -> list[Any]:
    prime = 2**61 - 1
    one = ["e", [["i", hex(i * prime)] for i in range(990)]]
    return ["l", [one] * 5]


def _overlapping(how: str, count: int = 40) -> bytes:
    """Many arrays of 2 MB that share their bytes: small as a message, large once laid out."""
    shape = [1 << 9, 1 << 9]
    return ok(["l", [["a", "f8", shape, 0, how]] * count], bytes(2 << 20))


def _wire(name: str, tries: str, start: Any, **rest: Any) -> Attack:
    return wire(name, tries, start=start, **{"seconds": 0.4, "waits": True, **rest})


def _no_seed() -> Puppet:
    ran: list[bool] = []

    def reply(request: dict[str, Any], connection: socket.socket) -> bytes:
        if request["op"] == "cell":
            ran.append(True)
        if request["op"] == "seed" and ran:
            return b"no"
        return usual(request) or codec.encode({"ok": None})

    return Puppet(reply)


BIG = [1 << 26] * 3

ATTACKS = [
    _wire("four-gigabytes", "Announces 4 GB.", write(b"\xff\xff\xff\xff")),
    _wire("limit", "Announces as much as may be, sends some.",
          write(struct.pack("<I", 64 << 20) + bytes(1 << 20))),
    _wire("empty", "Sends a frame of no bytes.", says(lambda: b"")),
    _wire("garbage", "Sends bytes that are no message.", says(lambda: b"\xff" * 999)),
    _wire("end", "Ends instead of answering.", write(b"", end=True)),
    _wire("end-in-a-frame", "Ends in the middle of a frame.", write(b"\x10\0\0\0abc", end=True)),
    _wire("drip", "Sends a byte now and then.", does(_drip), at_most=30.0),
    _wire("pre-sent", "Sends 60 replies to each call.", does(_flood)),
    _wire("silence", "Says nothing.", does(lambda connection: None)),
    _wire("no-seed", "Refuses to be seeded, once it has run a cell.", _no_seed),
    _wire("bad-header-size", "Says that the header is longer than the message.",
          says(lambda: message([None], length=1 << 30))),
    _wire("bad-length", "Lies about the bytes of arrays.",
          says(lambda: message(b"[null, 99999]"))),
    _wire("deep-header", "Sends JSON nested 500,000 deep.",
          says(lambda: message(b"[" * 500_000))),
    _wire("deep-value", "Sends lists nested 900 deep.",
          says(lambda: message(b'["l",[' * 450 + b"null" + b"]]" * 450))),
    _wire("wide-value", "Sends 200,000 parts.", says(lambda: ok(["l", [None] * 200_000]))),
    _wire("bare-constants", "Sends NaN and Infinity as JSON.",
          says(lambda: message(b'[["d",[["ok",NaN]]],0]'))),
    _wire("long-digits", "Sends a number of 900,000 digits.",
          says(lambda: message(b'[["d",[["ok",' + b"9" * 900_000 + b"]]],0]"))),
    _wire("integer", "Sends an integer of 900,000 digits.",
          says(lambda: ok(["i", "0x" + "f" * 900_000]))),
    _wire("long-float", "Sends a float of 900,000 digits.",
          says(lambda: ok(["f", "0x1." + "f" * 900_000 + "p1"]))),
    _wire("shape", "Sends an array of 10^23 elements.",
          says(lambda: ok(["a", "f8", BIG, 0, "C"]))),
    _wire("empty-shape", "Sends an array without elements and with huge sides.",
          says(lambda: ok(["a", "f8", [0, *BIG], 0, "S"]))),
    _wire("negative-shape", "Sends an array of negative size, at a negative place.",
          says(lambda: ok(["a", "f8", [-1, -1], -16, "C"], bytes(16)))),
    _wire("rank", "Sends an array of 64 dimensions.",
          says(lambda: ok(["a", "f8", [1] * 64, 0, "C"], bytes(16)))),
    _wire("dtype", "Sends arrays of objects, and of a dtype that is code.",
          says(lambda: ok(["a", "O", [1], 0, "C"], bytes(16)))),
    _wire("layout", "Sends a layout that there is not.",
          says(lambda: ok(["a", "f8", [2], 0, "__class__"], bytes(16)))),
    _wire("kinds", "Sends parts of unknown kinds.", says(lambda: ok([{"a": 1}, [], None]))),
    _wire("generator", "Sends a generator and a function back.",
          says(lambda: ok(["F", "eval", ["d", [["x", None]]]]))),
    _wire("tensor", "Sends a tensor, so that the grader loads torch.",
          says(lambda: ok(["T", "f8", [2], 0], bytes(16)))),
    _wire("same-keys", "Sends success and failure under one key, and twice.",
          says(lambda: message(["d", [["ok", None], ["ok", True], ["raised", None]]]))),
    _wire("unhashable", "Sends a set of lists and a dict of arrays.",
          says(lambda: ok(["e", [["l", []], ["d", []]]]))),
    _wire("collisions", "Sends 5 sets of 990 numbers with one hash each.",
          says(lambda: ok(_collisions()), BACK)),
    _wire("huge-text", "Sends a text of 900,000 control characters.", value("\x1b" * 170_000)),
    _wire("overlapping-C", "Sends 40 arrays that share their 2 MB.", says(
        partial(_overlapping, "C"), BACK), seconds=2.0),
    _wire("overlapping-F", "Sends 40 arrays in Fortran's order that share their 2 MB.",
          says(partial(_overlapping, "F"), BACK), seconds=2.0),
    _wire("overlapping-R", "Sends 40 reversed arrays that share their 2 MB.",
          says(partial(_overlapping, "R"), BACK), seconds=2.0),
    _wire("overlapping-S", "Sends 20 strided arrays that share their 2 MB.",
          says(partial(_overlapping, "S", 20), BACK), seconds=2.0),
    _wire("raised-nonsense", "Reports an exception that is nonsense.",
          raised(kinds=[None, {"a": 1}, [["x"]]], message={"x": 1}, line="x", trace=[[1]] * 99)),
    _wire("raised-terminal", "Reports an exception whose class steers a terminal.",
          raised(kinds=["\x1b[2J\u202e"], message="\x1b[2J", trace=["\x1b[2J"]),),
    _wire("raised-halves", "Reports an exception whose class is half a character.",
          raised(kinds=["\ud800"], message="\ud800", trace=["\ud800"]),),
    _wire("missing-nonsense", "Reports that an array is missing.",
          says(lambda: codec.encode({"missing": np.ones(5)}))),
    _wire("cannot-nonsense", "Reports that it can't, in a megabyte of escapes.",
          says(lambda: codec.encode({"cannot": ["\x1b\ud800" * 70_000]}))),
    _wire("cell-nonsense", "Reports nonsense about cells.",
          shows({"outputs": [1, None, {}, {"text": 5}, {"png": []}, {"text": "\x1b\ud800\0"}],
                  "error": {"kinds": {"a": 1}, "message": [1], "line": True, "trace": 5}})),
    _wire("replaced-code", "Tells of replaced code by names that act.",
          tells(["<img src=x onerror=pwn()>", "\x1b[2J\ud800\0\n", 5, {}, "x" * 5000] * 99)),
    _wire("replaced-code-untold", "Tells of replaced code in a form that is none.",
          tells({"a": np.ones(9)})),
    _wire("cell-without-outputs", "Reports nothing about cells.", shows({"error": None})),
    _wire("cell-flood", "Reports 10,000 outputs of each cell.",
          shows({"outputs": [{}] * 10_000, "error": None})),
    _wire("cell-arrays", "Reports arrays about cells.",
          shows({"outputs": [np.ones(9), {"text": np.ones(9)}], "error": {
              "kinds": [np.ones(3)], "message": np.ones(99), "line": np.int64(3)}})),
]  # fmt: skip

# --- one of each kind of value, in place of every answer ------------------------------------

ZOO: dict[str, Any] = {
    "none": None,
    "false": False,
    "zero": 0,
    "negative-zero": -0.0,
    "huge-int": 2**1023,
    "minus-huge-int": -(2**1023),
    "nan": float("nan"),
    "inf": float("inf"),
    "tiny": 5e-324,
    "text": "0.5",
    "empty-text": "",
    "tuple": (1, 2),
    "empty-tuple": (),
    "list": [[], [None], [[1.0]]],
    "set": {1, "a", None},
    "dict": {"": {"a": None}},
    "right-keys": {"train_mode_accuracy": None, "eval_accuracy": "x"},
    "right-keys-arrays": {"train_mode_accuracy": np.ones(3), "eval_accuracy": np.ones(())},
    "loss-and-nothing": (None, {}),
    "loss-and-text": ("0.5", {"W1": "x", "b1": None, "W2": 1, "b2": (), "W3": [], "b3": {}}),
    "nan-loss": (float("nan"), {k: np.ones(0) for k in ("W1", "b1", "W2", "b2", "W3", "b3")}),
    "zero-lr": (np.zeros((2, 3)), 0),
    "text-lr": (np.zeros((2, 3)), "0.1"),
    "array": np.arange(6.0).reshape(2, 3),
    "empty-array": np.zeros((0, 3)),
    "0-d": np.array(1.0),
    "scalar": np.float32(0.5),
    "half": np.ones(4, np.float16),
    "complex": np.array([1 + 2j, np.inf * 1j]),
    "bools": np.ones((2, 3), bool),
    "bytes": np.zeros(3, np.uint8),
    "infinite": np.full((2, 3), np.inf),
    "nans": np.full((2, 3), np.nan),
    "tall": np.ones((1 << 20, 1)),
    "sixteen": np.ones((1,) * 16),
    "arrays": [np.ones(3), np.ones((2, 2)), None],
    "steps": [{"raised": ["RuntimeError"]}] * 5,
    "steps-of-arrays": [np.zeros(())] * 5,
    "steps-none": [None] * 30,
    "turns": {"forward": [None], "backward": "x"},
    "turns-empty": {"forward": [], "backward": []},
    "modes": {"result": None, "modes": None, "same_rng": None, "same_X": None},
    "modes-empty": {"result": {}, "modes": [], "same_rng": "yes", "same_X": 1},
    "modes-zero": {"result": {"train_mode_accuracy": 0, "eval_accuracy": 2**1023},
                   "modes": [0, 1], "same_rng": True, "same_X": True},
}  # fmt: skip
ZOO_ATTACKS = [
    _wire(f"value-{name}", "Answers every call with one value of an unexpected kind.",
          value(one), seconds=2.0)
    for name, one in ZOO.items()
]  # fmt: skip
