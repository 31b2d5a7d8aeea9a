"""A book of two pages, and what a build of it executes."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_notebook

from autograder.authoring.execution import Page, execute_stale
from autograder.authoring.reads import CONFIGURATION

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


def copy_reads(root: Path, to: Path) -> None:
    """Give a repository what its kernels note with."""
    for name in ("autograder/__init__.py", "autograder/authoring/__init__.py"):
        (to / name).parent.mkdir(exist_ok=True)
        (to / name).touch()
    for name in ("reads.py", "definitions.py"):
        shutil.copy(root / "autograder/authoring" / name, to / "autograder/authoring")


def notebook_of(code: str):
    return new_notebook(cells=[new_code_cell(code)], metadata=KERNEL)


def execution_config() -> str:
    return CONFIGURATION
