"""The pictures of a written answer: what Jupyter keeps in the cell when one is pasted into it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from nbformat.notebooknode import NotebookNode

from autograder.classroom.submissions.outputs import (
    PIXELS_A_CHARACTER,
    picture_pixels,
    safe_picture,
)

PICTURES = 10  # of one cell
ROOM = 4_000_000  # characters of all pictures of one cell, their pixels counted as such
NAME = re.compile(r"[\w.%-]{1,120}", re.ASCII)  # as Jupyter names them; it goes into a page


def safe_attachments(raw: object) -> NotebookNode:
    """Keep of a cell's attachments the PNG pictures, checked as those that code shows.

    Parameters
    ----------
    raw : object
        ``{name: {type: base64}}``, from a stranger's file: anything may be in it.

    Returns
    -------
    NotebookNode
        ``{name: {"image/png": base64}}``; whatever else there was is left out.
    """
    kept, room = NotebookNode(), ROOM
    for name, data in raw.items() if isinstance(raw, dict) else ():
        if len(kept) == PICTURES or not isinstance(data, dict):
            continue
        picture = safe_picture(data.get("image/png"))
        if not picture or not isinstance(name, str) or not NAME.fullmatch(name):
            continue
        room -= len(picture) + picture_pixels(picture) // PIXELS_A_CHARACTER
        if room < 0:
            break
        kept[name] = NotebookNode({"image/png": picture})
    return kept


def give_attachments(cell: NotebookNode, sources: Iterable[NotebookNode]) -> None:
    """Give a written answer the pictures of the cells that its text is taken from."""
    pictures: dict[str, Any] = {}
    for source in sources:
        pictures.update(source.get("attachments", {}))
    if cell.cell_type == "markdown" and pictures:
        cell.attachments = NotebookNode(pictures)


def shows_only(cell: NotebookNode) -> re.Pattern[str]:
    """Give what matches an exclamation mark that begins a picture, unless the cell holds it."""
    names = [name for name in cell.get("attachments", {}) if NAME.fullmatch(name)]
    held = "|".join(map(re.escape, names)) or "(?!)"
    return re.compile(rf"!(?=\[)(?!\[[\w .,:()-]{{0,200}}\]\(attachment:(?:{held})\))")
