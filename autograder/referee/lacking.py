"""Why a name isn't there that an answer needs: its cell failed, or is a demonstration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from autograder.referee.cells import Role, grade_id, role_of
from dropout_course.engine.judging import Finding

_LACKING = re.compile(r"name '(\w+)' is not defined|No module named '([\w.]+)'")


def why_lacking(finding: Finding, nb: Any, trouble: Mapping[str, str]) -> str:
    """Say why a name or a module is not there that a finding tells of.

    Parameters
    ----------
    finding
        What came of an answer.
    nb
        The rebuilt notebook.
    trouble
        Why cells failed, by cell id.

    Returns
    -------
    str
        A clause to follow the finding's reason; empty where there is nothing to say.
    """
    message = {"raised": finding.received, "cell": finding.reason}.get(finding.kind, "")
    found = _LACKING.search(message)
    if not found:
        return ""
    name, module = found.groups()
    not_run = nb.metadata.get("dropout_course", {}).get("not_run", {})
    for cell in nb.cells:
        role, failed = role_of(cell), trouble.get(grade_id(cell) or cell.id, "")
        if role in (Role.EXTRA, Role.SOLUTION) and failed and failed != finding.reason:
            if name and _gives(cell.source, name):
                return f"the cell that defines {name} failed: {failed}"
            if module and re.search(rf"\b{module.partition('.')[0]}\b", cell.source):
                return f"before that, a cell that speaks of {module} failed: {failed}"
        if role is Role.DEMO and name and _gives(_outermost(cell.source), name):
            return (
                f"{name} is defined in a demonstration, and these are not run at grading: define "
                "it in a cell of your own"
            )
    if name in not_run:
        return (
            f"{name}, which you define in a demonstration, needs {not_run[name]}, and "
            "demonstrations are not run at grading: define it in a cell of your own, without that"
        )
    return ""


def _outermost(source: str) -> str:
    """Leave out lines that are indented, among them what is local to a function of ours."""
    return "\n".join(line for line in source.split("\n") if not line.startswith((" ", "\t")))


def _gives(source: str, name: str) -> bool:
    """Whether a line begins like one that gives a name its value; in time linear in the source."""
    return name in source and any(_line_gives(line, name) for line in source.split("\n"))


def _line_gives(line: str, name: str) -> bool:
    left, equals, right = line.partition("=")
    words = re.findall(r"\w+", left)
    if name not in words:
        return False
    if words[0] in ("import", "from"):
        return True
    if words[0] in ("def", "class", "async"):
        at = 2 if words[0] == "async" else 1
        return words[at : at + 1] == [name]
    return bool(equals) and not right.startswith("=") and not set(left) & set("(!<>#")
