"""Outputs that are safe to show: text and PNG pictures, of limited size, and nothing else."""

from __future__ import annotations

import base64
import binascii
import math
import struct
from collections.abc import Iterable
from typing import Any

from nbformat.notebooknode import NotebookNode

TEXT_LIMIT = 10_000  # characters of one output
CELL_LIMIT = 20  # outputs of one cell
IMAGE_LIMIT = 1_000_000  # bytes of one picture in base64
TOTAL_LIMIT = 8_000_000  # characters of all outputs of a notebook
PIXELS = 8_000_000  # of one picture; a browser takes four bytes for each
PIXELS_A_CHARACTER = 25  # so many count as a character: a notebook shows 200 million at most
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"  # and width and height


def safe_outputs(outputs: Iterable[Any], budget: int = TOTAL_LIMIT) -> list[NotebookNode]:
    """Return what may be shown of a student's outputs.

    HTML, JavaScript, SVG, Markdown, LaTeX and widgets are dropped: the same page holds the
    instructor's session.

    Parameters
    ----------
    outputs : iterable
        nbformat outputs as they came from the student's process; anything may be in them.
    budget : int
        Characters that may still be written to this notebook.
    """
    kept: list[NotebookNode] = []
    for output in outputs:
        if len(kept) == CELL_LIMIT:
            kept.append(_stream("stdout", "… more output was left out …\n"))
            break
        made = _safe(output) if isinstance(output, dict) else None
        if made is not None:
            size = weight([made])
            if size > budget:
                kept.append(_stream("stdout", "… output was left out: there is too much …\n"))
                break
            budget -= size
            kept.append(made)
    return kept


def weight(outputs: Iterable[NotebookNode]) -> int:
    """Count the characters that outputs take in the file, and, as characters, their pixels."""
    return sum(len(str(output)) + _pixels(output) // PIXELS_A_CHARACTER for output in outputs)


def _pixels(output: NotebookNode) -> int:
    picture = output.get("data", {}).get("image/png", "")
    return picture_pixels(picture) if picture else 0


def picture_pixels(picture: str) -> int:
    """Read from the head of a PNG in base64 how many pixels it has."""
    return pixels(base64.b64decode(picture[:32]))


def pixels(picture: bytes) -> int:
    """Read from the head of a PNG how many pixels it has; 0 if it is none."""
    if not picture.startswith(PNG) or len(picture) < len(PNG) + 8:
        return 0
    width, height = struct.unpack_from(">II", picture, len(PNG))
    return int(width * height)


def verdict(words: str, score: float, points: float) -> list[NotebookNode]:
    """Return the outputs of a check cell, as nbgrader's SaveAutoGrades reads them.

    nbgrader takes the text of the first execute_result for the score, gives full marks to what
    is no number, and raises for more than the points of the cell; so the number is made here.
    """
    number = min(max(score, 0.0), points) if math.isfinite(score) else 0.0
    data = {"text/plain": repr(float(number))}
    result = _output("execute_result", data=data, metadata={}, execution_count=None)
    text = clip(words.rstrip()) + "\n"
    return [_stream("stdout", text), result] if words.strip() else [result]


def clip(text: str, limit: int = TEXT_LIMIT) -> str:
    """Cut a long text in its middle, and make it something that a file can hold."""
    text = text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n… {len(text) - 2 * half} characters left out …\n{text[-half:]}"


def _stream(name: str, text: str) -> NotebookNode:
    return _output("stream", name=name, text=text)


def _output(kind: str, **parts: Any) -> NotebookNode:
    """Make what `nbformat.v4.new_output` makes, which takes its time to look whether it is one."""
    made = NotebookNode(output_type=kind)
    made.update(parts)
    return made


def _safe(output: dict[str, Any]) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        return _stream("stderr" if output.get("name") == "stderr" else "stdout", _text(output))
    if kind == "error":
        lines = output.get("traceback")
        shown = "\n".join(map(str, lines)) if isinstance(lines, list) else ""
        return _output(
            "error",
            ename=clip(str(output.get("ename", "")), 200),
            evalue=clip(str(output.get("evalue", "")), 1000),
            traceback=clip(shown).split("\n"),
        )
    if kind in ("execute_result", "display_data"):
        data = output.get("data")
        data = _data(data) if isinstance(data, dict) else {}
        # display_data: an execute_result in a check cell would be its score, so none is kept
        return _output("display_data", data=data, metadata={}) if data else None
    return None


def _text(output: dict[str, Any], key: str = "text") -> str:
    value = output.get(key, "")
    return clip("".join(map(str, value)) if isinstance(value, list) else str(value))


def _data(data: dict[str, Any]) -> dict[str, str]:
    kept = {}
    if "text/plain" in data:
        kept["text/plain"] = _text(data, "text/plain")
    if picture := safe_picture(data.get("image/png")):
        kept["image/png"] = picture
    return kept


def safe_picture(picture: object) -> str:
    """Give a PNG in base64 again if that is what it is and it is small enough, else ``""``."""
    if not isinstance(picture, str) or len(picture) > IMAGE_LIMIT:
        return ""
    try:  # the template writes it into an attribute as it stands
        decoded = base64.b64decode("".join(picture.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    if not 0 < pixels(decoded) <= PIXELS:  # a small file may hold a picture of gigabytes
        return ""
    return base64.b64encode(decoded).decode()
