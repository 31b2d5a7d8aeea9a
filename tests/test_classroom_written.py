"""A written answer counts wherever it stands; what is no answer leaves its place untouched."""

from __future__ import annotations

import pytest
from classroom_tiny import filled, get, stripped, tiny, without
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.classroom.submissions.rebuild import rebuild

ANSWER = "Averages over masks agree for linear units alone."
UNTOUCHED = get(tiny(), "ch03-why").source


def place_of(notebook):
    """Give what stands in the place of the answer, and what is said of it."""
    rebuilt = rebuild(tiny(), notebook)
    notes = [note for note in rebuilt.notes if "written answer" in note]
    return get(rebuilt.notebook, "ch03-why").source, notes


def at(notebook, cell_id, *cells, after=True):
    """Insert cells beside another one."""
    position = next(i for i, cell in enumerate(notebook.cells) if cell.id == cell_id)
    notebook.cells[position + after : position + after] = cells
    return notebook


def appended_to_the_question():
    notebook = filled()
    get(notebook, "ch03-why-text").source += f"\n\n{ANSWER}"
    return notebook


def merged():
    notebook = without(filled(), "ch03-why", "ch03-why-text")
    notebook.cells.append(new_markdown_cell(f"Why?\n\n{UNTOUCHED}\n\n{ANSWER}"))
    return stripped(notebook)


def text():
    return new_markdown_cell(ANSWER)


@pytest.mark.parametrize(
    "notebook",
    [
        at(filled(), "ch03-why", text()),
        at(filled(), "ch03-why", new_code_cell("1 + 1"), text()),
        at(filled(), "ch03-why", text(), after=False),
        at(filled(), "ch03-why", new_raw_cell(ANSWER)),
        at(filled(), "ch03-why", new_code_cell(f"# {ANSWER}")),
        at(filled(), "ch03-why", new_code_cell(f'answer = """{ANSWER}"""\nprint(answer)')),
        at(filled(ch03_why=""), "ch03-why", text()),
        at(without(filled(), "ch03-why"), "ch03-why-text", new_code_cell("1 + 1"), text()),
        at(without(filled(), "ch03-why", "ch03-why-text"), "pair-check", text()),
        appended_to_the_question(),
        merged(),
    ],
    ids=[
        *("below", "further below", "above", "raw", "comment", "string", "below a blank"),
        *("at the end", "without its question", "in the question", "merged"),
    ],
)
def test_an_answer_beside_its_place_is_put_there(notebook):
    source, notes = place_of(notebook)
    assert source == ANSWER
    assert len(notes) == 1


@pytest.mark.parametrize(
    "notebook",
    [
        filled(),
        stripped(filled()),
        at(filled(), "title", text()),
        at(filled(), "pair", new_markdown_cell("*Why?*")),
        at(filled(), "ch03-why", new_code_cell("x = 1\nprint(x)  # what does it show, and why?")),
        at(filled(), "ch03-why", new_markdown_cell(f"*Why?*\n\n{UNTOUCHED}")),
    ],
    ids=["untouched", "stripped", "above the question", "ours", "code", "copied"],
)
def test_what_is_no_answer_leaves_the_place_as_it_was(notebook):
    assert place_of(notebook) == (UNTOUCHED, [])


def test_an_answer_in_its_place_is_the_answer():
    notebook = at(filled(ch03_why="Because."), "ch03-why", text())
    assert place_of(notebook) == ("Because.", [])


def test_several_texts_are_put_together():
    notebook = at(filled(), "ch03-why", text(), new_markdown_cell("And not for others."))
    assert place_of(notebook)[0] == f"{ANSWER}\n\nAnd not for others."
