"""What `make notebooks` writes, and what it leaves alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.authoring import chromium
from autograder.authoring.__main__ import main
from autograder.authoring.build import WorkInPlaceError, build_notebooks
from autograder.authoring.derive import dumps
from autograder.authoring.errors import SourceErrors
from autograder.authoring.source import chapter_paths

REPOSITORY = Path(__file__).parents[1]
FIXTURE = Path(__file__).parent / "fixtures" / "authoring"
NOTEBOOK = Path("notebooks/03-forward.ipynb")
REGISTRY = Path("dropout_course/exercises.json")
SYMPTOMS = Path("dropout_course/exercises/symptoms.json")


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(FIXTURE, tmp_path / "course"))


def test_a_build_writes_once(root):
    written = build_notebooks(root)
    assert [path.relative_to(root) for path in written] == [
        NOTEBOOK,
        Path("notebooks/07-later.ipynb"),
        REGISTRY,
        SYMPTOMS,
    ]
    assert build_notebooks(root) == []
    assert build_notebooks(root, check=True) == []


def test_a_check_reports_differences_and_writes_nothing(root):
    build_notebooks(root)
    (root / REGISTRY).write_text("{}")
    (root / "notebooks/05-gone.ipynb").write_text("{}")
    assert [path.name for path in build_notebooks(root, check=True)] == [
        "exercises.json",
        "05-gone.ipynb",
    ]
    assert (root / REGISTRY).read_text() == "{}"


def test_a_picture_that_lags_behind_its_svg_is_noticed(root):
    svg = root / "book/_static/net.svg"
    svg.write_text(svg.read_text().replace('r="3"', 'r="4"'))
    with pytest.raises(SourceErrors, match=r"book/03-forward.md:\d+: net.svg has no current pict"):
        build_notebooks(root, check=True)


@pytest.mark.slow
@pytest.mark.skipif(chromium.path_of() is None, reason="Chromium draws the pictures")
def test_a_build_draws_the_pictures_that_are_missing(root):
    for path in root.glob("notebooks/images/*.png"):
        path.unlink()
    written = build_notebooks(root)
    assert {path.name for path in written} >= {"net.png", "dropout-network.png"}
    assert build_notebooks(root, check=True) == []


def test_answers_are_never_overwritten(root):
    build_notebooks(root)
    own = nbformat.read(root / NOTEBOOK, as_version=4)
    next(c for c in own.cells if c.id == "scale").source = "scale = 1"
    (root / NOTEBOOK).write_text(dumps(own))
    with pytest.raises(WorkInPlaceError, match=r"notebooks/03-forward.ipynb holds answers"):
        build_notebooks(root)
    assert "scale = 1" in (root / NOTEBOOK).read_text()


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_the_hash_seed(root):
    outputs = []
    for seed in ("0", "1"):
        for path in root.glob("notebooks/*.ipynb"):
            path.unlink()
        subprocess.run(
            [sys.executable, "-m", "autograder.authoring"],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
        outputs.append([path.read_bytes() for path in sorted(root.glob("notebooks/*.ipynb"))])
    assert len(outputs[0]) == 2
    assert outputs[0] == outputs[1]


def test_the_command_says_what_it_did(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    assert main(["--check"]) == 1
    assert "differs notebooks/03-forward.ipynb" in capsys.readouterr().out
    assert main([]) == 0
    assert "wrote notebooks/03-forward.ipynb" in capsys.readouterr().out
    assert main(["--check"]) == 0
    (root / "book/07-later.md").write_text("no title")
    assert main([]) == 1
    error = capsys.readouterr().err
    assert error.startswith("book/07-later.md:1: no title")
    assert error.endswith("1 to correct; no notebook was written.\n")


def test_the_command_wants_the_root_of_the_repository(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([]) == 1
    assert "run this in the root of the repository" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(not chapter_paths(REPOSITORY), reason="the book has no chapter yet")
def test_committed_notebooks_are_what_their_sources_say():
    """If this fails, run `make notebooks` and commit what it writes."""
    changed = build_notebooks(REPOSITORY, check=True)
    assert [str(path.relative_to(REPOSITORY)) for path in changed] == []
