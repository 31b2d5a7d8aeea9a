"""The process in which a student's notebook runs at grading.

It reads frames from one socket, runs the cells that it is sent, and answers calls on the names
that they defined. It starts cold, through `main`, or is the fork of a process that made `Cells`
once and serves a connection of its own. It is sent no check cell, no law and no expected value.
Everything that it says is treated as hostile by whoever started it (`autograder.sandbox`).

A frame is a little-endian ``u32`` and that many bytes. Requests are encoded dicts: the calls of
`answering`, or ``{"op": "cell", "source": str, "seconds": float, "idle_seconds": float}``, whose
reply is ``{"outputs": [...], "error": None or dict}``, or ``{"op": "file", "name": str, "data":
array of bytes}``, a file that was handed in beside the notebook, or ``{"op": "replaced"}``, whose
reply names what of the course's code was replaced in this process (see `seal`), as far as that is
known; so does the reply to ``{"op": "seed", "seed": int}``.
"""

from __future__ import annotations

import base64
import io
import math
import os
import random
import socket
import struct
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import numpy as np

from dropout_course.engine.inside import absent, answering, codec, interrupting, seal, shell

STREAM = 20_000  # characters of stdout and of stderr that are kept from one cell
PICTURE = 2_000_000  # bytes of one image
OUTPUTS = 20  # displayed objects of one cell
PLAYS = b'"play"'  # in the header of each request that plays a scene; elsewhere it does no harm
REPLACED, NAMES = {"op": "replaced"}, 20  # names in a reply


class Stream(io.StringIO):
    """Keeps what a cell writes, and answers as the streams of a kernel do."""

    encoding = "utf-8"
    name = ""

    def fileno(self) -> int:
        """Give the standard output of this process, which leads nowhere."""
        return 1


class Cells:
    """Runs cells in IPython, as a notebook would, and collects what they show."""

    def __init__(self) -> None:
        from traitlets.config import Config

        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "NoColor"
        config.InteractiveShell.xmode = "Minimal"
        config.IPKernelApp.connection_file = ""  # its presence says: this is a notebook
        self.shell = shell.shell_class().instance(config=config)
        _draw_to_files()
        _help()
        self.shell.db = {}  # where %cd notes folders; the one on disk can't be written to in a jail

    @property
    def names(self) -> dict[str, Any]:
        """The namespace of the notebook."""
        return self.shell.user_ns

    def forget(self) -> None:
        """Empty the namespace; what was imported stays loaded."""
        self.shell.reset(new_session=True)  # the cells that follow are numbered from 1
        past = self.shell.history_manager
        past._i00 = past._i = past._ii = past._iii = ""
        past.db_input_cache.clear()

    def run(
        self, source: str, seconds: float = math.inf, idle_seconds: float = math.inf
    ) -> dict[str, Any]:
        """Run one cell; give its outputs as plain data and the error that ended it.

        After `seconds` of processor time, or `idle_seconds` of waiting, it is interrupted.
        """
        from IPython.utils.capture import capture_output

        error: dict[str, Any] | None = None
        out, err = Stream(), Stream()
        out.name, err.name = "<stdout>", "<stderr>"
        shown = capture_output(stdout=False, stderr=False)
        with redirect_stdout(out), redirect_stderr(err), shown as captured:
            try:
                with interrupting.limited(seconds, idle_seconds):
                    result = self.shell.run_cell(source, store_history=True)
                raised = result.error_before_exec or result.error_in_exec
            except (SystemExit, KeyboardInterrupt) as stopped:
                raised = stopped
            absent.forget()
            error = shell.error_of(self.shell, raised)
            outputs = _figures()
        streams = [("stdout", out.getvalue()), ("stderr", err.getvalue())]
        entries = [{"stream": name, "text": text[:STREAM]} for name, text in streams if text]
        entries += [kept for shown in captured.outputs if (kept := _kept(shown.data or {}))]
        return {"outputs": entries[:OUTPUTS] + outputs, "error": error}


