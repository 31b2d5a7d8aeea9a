"""The page's side: directives, and numbers that agree with the notebooks."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import subprocess
import sys
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
import yaml

from autograder.authoring.config import read_site
from autograder.authoring.myst import EXTENSIONS
from autograder.authoring.scan import scan

REPOSITORY = Path(__file__).parents[1]
FIXTURE = Path(__file__).parent / "fixtures" / "authoring"
EXTENSION_FILES = ("exercise", "numbering", "quiz", "network", "live_figures")


def test_the_book_and_the_notebooks_read_the_same_syntax():
    for config in (REPOSITORY / "_config.yml", FIXTURE / "_config.yml"):
        parse = yaml.safe_load(config.read_text("utf-8"))["parse"]
        assert set(parse["myst_enable_extensions"]) == EXTENSIONS


def test_the_address_of_the_course_stands_in_the_configuration():
    site = read_site(REPOSITORY)
    assert site.page("03-x", "ex-y") == f"{site.book_url}03-x.html#ex-y"
    assert site.slug.count("/") == 1


def build(folder: Path, solutions: bool = False) -> Path:
    """Build the fixture as a book; warnings are errors."""
    shutil.copytree(FIXTURE, folder)
    (folder / "book/_ext").mkdir()
    for name in EXTENSION_FILES:
        shutil.copy(REPOSITORY / f"book/_ext/{name}.py", folder / "book/_ext")
    shutil.copytree(REPOSITORY / "book/_static", folder / "book/_static", dirs_exist_ok=True)
    program = "from jupyter_book.cli.main import main; main()"
    options = "build book --config _config.yml --path-output out -W -n --keep-going"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder), str(REPOSITORY)]),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "SOLUTIONS": "1" if solutions else "0",
    }
    environment.pop("MPLBACKEND", None)  # figures are what the kernel's own backend draws
    done = subprocess.run(
        [sys.executable, "-c", program, *options.split()],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("book") / "course")


@pytest.fixture(scope="module")
def environment(built):
    # the pickle names classes of our extensions
    sys.path.insert(0, str(built / "book/_ext"))
    try:
        return pickle.loads((built / "out/_build/.doctrees/environment.pickle").read_bytes())
    finally:
        sys.path.pop(0)


def page(root: Path, name: str) -> str:
    return (root / f"out/_build/html/{name}.html").read_text("utf-8")


@pytest.mark.slow
def test_numbers_are_those_of_the_page(built, environment):
    book = scan(FIXTURE, read_site(FIXTURE))
    shown = {
        (doc, key): ".".join(map(str, number))
        for doc, kinds in environment.toc_fignumbers.items()
        for numbers in kinds.values()
        for key, number in numbers.items()
    }
    labels = environment.domaindata["std"]["labels"]
    sphinx = {
        label: shown[doc, key] for label, (doc, key, _) in labels.items() if (doc, key) in shown
    }
    ours = {
        label: target.number
        for label, target in book.labels.items()
        if target.kind in ("figure", "table", "exercise")
    }
    assert ours == sphinx
    assert {"3.1", "3.2", "7.1", "7.2", "1"} <= set(ours.values())
    equations = environment.domaindata["math"]["objects"]
    assert {label: target.number for label, target in book.equations.items()} == {
        label: shown[doc, book.equations[label].anchor] for label, (doc, _) in equations.items()
    }


@pytest.mark.slow
def test_anchors_and_titles_are_those_of_the_page(built, environment):
    book = scan(FIXTURE, read_site(FIXTURE))
    for target in [*book.labels.values(), *book.equations.values(), *book.terms.values()]:
        assert f'id="{target.anchor}"' in page(built, target.doc), target
    labels = environment.domaindata["std"]["labels"]
    assert labels["ex-layer"][2] == book.labels["ex-layer"].title == "A layer"


@pytest.mark.slow
def test_chapters_bear_the_number_of_their_file(built):
    text = unescape(re.sub("<[^>]+>", "", page(built, "07-later")))
    assert "7. A later chapter" in text
    assert "Exercise 7.1 Later 5 points" in text
    assert "as in Exercise 3.2" in text


@pytest.mark.slow
def test_an_exercise_on_the_page(built):
    text = page(built, "03-forward")
    start = text.index('id="ex-layer"')
    block = unescape(re.sub("<[^>]+>", "", text[start : text.index("What it does", start)]))
    parts = ["Exercise 3.2", "A layer", "6 points", "into a class", "YOUR CODE HERE", "Hint 1 of 3"]
    assert [block.index(part) for part in parts] == sorted(block.index(part) for part in parts)
    assert text.count('<details class="hint">') == 6
    assert "In your own words" in text
    assert "Answer in the notebook. Graded by hand: 5 points." in text


@pytest.mark.slow
def test_references_run_and_never_show(built):
    for name in ("03-forward", "07-later"):
        text = page(built, name)
        assert "solution:" not in text
        assert 'from</span> <span class="nn">solutions' not in text
        assert "ch03_forward" not in text
        assert "reference-answer" not in text
    assert "[2. 2.]" in page(built, "03-forward")  # a demo ran on the reference


@pytest.mark.slow
def test_ids_are_unique_on_every_page(built):
    for path in (built / "out/_build/html").glob("*.html"):
        ids = Counter(re.findall(r'\sid="([^"]+)"', path.read_text("utf-8")))
        assert [key for key, count in ids.items() if count > 1] == [], path.name


@pytest.mark.slow
def test_the_reference_shows_with_solutions_alone(tmp_path):
    text = page(build(tmp_path / "course", solutions=True), "07-later")
    assert text.count("<summary>Reference answer</summary>") == 2
