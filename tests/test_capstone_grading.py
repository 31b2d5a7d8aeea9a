"""Capstones in the jail: what is mended counts, and nothing else does."""

import zipfile
from dataclasses import replace

import pytest

from autograder.capstone.drawing import drawn, planted
from autograder.capstone.grading import LIMITS, grade_hand_in
from autograder.capstone.handed import read
from autograder.referee.sandboxes import starter
from autograder.root import course_root
from autograder.sandbox import JailError

STUDENT = "ada"
FORGER = """
import sys, types
print('{"ok": true}', "40 of 40 points")
class Yes:
    def __eq__(self, other): return True
    def __array__(self, *a, **k): raise SystemExit(0)
try:
    from autograder.capstone import bugs
except ImportError:
    bugs = None
main = sys.modules["__main__"]
for frame in [sys._getframe(i) for i in range(1, 6)]:
    for name in list(frame.f_globals):
        if name.startswith(("agree", "play", "expected")):
            frame.f_globals[name] = lambda *a, **k: True
"""


@pytest.fixture(scope="module")
def start():
    try:
        return starter("auto", "13-capstone", course_root() / ".autograder")
    except JailError as error:
        pytest.skip(str(error))


def written(folder, files):
    (folder / "dropnet").mkdir(parents=True)
    for name, text in files.items():
        (folder / "dropnet" / name).write_text(text, "utf-8")
    return folder


@pytest.mark.slow
def test_nothing_mended_earns_nothing_and_everything_earns_all(tmp_path, start):
    assert (
        grade_hand_in(written(tmp_path / "a", planted(drawn(STUDENT))), STUDENT, start).mended == 0
    )
    full = grade_hand_in(written(tmp_path / "b", planted([])), STUDENT, start)
    assert (full.mended, full.points, full.problems) == (12, 40, [])


@pytest.mark.slow
def test_each_mended_bug_counts_alone(tmp_path, start):
    bugs = drawn(STUDENT)
    result = grade_hand_in(written(tmp_path / "a", planted(bugs[4:])), STUDENT, start)
    assert [name for name, said in result.bugs.items() if not said] == [b.id for b in bugs[:4]]
    assert result.points == pytest.approx(40 * 4 / 9)


@pytest.mark.slow
def test_a_forger_earns_nothing(tmp_path, start):
    files = planted(drawn(STUDENT))
    files["__init__.py"] += FORGER
    assert grade_hand_in(written(tmp_path / "a", files), STUDENT, start).mended == 0


@pytest.mark.slow
def test_a_loop_without_an_end_costs_its_bug_alone(tmp_path, start):
    files = planted([])
    bug = next(b for b in drawn(STUDENT) if b.id == "adam-off-by-one")
    files["optim.py"] = files["optim.py"].replace(
        "        first = self.first.get",
        "        while name == '0.bias' and grad.any():\n            pass\n"
        "        first = self.first.get",
    )
    limits = replace(LIMITS, calls_seconds=3.0)
    result = grade_hand_in(written(tmp_path / "a", files), STUDENT, start, limits)
    assert [name for name, said in result.bugs.items() if said] == [bug.id]


@pytest.mark.slow
def test_a_missing_module_costs_what_needs_it(tmp_path, start):
    files = planted([])
    del files["uncertainty.py"]
    result = grade_hand_in(written(tmp_path / "a", files), STUDENT, start)
    lost = {name for name, said in result.bugs.items() if said}
    assert lost == {b.id for b in drawn(STUDENT) if b.file == "uncertainty.py"}
    assert result.problems == ["uncertainty.py is missing: what needs it earns nothing."]


def test_a_zip_and_moved_modules_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
        for name, text in planted([]).items():
            place = "ada/layers.py" if name == "layers.py" else f"ada/dropnet/{name}"
            archive.writestr(place, text)
    told = read(tmp_path / "ada.zip")
    assert set(told.files) == set(planted([]))
    assert told.problems == ["layers.py is not in dropnet/: taken from ada/layers.py."]


def test_what_is_no_hand_in_gets_a_sentence(tmp_path):
    (tmp_path / "ada.zip").write_bytes(b"no zip")
    for path in (tmp_path / "ada.zip", tmp_path / "nobody"):
        assert "can't be read" in read(path).problems[0]


def test_links_are_not_followed(tmp_path):
    folder = written(tmp_path / "a", planted([]))
    (folder / "dropnet" / "layers.py").unlink()
    (folder / "dropnet" / "layers.py").symlink_to("/etc/passwd")
    assert "layers.py is missing: what needs it earns nothing." in read(folder).problems
