"""Whether what the grader gives can act: in a browser, a terminal, or a file."""

from __future__ import annotations

import base64
import re
import struct
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import nbformat
from nbconvert.exporters import HTMLExporter
from rich.console import Console

from autograder.classroom.running.journal import Row
from autograder.classroom.submissions.preprocessors import SafeMarkdown
from autograder.classroom.submissions.report import Record, rows_table
from autograder.referee import NotebookResult

MARK = "pwn"  # every payload holds it
PIXELS = 25_000_000  # of a picture; a browser takes four bytes for each
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def active(notebook: Any, record: Record, result: NotebookResult | None) -> Iterator[str]:
    """Give what could act in a graded notebook, its record and the words about it."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield from _outputs(cell)
    words = [record.reason, *record.problems, *record.notes]
    words += [str(exercise["message"]) for exercise in record.exercises.values()]
    for exercise in result.exercises if result else []:
        words += [check.message for check in exercise.laws]
    for text in words:
        if found := CONTROL.search(text):
            yield f"a message holds the control character {found[0]!r}"
            break
    try:
        nbformat.writes(notebook).encode()
    except UnicodeEncodeError as error:
        yield f"the graded notebook can't be written: {error}"
    if CONTROL.search(_table(record).replace("\r", "")):
        yield "the table of grades steers the terminal"


def _outputs(cell: Any) -> Iterator[str]:
    score = bool(cell.metadata.get("nbgrader", {}).get("grade"))
    for output in cell.outputs:
        data = output.get("data", {})
        if not set(data) <= {"text/plain", "image/png"}:
            yield f"an output of {cell.id} is of the kinds {sorted(data)}"
        if output.output_type == "execute_result" and not score:
            yield f"an output of {cell.id} could be taken for a score"
        text = output.get("text", "") + data.get("text/plain", "")
        if found := CONTROL.search(text):
            yield f"an output of {cell.id} holds the control character {found[0]!r}"
        if "image/png" in data:
            yield from _picture(cell.id, data["image/png"])


def _picture(cell: str, picture: str) -> Iterator[str]:
    head = base64.b64decode(picture[:64])
    width, height = struct.unpack(">II", head[16:24]) if len(head) >= 24 else (0, 0)
    if width * height > PIXELS:
        yield f"a picture of {cell} has {width} x {height} pixels"


def _table(record: Record) -> str:
    console = Console(width=200, force_terminal=False, color_system=None)
    row = Row("mallory", record.score, record.max_score, record.status, record.reason)
    with console.capture() as shown:
        console.print(rows_table([row]))
    return shown.get()


# --- in a browser ---------------------------------------------------------------------------

PAGE_SECONDS = 60.0  # for a page that takes a second by itself
_LINK = re.compile(r"\\(?:href|class|cssId|style|require|unicode|bbox|mmlToken|csname)\b")
_ADDRESS = re.compile(r"^(?:javascript|vbscript|data):", re.IGNORECASE)


def _acts(tag: str, name: str, said: str) -> bool:
    address = re.sub(r"[\x00-\x20]", "", said)  # as browsers read it
    if MARK not in said:
        return False
    if name.startswith("on") or name in ("style", "srcdoc", "action"):
        return True
    if _ADDRESS.match(address) and not address.startswith("data:image/png"):
        return True
    return tag != "a" and name in ("src", "href", "data", "srcset")  # it is fetched unasked


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag if tag in ("script", "style") else ""
        for name, value in attrs:
            if _acts(tag, name, value or ""):
                self.found.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside and MARK in data:
            self.found.append(f"<{self.inside}> {data[:80]!r}")


def _html(outcome: Any) -> str:
    exporter = HTMLExporter(template_name="classic", preprocessors=[SafeMarkdown])
    return str(exporter.from_notebook_node(outcome.notebook)[0])


def on_a_page(outcome: Any) -> list[str]:
    """Give what of a payload acts on the page that an instructor opens."""
    page, began = _Page(), time.monotonic()
    page.feed(_html(outcome))
    if (seconds := time.monotonic() - began) > PAGE_SECONDS:
        page.found.append(f"{seconds:.0f} s went by before it was made")
    return [f"the page acts: {found}" for found in page.found]


def draws_nothing(outcome: Any) -> list[str]:
    """Give what mermaid would draw on that page."""
    return ["the page draws a diagram"] if 'class="mermaid"' in _html(outcome) else []


def in_tex(outcome: Any) -> list[str]:
    """Give links that a formula of a student's would make."""
    made = []
    for cell in outcome.notebook.cells:
        safe = SafeMarkdown().preprocess_cell(cell, {}, 0)[0]
        if cell.cell_type == "markdown" and MARK in cell.source and _LINK.search(safe.source):
            made.append("a formula makes a link")
    return made
