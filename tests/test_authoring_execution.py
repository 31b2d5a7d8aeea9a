"""Which pages are executed again: those whose cells, or what their kernel read, have changed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from executed_book import CELLS, Book, copy_reads, execution_config, notebook_of

from autograder.authoring import definitions, execution, rests
from autograder.authoring.execution import Page

pytestmark = pytest.mark.slow


@pytest.fixture
def two(root, tmp_path, monkeypatch):
    """A book of two pages, with the kernels of ours."""
    copy_reads(root, tmp_path)
    profile = tmp_path / "build" / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    shutil.copy(root / execution_config(), profile)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(profile.parent))
    monkeypatch.setattr(execution, "cores", lambda: 1)
    book = Book(tmp_path)
    book.write(execution_config(), (root / execution_config()).read_text())
    return book


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
    monkeypatch.setattr(rests, "arithmetic", lambda: {"OPENBLAS_CORETYPE": "another"})
    assert two.build() == set(CELLS)
    assert two.build() == set()


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


NOTHING: dict = {"files": [], "folders": [], "modules": {}, "packages": []}

MODULE = '''"""Two functions and a class."""

def first(x=1):
    """Give x."""
    def inner():
        return x
    return inner()


class Pair:
    left = 1

    def right(self):
        return 2
'''
USING = {
    "01-first": "from dropout_course.lab import both; print(both.first())",
    "02-right": "from dropout_course.lab import both; print(both.Pair().right())",
    "03-source": "import inspect; from dropout_course.lab import both\n"
    "print(len(inspect.getsource(both)))",
    "04-another": "import subprocess, sys\nfrom dropout_course.lab import both\n"
    "code = 'from dropout_course.lab import both; print(both.first())'\n"
    "print(subprocess.run([sys.executable, '-c', code], capture_output=True).stdout)",
    "05-imports": "from dropout_course.lab import both",
}
WHOLE = {"03-source", "04-another"}


@pytest.mark.parametrize(
    ("old", "new", "pages"),
    [
        ("class Pair:", "# two\nclass Pair:", WHOLE),
        ("return x", "return x + 1", WHOLE | {"01-first"}),
        ("Give x.", "Give x back.", WHOLE | {"01-first"}),
        ("return 2", "return 3", WHOLE | {"02-right"}),
        ("x=1", "x=2", set(USING)),
        ("left = 1", "left = 2", set(USING)),
        ("class Pair", "def third():\n    return 3\n\n\nclass Pair", set(USING)),
        ("class Pair", "class Pair(", set(USING)),
    ],
)
def test_a_page_rests_on_the_functions_that_it_ran(noted, old, new, pages):
    root, known = noted
    (root / BOTH).write_text(MODULE.replace(old, new))
    assert {name for name, record in known.items() if not rests.unchanged(root, record)} == pages


BOTH = "dropout_course/lab/both.py"


@pytest.fixture(scope="module")
def noted(root, tmp_path_factory):
    """A repository, and what each page of it rests on."""
    place = tmp_path_factory.mktemp("noted")
    copy_reads(root, place)
    (place / BOTH).parent.mkdir(parents=True)
    (place / BOTH).write_text(MODULE)
    for package in ("dropout_course", "dropout_course/lab"):
        (place / package / "__init__.py").touch()
    (place / execution_config()).parent.mkdir(parents=True)
    (place / execution_config()).touch()
    begin = execution.datetime.fromtimestamp(time.time() + 1)  # all is older than the run
    return place, {
        name: rests.rests_on(place, told_by(place, code), begin) for name, code in USING.items()
    }


def told_by(place: Path, code: str) -> dict:
    """What a process tells after it has run a page's code."""
    told = f"from autograder.authoring import reads\nreads.watch()\n{code}\nreads.tell()"
    done = subprocess.run(
        [sys.executable, "-c", told],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_marks_move_no_line_and_change_no_result(tmp_path):
    code = definitions.marked(MODULE.encode(), "both.py")
    ran: set[str] = set()
    namespace = {"__name__": "both", definitions.MARK: ran.add}
    exec(code, namespace)
    assert not ran
    assert namespace["first"].__doc__ == "Give x."
    assert namespace["first"].__code__.co_firstlineno == 3
    assert [namespace["first"](), namespace["Pair"]().right()] == [1, 2]
    assert ran == {"first", "Pair.right"}
    plain: dict = {}
    exec(compile(MODULE, "both.py", "exec"), plain)
    lines = [{line for *_, line in one["first"].__code__.co_lines()} for one in (namespace, plain)]
    assert lines[0] == lines[1]


def test_two_functions_of_one_name_are_two_parts():
    text = "if a:\n    def f(): return 1\nelse:\n    def f(): return 2\n"
    assert set(definitions.parts(text)) == {definitions.IMPORTING, "f", "f 2"}


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
    copy_reads(root, tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.txt").touch()
    (tmp_path / "later.py").write_text("import json\n")
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    data = ["data/a.txt", "data/missing.txt"]
    assert [name for name in found["files"] if name.startswith("data")] == data
    assert execution_config() in found["files"]
    assert found["modules"] == {"later.py": [definitions.IMPORTING]}
    assert found["folders"] == ["data"]
    assert "json" in found["packages"]


def test_no_page_shows_docstrings_of_functions_that_it_has_not_called(root):
    shows = re.compile(r"__doc__|\bhelp\(|getdoc|^%pdoc|^[\w.]+\?+$", re.MULTILINE)
    cells = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)
    pages = {path: "\n".join(cells.findall(path.read_text())) for path in root.glob("book/*.md")}
    modules = {path: path.read_text() for path in (root / "dropout_course").rglob("*.py")}
    found = [path.name for path, code in {**pages, **modules}.items() if shows.search(code)]
    assert any(pages.values())
    assert not found, "the build takes docstrings for parts of functions (CONTRIBUTING.md)"
