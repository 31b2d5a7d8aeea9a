"""Which notebooks go with the one that is graded."""

from __future__ import annotations

import json

import pytest
from classroom_tiny import STEM, filled, tiny, write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.classroom.submissions.beside import beside, mentioned
from autograder.classroom.submissions.intake import intake

NAME = f"{STEM}.ipynb"


def with_cell(source):
    notebook = filled()
    notebook.cells.insert(0, new_code_cell(source, id="mine"))
    return notebook


def helper():
    made = new_notebook(cells=[new_code_cell("K = 1"), new_markdown_cell("words")])
    made.cells[0].outputs = [{"output_type": "stream", "name": "stdout", "text": "x" * 10_000}]
    return made


@pytest.mark.parametrize(
    ("line", "folder"),
    [("%run helpers.ipynb", "."), ("%run './my/helpers.ipynb'", "my"), ("import helpers", ".")],
)
def test_a_notebook_that_the_graded_one_runs_goes_with_it(tmp_path, line, folder):
    """Its code alone; it is no second submission. The graded one itself does not."""
    write(tmp_path, NAME, with_cell(line))
    write(tmp_path / folder, "helpers.ipynb", helper())
    got = intake(tmp_path, STEM, tiny())
    assert bool(got.problems) == ("%run" not in line)
    (data,) = beside(tmp_path, notebook=got.notebook, sha256=got.sha256).files.values()
    assert [cell["source"] for cell in json.loads(data)["cells"]] == ["K = 1"]
    assert beside(tmp_path).files == {}


def test_no_other_students_notebook_is_taken_along(tmp_path):
    """Of a folder in which many may stand only what is nobody's answer is read."""
    notebook = with_cell("eve = 1\n%run bob.ipynb\n%run helpers.ipynb")
    path = write(tmp_path, "ann.ipynb", notebook)
    write(tmp_path, "bob.ipynb", filled())
    write(tmp_path, "eve.ipynb", filled())
    write(tmp_path, "helpers.ipynb", helper())
    found = mentioned(path, notebook)
    assert list(found.files) == ["helpers.ipynb"]
    (said,) = found.problems
    assert said.startswith("bob.ipynb is left out: it is a notebook of the course, and may be")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (f"{STEM}.ipynb", False),
        (f"{STEM}-2.ipynb", False),
        (f"{STEM} (1).ipynb", False),
        (f"{STEM}_3.ipynb", False),
        (f"{STEM}-Copy1.ipynb", True),
        ("homework-2.ipynb", True),
    ],
)
def test_the_number_that_a_platform_adds_is_not_the_students_doing(tmp_path, name, told):
    write(tmp_path, name, filled())
    assert bool(intake(tmp_path, STEM, tiny()).problems) == told


def test_an_empty_file_and_a_damaged_notebook(tmp_path):
    write(tmp_path, NAME, with_cell("%run helpers.ipynb"))
    write(tmp_path, "helpers.ipynb", b"{")
    write(tmp_path / "more", "__init__.py", b"")
    got = intake(tmp_path, STEM, tiny())
    assert any("helpers.ipynb is not valid JSON" in said for said in got.problems)
    assert beside(tmp_path, notebook=got.notebook).files["more/__init__.py"] == b""


FILES = {
    "my_helpers.py": b"from utils2 import f\nK = open('k_data.txt').read()",
    "utils2.py": b"import pack.one\ndef f(): return open('deep.npy')",
    "deep.npy": b"1",
    "k_data.txt": b"one",
    "rates_1.csv": b"1",
    "rates_2.CSV": b"2",
    "other.csv": b"3",
    "words.txt": b"4",
    "bob.json": json.dumps(filled()).encode(),
    "bob.ipynb": json.dumps(filled()).encode(),
    "unknown.py": b"",
}
RATES = {"rates_1.csv", "rates_2.CSV"}
CSV = {*RATES, "other.csv"}
TEXTS = {"k_data.txt", "words.txt", "deep.npy"}


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        (
            "import my_helpers",
            {"my_helpers.py", "utils2.py", "k_data.txt", "deep.npy", "pack/one.py"},
        ),
        ("%run helpers.ipynb", {"helpers.ipynb", "utils2.py", "deep.npy", "pack/one.py"}),
        ("glob('rates_*.csv')", RATES),
        ("glob('./*')", CSV | TEXTS),
        ("f'rates_{i}.csv'", RATES),
        ("f'rates_{i:{width}}.csv'", RATES),
        ("'rates_%02d.csv' % i", RATES),
        ("'rates_{}.csv'.format(i)", RATES),
        ("name + '.csv'", CSV),
        ("path.with_suffix('.csv')", CSV),
        ("os.listdir()", CSV | TEXTS),
        ("[p for p in Path().iterdir()]", CSV | TEXTS),
        ("print('*' * 20, f'{a}', f'{a}: {b}')", set()),
        ("open('r.csv')", set()),
        ("f'rates_{i}.png'", set()),
    ],
)
def test_what_a_helper_names_and_what_a_pattern_means_is_taken(tmp_path, line, taken):
    notebook = with_cell(line)
    path = write(tmp_path, "ann.ipynb", notebook)
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    write(tmp_path / "pack", "one.py", b"")
    write(tmp_path / "bobs", "rates_3.csv", b"5")
    write(tmp_path, "helpers.ipynb", new_notebook(cells=[new_code_cell("import utils2")]))
    found = mentioned(path, notebook)
    assert set(found.files) == taken
    assert found.problems == []


def test_data_goes_along_while_there_is_room(tmp_path):
    notebook = with_cell("import a\nglob('*.csv')")
    path = write(tmp_path, "ann.ipynb", notebook)
    for name in ("a.py", "1.csv", "2.csv"):
        (tmp_path / name).write_bytes(b"#" * 10)
    found = mentioned(path, notebook, room=20)
    assert list(found.files) == ["a.py", "1.csv"]
    assert found.problems[0].startswith("2.csv is left out: too large")