def _help() -> None:
    """Add the built-in names that `site` adds, without which this process was started (-S)."""
    import _sitebuiltins
    import builtins

    names: dict[str, Any] = {"help": _sitebuiltins._Helper()}
    texts = {"copyright": sys.copyright, "credits": "See www.python.org for more information."}
    texts["license"] = "See https://www.python.org/psf/license/"
    names |= {name: _sitebuiltins._Printer(name, text) for name, text in texts.items()}
    for name, value in names.items():
        setattr(builtins, name, value)


def _draw_to_files() -> None:
    """Let a notebook choose any backend of matplotlib, and keep the one that needs no screen."""
    import matplotlib

    matplotlib.use("agg")
    matplotlib.use = lambda backend, *, force=True: None


def _kept(data: dict[str, Any]) -> dict[str, Any] | None:
    """Keep text and PNG of a displayed object; HTML, SVG and scripts go no further."""
    text, picture = data.get("text/plain"), data.get("image/png")
    if isinstance(picture, str):
        picture = base64.b64decode(picture)
    if isinstance(picture, bytes) and len(picture) <= PICTURE:
        return {"png": base64.b64encode(picture).decode()}
    return {"text": text[:STREAM]} if isinstance(text, str) else None


def _figures() -> list[dict[str, Any]]:
    """Render matplotlib figures that a cell left open, as an inline backend would."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    pictures = []
    for number in pyplot.get_fignums()[:5]:
        sink = io.BytesIO()
        try:
            pyplot.figure(number).savefig(sink, format="png", dpi=72)
        except Exception:
            continue
        pictures.append(_kept({"image/png": sink.getvalue()}))
    pyplot.close("all")
    return [picture for picture in pictures if picture]


def serve(
    connection: socket.socket, cells: Cells | None = None, sealed: seal.Seal | None = None
) -> None:
    """Answer frames until the other end closes.

    Parameters
    ----------
    connection
        A stream socket.
    cells
        Runs the cells; made here if there is none yet.
    sealed
        What `seal.sealed` gave, likewise.
    """
    cells = cells or Cells()
    sys.path[:0] = ["", os.getcwd()]  # modules beside the notebook, wherever %cd leads
    # Held here: on the way of a scene nothing is asked that a cell may have changed.
    play, mend, mend_all, encode = sealed or seal.sealed()
    length, asked, replaced = struct.Struct("<I"), encode(REPLACED), set[str]()
    read, send = connection.makefile("rb").read, connection.sendall
    while len(size := read(4)) == 4:
        request = read(length.unpack(size)[0])
        if request.find(PLAYS, 0, 4 + length.unpack_from(request)[0]) > 0:
            replaced.update(mend())
            reply = play(cells.names, request)
        elif request == asked:
            replaced.update(mend_all())
            reply = encode({"ok": sorted(replaced)[:NAMES]})
        else:
            reply = _replied(cells, request, replaced)
        send(length.pack(len(reply)) + reply)


def _replied(cells: Cells, request: bytes, replaced: set[str]) -> bytes:
    """Do what a request asks for that plays no scene."""
    message = codec.decode(request, make=answering.make)
    op = message["op"]
    if op == "cell":
        limits = message["seconds"], message["idle_seconds"]
        return codec.encode(cells.run(message["source"], *limits))
    if op == "file":
        _write(message["name"], message["data"])
        return codec.encode({"ok": None})
    if op == "seed":
        _reseed(message["seed"])
        return codec.encode({"ok": sorted(replaced)[:NAMES]})
    return answering.respond(cells.names, message)


def _write(name: str, data: Any) -> None:
    """Put a file into the folder that this process works in."""
    folder = os.path.dirname(name)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with open(name, "wb") as file:
        file.write(np.asarray(data, dtype=np.uint8).tobytes())


def _reseed(seed: int) -> None:
    """Seed the global generators, so that an answer that uses them gets the same grade twice."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed % 2**63)


def main(descriptor: int) -> None:
    """Serve on an inherited socket; stdin, stdout and stderr lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    serve(socket.socket(fileno=descriptor))
    os._exit(0)
