"""The rubrics of written questions, as the page of a submission shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nbconvert.filters import markdown2html

_SECTION = re.compile(r"(?m)^## (\S+) \(([\d.]+) points?\)\n(.*?)(?=^## |\Z)", re.DOTALL)


@dataclass(frozen=True)
class Rubric:
    """What a question is worth, and what for.

    Attributes
    ----------
    points : float
    html : str
        The rubric alone: the question stands in the notebook.
    """

    points: float
    html: str


def rubrics(folder: Path, assignment: str) -> dict[str, Rubric]:
    """Read the rubrics of an assignment by the grade ids of its questions; none if it has none.

    Parameters
    ----------
    folder : Path
        ``rubrics`` in nbgrader's course folder.
    assignment : str
    """
    path = folder / f"{assignment}.md"
    if not path.is_file():
        return {}
    found = {}
    for name, points, body in _SECTION.findall(path.read_text(encoding="utf-8")):
        _, _, rubric = body.partition("### Rubric\n")
        found[name] = Rubric(float(points), markdown2html((rubric or body).strip()))
    return found
