"""Putting a student's answers into the released notebook."""

from __future__ import annotations

import copy
import json

import nbformat
import pytest
from classroom_tiny import (
    DOUBLE,
    PAIR,
    code,
    filled,
    get,
    stripped,
    text,
    tiny,
    without,
)
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.classroom.submissions.added import additions
from autograder.classroom.submissions.parse import parse
from autograder.classroom.submissions.rebuild import rebuild


def through(notebook):
    """Rebuild as grading does: from the file."""
    return rebuild(tiny(), parse(json.dumps(notebook).encode())[0])


def sources(rebuilt, kind="code"):
    return [cell.source for cell in rebuilt.notebook.cells if cell.cell_type == kind]


def extras(rebuilt):
    return [cell for cell in rebuilt.notebook.cells if cell.get("id", "").startswith("extra-")]


def answers(rebuilt):
    return get(rebuilt.notebook, "double").source, get(rebuilt.notebook, "pair").source


def test_answers_go_into_the_release():
    rebuilt = through(filled())
    assert answers(rebuilt) == (DOUBLE, PAIR)
    assert rebuilt.notes == []
    assert [c.id for c in rebuilt.notebook.cells] == [c.id for c in tiny().cells]


def test_it_is_a_pure_function():
    release, submitted = tiny(), filled()
    before = copy.deepcopy((release, submitted))
    first, second = rebuild(release, submitted), rebuild(release, submitted)
    assert (release, submitted) == before
    assert first == second


def test_nothing_handed_in_gives_the_release():
    assert rebuild(tiny(), None).notebook == tiny()


def test_the_result_is_a_valid_notebook():
    notebook = filled()
    notebook.cells.insert(4, new_code_cell("import math", id="mine"))
    nbformat.validate(through(notebook).notebook)


def test_a_written_answer_is_kept():
    rebuilt = through(filled(ch03_why="Because *so*."))
    assert get(rebuilt.notebook, "ch03-why").source == "Because *so*."


@pytest.mark.parametrize("ids", [False, True])
def test_lost_metadata_costs_nothing(ids):
    rebuilt = through(stripped(filled(), ids))
    assert answers(rebuilt) == (DOUBLE, PAIR)
    assert extras(rebuilt) == []


def test_changed_metadata_costs_nothing():
    notebook = filled()
    get(notebook, "double").metadata["nbgrader"] |= {"solution": False, "points": 99}
    get(notebook, "double-check").metadata["nbgrader"] |= {"points": 99, "solution": True}
    rebuilt = through(notebook)
    assert answers(rebuilt)[0] == DOUBLE
    assert get(rebuilt.notebook, "double-check") == get(tiny(), "double-check")


def test_a_deleted_check_cell_is_put_back():
    rebuilt = through(without(filled(), "double-check", "code-demo"))
    assert get(rebuilt.notebook, "double-check").source == 'check("double")'
    assert rebuilt.notes == [
        "The check cell of 3.1 was deleted; the original is used.",
        "1 set-up or demonstration cell was deleted; the original is used.",
    ]


def test_a_changed_check_cell_is_replaced():
    notebook = filled()
    get(notebook, "pair-check").source = "12.0"
    rebuilt = through(notebook)
    assert get(rebuilt.notebook, "pair-check").source == 'check("pair")'
    assert rebuilt.notes == ["The check cell of 3.2 was changed; the original is used."]


def test_of_copies_the_last_one_that_was_filled_in_wins():
    notebook = filled()
    first = copy.deepcopy(get(notebook, "double"))
    first.source = "helper = 1\ndef double(x):\n    return 0"
    last = copy.deepcopy(get(tiny(), "double"))
    notebook.cells.insert(3, first)
    notebook.cells.append(last)
    rebuilt = through(notebook)
    assert answers(rebuilt)[0] == DOUBLE
    code_cells = sources(rebuilt)
    assert code_cells.index(first.source) < code_cells.index(DOUBLE)
    assert "3.1 has 2 answer cells; the last one counts." in rebuilt.notes


def test_an_answer_in_a_text_cell_counts():
    notebook = filled()
    index = notebook.cells.index(get(notebook, "double"))
    changed = text("double", DOUBLE)
    changed.metadata = notebook.cells[index].metadata
    notebook.cells[index] = changed
    rebuilt = through(notebook)
    assert get(rebuilt.notebook, "double").cell_type == "code"
    assert answers(rebuilt)[0] == DOUBLE
    assert "no code cell" in rebuilt.notes[0]


@pytest.mark.parametrize("kind", ["raw", "markdown"])
@pytest.mark.parametrize("where", [0, 4])
def test_an_answer_cell_that_was_switched_off_hides_no_code(kind, where):
    notebook = filled()
    off = get(notebook, "double")
    off.source, off.cell_type = "def double(x):\n    return 0", kind
    del off["outputs"], off["execution_count"]
    notebook.cells.insert(where, new_code_cell(DOUBLE, id="mine"))
    rebuilt = through(notebook)
    assert answers(rebuilt)[0] == DOUBLE
    assert off.source not in sources(rebuilt)
    (said,) = rebuilt.notes
    assert said.startswith("The answers to 3.1 stand in cells of your own")


