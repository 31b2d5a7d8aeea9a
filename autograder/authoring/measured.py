"""Quantities that a chapter's cells recorded, and how a sentence shows them.

The role ``{measured}`id:format` `` is filled from the cells on a page, and from the files that a
build has stored in a notebook, which is derived without a build.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dropout_course.lab.evidence import ends
from dropout_course.lab.stats import Difference, mean, standard_error

STORE = Path("book") / "_data" / "measured"
NAME = re.compile(r"ch\d\d\.\w+\Z")
SHOWN = re.compile(r"(?P<name>ch\d\d\.\w+)(?:\[(?P<key>[^\[\]]*)\])?:\s*(?P<spec>.+)\Z", re.S)
ROLE = re.compile(r"\{measured\}`([^`\n]+(?:\n[^`\n]+)*)`")
SYNTAX = "write {measured}`chNN.name:.1f`, or `chNN.name[key]:±.1f`, or `chNN.name:[+.1f]`"
SPACE, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"

Value = float | np.ndarray | Difference


class MeasuredError(ValueError):
    """A quantity that isn't there, or can't be shown so; the message says what to do."""


def values_of(data: Mapping[str, Any]) -> dict[str, Value]:
    """The values of a record, by key; a record without keys has the key ""."""
    return {key: _value(entry) for key, entry in data.items()}


def _value(entry: Any) -> Value:
    if isinstance(entry, Mapping):
        return Difference(entry["mean"], entry["low"], entry["high"], int(entry["n"]))
    return np.array(entry, float) if isinstance(entry, list) else float(entry)


def parse(content: str) -> tuple[str, str, str]:
    """Split the content of a role into name, key and format.

    Raises
    ------
    MeasuredError
        If it has another form.
    """
    found = SHOWN.match(" ".join(content.split()))
    if not found:
        raise MeasuredError(f"`{content}` has no id, or no format after a colon: {SYNTAX}")
    return found["name"], found["key"] or "", found["spec"]


def pick(records: Mapping[str, Mapping[str, Value]], name: str, key: str = "") -> Value:
    """One recorded value.

    Raises
    ------
    MeasuredError
        If no cell recorded it.
    """
    if name not in records:
        near = ", ".join(sorted(n for n in records if n[:4] == name[:4])) or "nothing"
        raise MeasuredError(
            f"no cell records {name} (recorded in {name[:4]}: {near}): correct the name, or add "
            f'lab.record("{name}", …) to a cell tagged [evidence]'
        )
    entries = records[name]
    if key not in entries:
        keys = ", ".join(f"{name}[{k}]" if k else name for k in entries)
        raise MeasuredError(f"{name}[{key}] was not recorded: choose from {keys}")
    return entries[key]


def show(value: Value, spec: str) -> str:
    """A value as words of a sentence.

    Parameters
    ----------
    value : float, ndarray or Difference
        What was recorded.
    spec : str
        A format of Python for the mean; ``±`` before it adds the standard error; brackets around
        it show the 95 % interval.

    Raises
    ------
    MeasuredError
        If the format is none, or the value has no error or interval.
    """
    try:
        if spec.startswith("[") and spec.endswith("]"):
            if isinstance(value, float):
                raise MeasuredError("a single number has no interval: record its runs")
            low, high = ends(value)
            return f"[{number(low, spec[1:-1])}, {number(high, spec[1:-1])}]"
        if spec.startswith("±"):
            if not isinstance(value, np.ndarray):
                raise MeasuredError("only runs have a standard error: record one value for a seed")
            error = float(standard_error(value))
            centre = number(float(mean(value)), spec[1:])
            return f"{centre}{SPACE}±{SPACE}{number(error, spec[1:].lstrip('+'))}"
        return number(centre_of(value), spec)
    except MeasuredError:
        raise
    except ValueError as problem:
        raise MeasuredError(f"the format `{spec}` does not work ({problem}): {SYNTAX}") from problem


def centre_of(value: Any) -> float:
    """A number, or the mean of runs or of a difference."""
    if isinstance(value, Difference):
        return value.mean
    return float(mean(value)) if isinstance(value, np.ndarray) else float(value)


def number(value: float, spec: str) -> str:
    """A number with a true minus sign, and none before a rounded zero."""
    text = format(value, spec).replace("%", f"{SPACE}%")
    if text.startswith("-") and not re.search("[1-9]", text):
        text = text[1:]
    return text.replace("-", MINUS)


def read_store(root: Path) -> dict[str, str]:
    """What the last stored build showed, by the content of the role."""
    stored: dict[str, str] = {}
    for path in sorted((root / STORE).glob("*.json")):
        stored.update(json.loads(path.read_text("utf-8")))
    return stored


def stored_text(shown: Mapping[str, str]) -> str:
    """The text of a chapter's file in the store."""
    return json.dumps(dict(shown), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def roles_in(text: str) -> list[tuple[str, int]]:
    """Contents of the roles in a text, and the line of each counted from 0."""
    return [
        (" ".join(found[1].split()), text[: found.start()].count("\n"))
        for found in ROLE.finditer(text)
    ]
