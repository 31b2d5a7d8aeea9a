"""What `autograder check` says of the visible laws is what `autograder grade` says of them.

Over every idiom, every known mistake and the messy notebooks: in the sandbox of grading, and in
the process that stands in where there is none.
"""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from answers import ROOT, chapters, count, notebook
from messy import messy
from messy_cells import CELLS

from autograder import single
from autograder.referee import Config, sandboxes
from autograder.sandbox import JailError, open_sandbox

pytestmark = pytest.mark.slow

# All of them take an hour: by default the first mistake of each exercise, one chapter's idioms, and
# a few of the messy ones.
ALL = "AGREE" in os.environ
KINDS = [
    (kind, chapter, number)
    for kind in ("idioms", "mistakes")
    for chapter in chapters()
    if ALL or kind == "mistakes" or chapter == "03"
    for number in range(count(kind, chapter) if ALL else min(1, count(kind, chapter)))
]
TRAIN = () if ALL else ("fit_concrete_p",)  # for seconds in each law: left as they were released
COLD = ("03",)  # chapters that are checked without a sandbox too: that takes longer
SOME = ["from my_helpers import f", "TkAgg"]


def hand_in(folder: Path, name: str, made, files) -> Path:
    for place, data in files.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    nbformat.write(made, folder / name)
    return folder / name


def visible(told: single.FileResult) -> dict[str, bool]:
    """Say which visible laws hold."""
    return {
        f"{exercise.id}: {law['name']}": law["passed"]
        for exercise in told.exercises
        for law in exercise.to_json()["laws"]
        if law["visible"]
    }


def without_a_sandbox(path: Path, monkeypatch: pytest.MonkeyPatch) -> single.FileResult:
    """Check a file as on a machine that has no sandbox."""

    def open_unconfined(level, *args, **options):
        if level != "unsafe":
            raise JailError("no safe sandbox on this machine")
        return open_sandbox(level, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(sandboxes, "_open", {})
        patch.setattr(sandboxes, "open_sandbox", open_unconfined)
        return single.check_file(path, ROOT)


def compare(path: Path, monkeypatch: pytest.MonkeyPatch, cold: bool = True) -> dict[str, bool]:
    """Have all agree; give what they say."""
    config = Config(b"a key", state=ROOT / ".autograder")
    graded = visible(single.grade_file(path, ROOT, config))
    assert visible(single.check_file(path, ROOT)) == graded
    if cold:
        assert visible(without_a_sandbox(path, monkeypatch)) == graded
    assert graded
    return graded


@pytest.mark.parametrize(("kind", "chapter", "number"), KINDS)
def test_idioms_and_mistakes(tmp_path, monkeypatch, kind, chapter, number):
    path = hand_in(tmp_path, "mine.ipynb", *notebook(kind, chapter, number, TRAIN))
    laws = compare(path, monkeypatch, ALL or chapter in COLD)
    wrong = {law.partition(":")[0] for law, holds in laws.items() if not holds}
    if kind == "idioms":
        assert not wrong
    else:  # each is wrong, and each was reached: a notebook whose imports fail proves nothing
        assert wrong == {law.partition(":")[0] for law in laws}
        assert any(laws.values())


@pytest.mark.parametrize("name", CELLS if ALL else SOME)
def test_messy_notebooks(tmp_path, monkeypatch, name):
    path = hand_in(tmp_path, "03-dropout-forward.ipynb", *messy(CELLS[name]))
    assert all(compare(path, monkeypatch).values())


USES = "import torch\n\ndef draw_mask(*args):\n    return torch.rand(3) > 0.5"


def test_what_torch_in_a_numpy_chapter_says_is_the_same(tmp_path, monkeypatch):
    made, files = messy(CELLS["TkAgg"])
    next(c for c in made.cells if c.id == "draw_mask").source = USES
    path = hand_in(tmp_path, "03-dropout-forward.ipynb", made, files)
    laws = compare(path, monkeypatch)
    assert {law.partition(":")[0] for law, holds in laws.items() if not holds} == {"draw_mask"}
    for told in (single.check_file(path, ROOT), without_a_sandbox(path, monkeypatch)):
        (said,) = [e.message for e in told.exercises if e.id == "draw_mask"]
        assert "write what torch.rand does with NumPy" in said