def test_of_two_functions_in_a_text_one_may_stand_elsewhere():
    notebook = filled()
    off = get(notebook, "pair")
    off.cell_type = "raw"
    del off["outputs"], off["execution_count"]
    notebook.cells.append(new_code_cell(PAIR.split("\n\n\n")[0], id="mine"))
    assert answers(through(notebook))[1] == PAIR


def test_a_deleted_answer_cell():
    rebuilt = through(without(filled(), "double"))
    assert get(rebuilt.notebook, "double") == get(tiny(), "double")
    assert rebuilt.notes == [
        "The answer cell of 3.1 is missing; what your other cells define is graded."
    ]


def test_an_answer_in_a_cell_of_ones_own():
    notebook = without(filled(), "pair")
    first, second = PAIR.split("\n\n\n")
    notebook.cells[3:3] = [new_code_cell(first, id="a"), new_code_cell(second, id="b")]
    rebuilt = through(notebook)
    assert answers(rebuilt)[1] == second
    assert [cell.source for cell in extras(rebuilt)] == [first]
    assert sources(rebuilt).index(first) < sources(rebuilt).index(second)
    assert "The answers to 3.2 stand in cells of your own" in rebuilt.notes[0]


def test_an_answer_above_an_untouched_stub():
    notebook = filled(double=get(tiny(), "double").source)
    notebook.cells.insert(3, new_code_cell(DOUBLE, id="a"))
    assert answers(through(notebook))[0] == DOUBLE


def test_an_answer_that_does_not_parse_is_found_as_well():
    notebook = without(filled(), "double")
    broken = "def double(x)\n    return x"
    notebook.cells.insert(3, new_code_cell(broken, id="a"))
    assert answers(through(notebook))[0] == broken


def test_extra_cells_stay_at_their_place():
    notebook = filled()
    notebook.cells.insert(0, new_code_cell("first = 1", id="x"))
    after_text = notebook.cells.index(get(notebook, "pair-text")) + 1
    notebook.cells.insert(after_text, new_code_cell("helper = 2", id="y"))
    notebook.cells.append(new_markdown_cell("a thought", id="z"))
    rebuilt = through(notebook)
    ids = [cell.id for cell in rebuilt.notebook.cells]
    assert [cell.source for cell in extras(rebuilt)] == ["first = 1", "helper = 2", "a thought"]
    assert ids[0].startswith("extra-")
    assert ids.index("pair-text") + 2 == ids.index("pair")
    assert all(cell.metadata == {"tags": ["extra"]} for cell in extras(rebuilt))
    assert len(set(ids)) == len(ids)


def test_an_extra_cell_can_not_pass_for_one_of_ours():
    notebook = filled()
    fake = code("setup-2", "cheat = 1", tags=["setup"], grade=True, points=99)
    notebook.cells.append(fake)
    (extra,) = extras(through(notebook))
    assert extra.metadata == {"tags": ["extra"]}


def test_imports_added_to_the_setup_cell_are_kept():
    notebook = filled()
    get(notebook, "setup").source += "\nimport math\nrng = np.random.default_rng(0)"
    rebuilt = through(notebook)
    assert get(rebuilt.notebook, "setup").source == "import numpy as np"
    assert [c.source for c in extras(rebuilt)] == [get(notebook, "setup").source]
    assert sources(rebuilt)[1] == get(notebook, "setup").source


def test_of_another_notebook_nothing_is_run():
    notebook = tiny()
    notebook.cells = [new_code_cell("train_for_hours()", id="hello")]
    rebuilt = through(notebook)
    assert rebuilt.notes == []
    assert rebuilt.notebook == tiny()


def test_a_written_answer_without_any_id_is_found_by_its_place():
    rebuilt = through(stripped(filled(ch03_why="Because *so*.")))
    assert get(rebuilt.notebook, "ch03-why").source == "Because *so*."
    assert extras(rebuilt) == []


def test_notebooks_of_other_chapters_share_no_written_answer():
    other = tiny()
    get(other, "ch03-why").id = "ch99-why"
    other.cells = [cell for cell in other.cells if cell.id == "ch99-why"]
    other.cells[0].metadata = {}
    rebuilt = through(other)
    assert rebuilt.notes == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    ["x = '\\d'", "-" * 200_000 + "1", "+".join(["1"] * 200_000)],
    ids=["escape", "minuses", "ones"],
)
def test_code_that_python_does_not_like_is_no_obstacle(source):
    rebuilt = through(filled(double=f"def double(x): return x\n{source}"))
    assert answers(rebuilt)[0].endswith(source)
    changed = f"import math\n{source}\nimport os"
    assert additions("import math", changed).kept[-1].endswith("import os")
