"""Read the CSV files that an instructor writes; what is wrong is a sentence with file and line."""

from __future__ import annotations

import codecs
import csv
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.classroom.errors import CourseError

Columns = Mapping[str, Sequence[str]]
Row = tuple[int, dict[str, str]]
_MARKS = {  # a spreadsheet's "Unicode text" begins with one of these
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}


def read_rows(path: Path, columns: Columns, needed: Collection[str]) -> list[Row]:
    """Read a CSV by the meaning of its columns; what we don't know of is passed over.

    Parameters
    ----------
    path : Path
        Separated by commas, semicolons or tabs; in UTF-8, or in UTF-16 with its mark.
    columns : mapping
        Keys of columns, each with the headings under which it may stand.
    needed : collection of str
        Keys of columns that must be there.

    Returns
    -------
    list of (int, dict)
        The number of each line that is not empty, and its cells by the keys of their columns.

    Raises
    ------
    CourseError
        The file can't be read, is no CSV, lacks a column, or has a line of too many cells.
    """
    lines = _cells(path, read_text(path))
    head = _head(lines)
    where = {
        key: next(head.index(name) for name in names if name in head)
        for key, names in columns.items()
        if set(names) & set(head)
    }
    if lacking := [key for key in needed if key not in where]:
        raise CourseError(
            f"{path} has no column {columns[lacking[0]][0]!r}: its first line names the columns, "
            f"of which this course knows {', '.join(columns)}. Add it, then run this again."
        )
    rows = []
    for line, row in lines[1:]:
        if any(cell.strip() for cell in row[len(head) :]):
            raise CourseError(
                f"{path}, line {line} has {len(row)} cells, and the first line names {len(head)} "
                'columns: write a cell with a comma in it in quotes, as in "Alund, Ann".'
            )
        got = {key: row[at].strip() if at < len(row) else "" for key, at in where.items()}
        rows.append((line, got))
    return rows


def read_head(path: Path) -> list[str]:
    """Give the headings of a CSV, in small letters.

    Raises
    ------
    CourseError
        The file can't be read, or is no CSV.
    """
    return _head(_cells(path, read_text(path)))


def _head(lines: Sequence[tuple[int, list[str]]]) -> list[str]:
    return [cell.strip().casefold() for cell in lines[0][1]] if lines else []


def read_text(path: Path) -> str:
    """Read a file of an instructor's.

    Raises
    ------
    CourseError
        It can't be read, or is in an encoding that does not say what it is.
    """
    return _read(path)[0]


def drop_rows(path: Path, lines: Collection[int]) -> None:
    """Remove lines from a CSV, by the numbers that `read_rows` gives them; the rest stays as it is.

    Raises
    ------
    CourseError
        See `read_rows`.
    OSError
        It can't be written.
    """
    text, encoding = _read(path)
    kept = text.splitlines(keepends=True)
    for first, last, _ in reversed(_records(path, text)):
        if last in lines:
            del kept[first - 1 : last]
    new = path.with_name(path.name + ".new")
    new.write_bytes("".join(kept).encode(encoding))
    shutil.copymode(path, new)
    new.replace(path)


def _read(path: Path) -> tuple[str, str]:
    """Give the text of a file, and its encoding."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise CourseError(f"{path} is not there: write it, or name another file.") from None
    except OSError as error:
        raise CourseError(
            f"{path} can't be read ({error.strerror or error}): give yourself the right to read "
            "it, or save it again as CSV in UTF-8."
        ) from None
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CourseError(
            f"{path}, line {line} can't be read (it is not UTF-8): save the file as CSV in UTF-8, "
            "which spreadsheets offer as a type of its own."
        ) from None


def _cells(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """Give the cells of each line that is not empty, with its number."""
    return [(last, row) for _, last, row in _records(path, text)]


def _records(path: Path, text: str) -> list[tuple[int, int, list[str]]]:
    """Give the cells of each row that is not empty, with the numbers of its first and last line."""
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    delimiter = next((mark for mark in "\t;" if mark in first), ",")
    if has_separator := first.lower().startswith("sep="):  # for spreadsheets alone
        delimiter = first[4:5] or delimiter
    options: dict[str, Any] = {"delimiter": delimiter, "strict": True}
    reader = csv.reader(lines, **options)
    found, before = [], 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append((before + 1, reader.line_num, row))
            before = reader.line_num
    except csv.Error as error:
        raise CourseError(
            f"{path}, line {reader.line_num} is no CSV ({error}): look at its quotation marks, or "
            "save the file again as CSV."
        ) from None
    return found[1:] if has_separator else found
