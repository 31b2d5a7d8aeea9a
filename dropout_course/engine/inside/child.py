"""The process in which a student's notebook runs at grading.

It reads frames from one socket, runs the cells that it is sent, and answers calls on the names
that they defined. It starts cold, through `main`, or is the fork of a process that made `Cells`
once and serves a connection of its own. It is sent no check cell, no law and no expected value.
Everything that it says is treated as hostile by whoever started it (`autograder.sandbox`).

A frame is a little-endian ``u32`` and that many bytes. Requests are encoded dicts: the calls of
`answering`, or ``{"op": "cell", "source": str, "seconds": float, "idle_seconds": float}``, whose
reply is ``{"outputs": [...], "error": None or dict}``, or ``{"op": "file", "name": str, "data":
array of bytes}``, a file that was handed in beside the notebook.
"""

from __future__ import annotations

import base64
import math
import os
import random
import socket
import struct
import sys
from typing import Any

import numpy as np

from dropout_course.engine.inside import absent, answering, codec, interrupting, shell

STREAM = 20_000  # characters of stdout and of stderr that are kept from one cell
PICTURE = 2_000_000  # bytes of one image
OUTPUTS = 20  # displayed objects of one cell


class Cells:
    """Runs cells in IPython, as a notebook would, and collects what they show."""

    def __init__(self) -> None:
        from traitlets.config import Config

        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "NoColor"
        config.InteractiveShell.xmode = "Minimal"
        self.shell = shell.shell_class().instance(config=config)
        _draw_to_files()
        self.shell.db = {}  # where %cd notes folders; the one on disk can't be written to in a jail

    @property
    def names(self) -> dict[str, Any]:
        """The namespace of the notebook."""
        return self.shell.user_ns

    def forget(self) -> None:
        """Empty the namespace; what was imported stays loaded."""
        self.shell.reset(new_session=False)

    def run(
        self, source: str, seconds: float = math.inf, idle_seconds: float = math.inf
    ) -> dict[str, Any]:
        """Run one cell; give its outputs as plain data and the error that ended it.

        After `seconds` of processor time, or `idle_seconds` of waiting, it is interrupted.
        """
        from IPython.utils.capture import capture_output

        error: dict[str, Any] | None = None
        with capture_output() as captured:
            try:
                with interrupting.limited(seconds, idle_seconds):
                    result = self.shell.run_cell(source, store_history=False)
                raised = result.error_before_exec or result.error_in_exec
            except (SystemExit, KeyboardInterrupt) as stopped:
                raised = stopped
            absent.forget()
            error = shell.error_of(self.shell, raised)
            outputs = _figures()
        streams = [("stdout", captured.stdout), ("stderr", captured.stderr)]
        told = [{"stream": name, "text": text[:STREAM]} for name, text in streams if text]
        told += [kept for shown in captured.outputs if (kept := _kept(shown.data or {}))]
        return {"outputs": told[:OUTPUTS] + outputs, "error": error}


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
    import io

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


def serve(connection: socket.socket, cells: Cells | None = None) -> None:
    """Answer frames until the other end closes.

    Parameters
    ----------
    connection
        A stream socket.
    cells
        Runs the cells; made here if there is none yet.
    """
    cells = cells or Cells()
    sys.path[:0] = ["", os.getcwd()]  # modules beside the notebook, wherever %cd leads
    stream = connection.makefile("rb")
    while len(size := stream.read(4)) == 4:
        request = stream.read(struct.unpack("<I", size)[0])
        message = codec.decode(request, make=answering.make)
        op = message["op"]
        if op == "cell":
            limits = message["seconds"], message["idle_seconds"]
            reply = codec.encode(cells.run(message["source"], *limits))
        elif op == "file":
            _write(message["name"], message["data"])
            reply = codec.encode({"ok": None})
        elif op == "seed":
            _reseed(message["seed"])
            reply = codec.encode({"ok": None})
        else:
            reply = answering.respond(cells.names, message)
        connection.sendall(struct.pack("<I", len(reply)) + reply)


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
