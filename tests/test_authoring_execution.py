"""Which pages are executed again: those whose cells, or what their kernel read, have changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_notebook

from autograder.authoring import execution, rests
from autograder.authoring.execution import Page, execute_stale

pytestmark = pytest.mark.slow

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
FILES = {
    "dropout_course/__init__.py": "",
    "dropout_course/lab/__init__.py": "",
    "dropout_course/lab/curves.py": "value = 1\n",
    "dropout_course/lab/crowds.py": (
        "def count(path):\n    from . import helper\n    return open(path).read(), helper.value\n"
    ),
    "dropout_course/lab/helper.py": "value = 1\n",
    "dropout_course/exercises/laws.py": "strict = True\n",
    "book/_data/crowd.txt": "3",
}
CELLS = {
    "01-curves": "from dropout_course.lab import curves\nprint(curves.value)",
    "02-crowds": "from dropout_course.lab.crowds import count\nprint(count('_data/crowd.txt'))",
}


class Book:
    """A repository of two pages, and what a build of it executes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.failed: dict[str, str] = {}
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        past = time.time() - 60  # not while a page is being executed
        os.utime(path, (past, past))

    def cache(self):
        return get_cache(self.root / "build" / "cache")

    def pages(self) -> list[Page]:
        return [
            Page(name, self.root / "book" / f"{name}.md", notebook_of(code))
            for name, code in CELLS.items()
        ]

    def build(self) -> set[str]:
        """Names of the pages that were executed well; those that failed are in `failed`."""
        said: list[tuple[str, str]] = []
        say = lambda *words: said.append(words)
        self.failed = execute_stale(self.pages(), self.cache(), self.root, 60, say)
        return {name for name, what in said if what.startswith("Executed")}

    def printed(self, name: str) -> str:
        page = next(page for page in self.pages() if page.name == name)
        _, notebook = self.cache().merge_match_into_notebook(page.notebook)
        return notebook.cells[0].outputs[0].text


def notebook_of(code: str):
    return new_notebook(cells=[new_code_cell(code)], metadata=KERNEL)


@pytest.fixture
def two(root, tmp_path, monkeypatch):
    """A book of two pages, with the kernels of ours."""
    for name in ("autograder/__init__.py", "autograder/authoring/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(root / "autograder/authoring/reads.py", tmp_path / "autograder/authoring")
    profile = tmp_path / "build" / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    shutil.copy(root / execution_config(), profile)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(profile.parent))
    monkeypatch.setattr(execution, "cores", lambda: 1)
    book = Book(tmp_path)
    book.write(execution_config(), (root / execution_config()).read_text())
    return book


def execution_config() -> str:
    from autograder.authoring.reads import CONFIGURATION

    return CONFIGURATION


def test_only_pages_that_use_what_changed_are_executed_again(two, monkeypatch):
    assert two.build() == set(CELLS)
    assert two.build() == set()

    two.write("dropout_course/exercises/laws.py", "strict = False\n")  # no cell uses it
    assert two.build() == set()

    two.write("dropout_course/lab/curves.py", "from . import helper\nvalue = 2\n")
    assert two.build() == {"01-curves"}
    assert two.printed("01-curves") == "2\n"

    two.write("dropout_course/lab/helper.py", "value = 5\n")  # one imports it since just now
    assert two.build() == set(CELLS)
    assert two.printed("02-crowds") == "('3', 5)\n"

    two.write("book/_data/crowd.txt", "4")
    assert two.build() == {"02-crowds"}
    (two.root / "book/_data/crowd.txt").unlink()
    assert two.build() == set()
    assert set(two.failed) == {"02-crowds"}
    assert "FileNotFoundError" in two.failed["02-crowds"]
    two.write("book/_data/crowd.txt", "4")
    assert two.build() == {"02-crowds"}

    known = rests.installed
    monkeypatch.setattr(
        rests, "installed", lambda name: "0" if name == "ipykernel" else known(name)
    )
    assert two.build() == set(CELLS)


def test_what_changes_while_a_page_is_executed_is_not_taken_for_what_it_read(two, monkeypatch):
    kept = execution.keep

    def late(page, run, cache, root):
        if page.name == "01-curves":  # saved by an author, after the kernel had imported it
            (root / "dropout_course/lab/curves.py").write_text("value = 7\n")
        kept(page, run, cache, root)

    with monkeypatch.context() as patch:
        patch.setattr(execution, "keep", late)
        assert two.build() == set(CELLS)
    assert two.build() == {"01-curves"}
    assert two.printed("01-curves") == "7\n"


def test_after_a_failure_no_page_is_begun_and_the_others_are_kept(two, monkeypatch):
    two.write("dropout_course/lab/curves.py", "raise OSError('no curve')\n")
    assert two.build() == set()
    assert "no curve" in two.failed["01-curves"]
    assert set(two.failed) == {"01-curves"}
    monkeypatch.setattr(execution, "cores", lambda: 2)
    assert two.build() == {"02-crowds"}
    assert set(two.failed) == {"01-curves"}


def test_the_longest_page_goes_first_and_one_that_never_ran_before_it(two):
    first, second = two.pages()
    empty = Page("00-new", two.root / "book" / "00-new.md", notebook_of("1"))
    run = execution.Run(second.notebook, execution.datetime.now(), 9.0, [], NOTHING)
    execution.keep(second, run, two.cache(), two.root)
    run = execution.Run(first.notebook, execution.datetime.now(), 2.0, [], NOTHING)
    execution.keep(first, run, two.cache(), two.root)
    assert execution.stale([first, empty, second], two.cache(), two.root) == [empty]
    second.notebook.cells[0].source += " "
    first.notebook.cells[0].source += " "
    waiting = execution.stale([first, empty, second], two.cache(), two.root)
    assert [page.name for page in waiting] == ["00-new", "02-crowds", "01-curves"]


def test_a_kernel_that_is_not_configured_by_the_book_is_reported(two, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(two.root / "elsewhere"))
    assert two.build() == set()
    assert "unset IPYTHONDIR" in two.failed["01-curves"]


NOTHING: dict[str, list[str]] = {"files": [], "folders": [], "packages": []}


WATCHED = """
import json, os, sys
from autograder.authoring import reads
reads.watch()
os.listdir("data"); open("data/a.txt").read(); open("data/b.txt", "w").close()
try: open("data/missing.txt")
except FileNotFoundError: pass
os.open("data/c.txt", os.O_WRONLY | os.O_CREAT)
import importlib.metadata, later
importlib.metadata.packages_distributions()
reads.tell()
"""


def test_what_is_read_is_told_and_what_is_written_is_not(root, tmp_path):
    (tmp_path / "autograder/authoring").mkdir(parents=True)
    for name in ("autograder/__init__.py", "autograder/authoring/__init__.py"):
        (tmp_path / name).touch()
    shutil.copy(root / "autograder/authoring/reads.py", tmp_path / "autograder/authoring")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.txt").touch()
    (tmp_path / "later.py").write_text("import json\n")
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    data = ["data/a.txt", "data/missing.txt"]
    assert [name for name in found["files"] if name.startswith("data")] == data
    assert {"later.py", execution_config()} <= set(found["files"])
    assert found["folders"] == ["data"]
    assert "json" in found["packages"]
