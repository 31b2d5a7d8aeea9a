"""Results that are read as a table: HTML on a page and in a notebook, aligned text elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from .stats import Difference, mean, standard_error

MINUS = "\N{MINUS SIGN}"


class Table:
    """A table of finished cells; make one with `table`."""

    def __init__(self, rows: list[list[str]], columns: list[str], caption: str) -> None:
        self.rows = rows
        self.columns = columns
        self.caption = caption

    def __str__(self) -> str:
        grid = [self.columns, *self.rows]
        widths = [max(len(row[i]) for row in grid) for i in range(len(self.columns))]
        lines = [
            "  ".join(
                cell.rjust(width) if i else cell.ljust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in grid
        ]
        rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
        head = [self.caption] if self.caption else []
        return "\n".join([*head, lines[0], rule, *lines[1:]])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        caption = f"<caption>{escape(self.caption)}</caption>\n" if self.caption else ""
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.columns)
        body = "\n".join(
            f'<tr><th scope="row">{escape(label)}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + "</tr>"
            for label, *cells in self.rows
        )
        # The frame scrolls where the screen is narrower than the table; the tab key reaches it.
        return (
            '<div class="lab-table" style="max-width: 100%; overflow-x: auto" tabindex="0"'
            f' role="region" aria-label="{escape(self.caption or self.columns[0] or "Table")}">\n'
            f"<table>\n{caption}<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{body}\n</tbody>\n"
            "</table>\n</div>"
        )


def table(
    rows: Sequence[Sequence[Any]],
    columns: Sequence[str],
    caption: str = "",
    format: str | Sequence[str | None] = ".3g",
) -> Table:
    """Set results as a table.

    Parameters
    ----------
    rows : sequence of sequences
        The first entry of a row is its label.  The others are text, numbers, runs of shape (n,)
        (shown as mean ± standard error), a `Difference` (mean and 95 % interval), or None.
    columns : sequence of str
        Headings, the one above the labels included.
    caption : str
        What the table shows, with units.
    format : str or sequence of str or None
        Format of the numbers, for all columns or one for each; None leaves a column as it is.
        Integers are counts and stay whole.

    Raises
    ------
    ValueError
        If a row, or `format`, has not one entry for each column, or a column has no heading.
    """
    heads = [str(name) for name in columns]
    if not all(name.strip() for name in heads):
        raise ValueError("a column has no heading: say what the labels below it are")
    formats = [format] * len(heads) if isinstance(format, str) else list(format)
    if len(formats) != len(heads):
        raise ValueError(f"{len(formats)} formats for {len(heads)} columns: give one for each")
    made = []
    for row in rows:
        if len(row) != len(heads):
            raise ValueError(
                f"the row {row[0] if len(row) else ''!r} has {len(row)} entries for "
                f"{len(heads)} columns: give one for each"
            )
        made.append([_cell(value, spec) for value, spec in zip(row, formats, strict=True)])
    return Table(made, heads, caption)


def _cell(value: Any, spec: str | None) -> str:
    """One entry as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if spec is None:
        return str(value)
    if isinstance(value, Difference):
        low, high = _number(value.low, "+" + spec), _number(value.high, "+" + spec)
        return f"{_number(value.mean, '+' + spec)} [{low}, {high}]"
    array = np.asarray(value)
    if array.ndim == 1 and array.size > 1:
        error = _number(float(standard_error(array)), spec)
        return f"{_number(float(mean(array)), spec)} ± {error}"
    if array.size != 1:
        raise ValueError("an entry of a table is text, a number or a run of numbers: not an array")
    number = array.item()
    counted = isinstance(number, int) and not spec.endswith("%")
    return _number(number, ",d" if counted else spec)


def _number(value: float, spec: str) -> str:
    """A number with a true minus sign, and none before a rounded zero."""
    text = format(value, spec)
    if text.startswith("-") and not any(digit in text for digit in "123456789"):
        text = text.replace("-", "+" if spec.startswith("+") else "", 1)
    return text.replace("-", MINUS)
