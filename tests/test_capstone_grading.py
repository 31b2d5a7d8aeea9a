"""Capstones in the jail: what is mended counts, and nothing else does."""

import json
from dataclasses import replace

import numpy as np
import pytest
from capstone_handed import run_grade, written

from autograder.capstone.drawing import drawn, planted
from autograder.capstone.grading import LIMITS, CapstoneResult, Grader
from autograder.capstone.handed import read
from autograder.capstone.playing import play, scene_of
from autograder.referee.inputs import attempt_hash, exercise_seed
from autograder.referee.sandboxes import starter
from autograder.root import course_root
from autograder.sandbox import JailError

STUDENT, KEY = "ada", b"a key of tests"
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


def bugs_of(folder, start, limits=LIMITS):
    """Grade part (a) alone."""
    handed = read(folder)
    bugs = Grader(start, KEY, limits).bugs(handed, STUDENT)
    return CapstoneResult(str(folder), STUDENT, bugs, problems=handed.problems)


def mended(result):
    return [name for name, said in result.bugs.items() if not said]


@pytest.mark.slow
def test_nothing_mended_earns_nothing_and_everything_earns_all(tmp_path, start):
    assert bugs_of(written(tmp_path / "a", planted(drawn(STUDENT))), start).mended == 0
    full = bugs_of(written(tmp_path / "b", planted([])), start)
    assert (full.mended, full.by_part["bugs"], full.problems) == (12, (40, 40), [])


@pytest.mark.slow
def test_each_mended_bug_counts_alone(tmp_path, start):
    bugs = drawn(STUDENT)
    result = bugs_of(written(tmp_path / "a", planted(bugs[4:])), start)
    assert mended(result) == [b.id for b in bugs[:4]]
    assert result.by_part["bugs"][0] == pytest.approx(40 * 4 / 9)


@pytest.mark.slow
def test_a_forger_earns_nothing(tmp_path, start):
    files = planted(drawn(STUDENT))
    files["__init__.py"] += FORGER
    assert bugs_of(written(tmp_path / "a", files), start).mended == 0


# Runs when a scene first imports the package: from then on every scene gives what was recorded.
REPLACER = """
import json, pathlib, sys
recorded = json.loads(pathlib.Path(__file__).with_name("recorded.py").read_text()[1:])
frame = sys._getframe()
while frame:
    for name in [name for name in frame.f_globals if name in recorded]:
        frame.f_globals[name] = lambda name=name, **inputs: recorded[name]
    frame = frame.f_back
"""


def forged(folder, answers):
    """Write a package in which nothing is mended and every scene gives a recorded answer."""
    files = planted(drawn(STUDENT))
    files["__init__.py"] += REPLACER
    files["recorded.py"] = "#" + json.dumps(answers)
    return written(folder, files)


def recorded(seed_of):
    plain = {}
    for bug in drawn(STUDENT):
        if scene_of(bug) != "ask":
            plain[bug.scene] = np.asarray(play(bug, seed_of(bug))).tolist()
    return plain


@pytest.mark.slow
@pytest.mark.parametrize("value", [0, 1, [], 0.75])
def test_scenes_that_give_constants_earn_nothing(tmp_path, start, value):
    answers = dict.fromkeys(recorded(lambda bug: 1), value)
    assert bugs_of(forged(tmp_path / "a", answers), start).mended == 0


@pytest.mark.slow
def test_scenes_that_give_what_another_run_gave_earn_nothing(tmp_path, start):
    def other(bug):
        return exercise_seed(b"another key", "bo", bug.id, b"")

    assert bugs_of(forged(tmp_path / "a", recorded(other)), start).mended == 0


@pytest.mark.slow
def test_the_forger_does_replace_scenes(tmp_path, start, monkeypatch):
    """If the inputs were known, it would earn points: the two tests above test something."""

    def known(bug):
        return exercise_seed(b"", "", bug.id, b"")

    from autograder.capstone import grading

    monkeypatch.setattr(grading, "exercise_seed", lambda k, s, e, a: exercise_seed(b"", "", e, b""))
    folder = forged(tmp_path / "a", recorded(known))
    assert bugs_of(folder, start).mended > 5


def test_inputs_change_with_the_key_and_with_what_is_handed_in():
    seeds = {
        exercise_seed(key, STUDENT, "no-scaling", attempt_hash([], files))
        for key in (b"a", b"b")
        for files in ({}, {"layers.py": b""})
    }
    assert len(seeds) == 4


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
    result = bugs_of(written(tmp_path / "a", files), start, limits)
    assert [name for name, said in result.bugs.items() if said] == [bug.id]


@pytest.mark.slow
def test_a_missing_module_costs_what_needs_it(tmp_path, start):
    files = planted([])
    del files["uncertainty.py"]
    result = bugs_of(written(tmp_path / "a", files), start)
    lost = {name for name, said in result.bugs.items() if said}
    assert lost == {b.id for b in drawn(STUDENT) if b.file == "uncertainty.py"}
    assert result.problems == ["uncertainty.py is missing: what needs it earns nothing."]


@pytest.mark.slow
def test_an_added_module_can_be_imported_in_the_jail(tmp_path, start):
    files = planted([]) | {"rates.py": "def keep(p):\n    return 1.0 - p\n"}
    files["layers.py"] = files["layers.py"].replace("(1.0 - self.p)", "keep(self.p)")
    files["layers.py"] = files["layers.py"].replace(
        "import numpy as np\n", "import numpy as np\n\nfrom .rates import keep\n", 1
    )
    assert bugs_of(written(tmp_path / "a", files), start).mended == 12


@pytest.mark.slow
def test_a_scene_that_cant_be_judged_is_a_failure_of_ours(tmp_path, monkeypatch, start):
    from autograder.capstone import grading

    def fail(*given):
        raise ZeroDivisionError("a judge of ours")

    monkeypatch.setattr(grading, "is_right", fail)
    folder = written(tmp_path / "ada", planted([]))
    told = run_grade(monkeypatch, start, folder, "--json")
    assert told.exit_code == 2
    assert "points" not in json.loads(told.stdout)[0]
