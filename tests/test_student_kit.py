"""The zip that students start from: it is whole, it works, and it holds no answer."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dropout_course import course, exercises

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kit")
    made = runpy.run_path(str(ROOT / "packaging" / "student_kit.py"))["main"](folder / "kit.zip")
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder)
    return folder / "dropout-course"


def test_it_holds_every_notebook_as_it_is_released(kit):
    notebooks = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    assert len(notebooks) == len(course.chapters())
    for path in notebooks:
        assert (kit / "notebooks" / path.name).read_bytes() == path.read_bytes()


def test_what_the_files_name_is_there(kit):
    (wheel,) = re.findall(r"(?m)^\./(\S+)$", (kit / "requirements.txt").read_text())
    assert (kit / wheel).is_file()
    start = (kit / "START.md").read_text()
    for name in re.findall(r"requirements[\w-]*\.txt", start):
        assert (kit / name).is_file(), name
    torch = [n for n, chapter in course.chapters().items() if chapter["library"] == "torch"]
    assert torch
    assert f"Chapters {' and '.join(torch)} use torch" in start


def test_it_holds_no_answer(kit):
    names = [path.relative_to(kit).as_posix() for path in kit.rglob("*") if path.is_file()]
    wheel = next(kit.glob("*.whl"))
    names += zipfile.ZipFile(wheel).namelist()
    assert not [n for n in names if re.search(r"solutions|autograder|hidden|tests/|/key", n)]


def test_check_runs_from_what_is_in_it_alone(kit):
    exercise = next(iter(course.exercises().values()))
    wheel = next(kit.glob("*.whl"))
    program = (
        f"import sys; sys.path[:0] = [{str(wheel)!r}]\n"
        "import dropout_course; from dropout_course import check\n"
        f"print(dropout_course.__file__); print(check({exercise.id!r}))"
    )
    # -P and an empty PYTHONPATH: not the package of this checkout
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=kit, env={"PYTHONPATH": ""}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(wheel) in done.stdout
    assert f"0 of {len(exercises.visible_laws(exercise))} laws" in done.stdout
