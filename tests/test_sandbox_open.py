"""Opening a sandbox: the best level that was proved here, and never a bare one unasked."""

import io

import pytest
from rich.console import Console
from sandbox_support import LEVELS, usable_levels

from autograder.sandbox import JailError, Process, doctor, levels, open_sandbox
from autograder.sandbox.doctor import ProbeResult, Report


@pytest.fixture
def examined(monkeypatch):
    """Stands in for the doctor; gives what it was asked to examine."""
    asked = []
    verdicts = dict.fromkeys(LEVELS, True)

    def examine(level, library="numpy"):
        asked.append(level)
        got = "denied" if verdicts[level] else "open"
        return Report(level, library, [ProbeResult("read", "deny", got, verdicts[level])])

    monkeypatch.setattr(levels.doctor, "examine", examine)
    examine.asked, examine.verdicts = asked, verdicts
    return examine


def test_auto_takes_the_best_and_asks_once(examined, tmp_path):
    for _ in range(2):
        with open_sandbox(state=tmp_path) as sandbox:
            assert sandbox.level == "namespaces"
    assert examined.asked == ["namespaces"]


def test_auto_goes_on_to_the_next(examined, tmp_path):
    examined.verdicts["namespaces"] = False
    for _ in range(2):
        with open_sandbox(state=tmp_path) as sandbox:
            assert sandbox.level == "landlock"
    assert examined.asked == ["namespaces", "landlock"]


def test_nothing_safe_is_an_error_that_says_what_to_do(examined, tmp_path):
    examined.verdicts.update(namespaces=False, landlock=False)
    with pytest.raises(JailError, match="Landlock needs Linux"):
        open_sandbox(state=tmp_path)
    with pytest.raises(JailError, match="autograder doctor"):
        open_sandbox(state=tmp_path)


def test_a_level_asked_for_is_not_replaced(examined, tmp_path):
    examined.verdicts["landlock"] = False
    with pytest.raises(JailError):
        open_sandbox("landlock", state=tmp_path)
    assert examined.asked == ["landlock"]


def test_unsafe_only_when_asked_for(examined, tmp_path):
    with open_sandbox("unsafe", state=tmp_path) as sandbox:
        assert sandbox.level == "unsafe"
        assert sandbox.start.func is Process
    assert examined.asked == []


def test_an_unknown_level_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="namespaces"):
        open_sandbox("none", state=tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("level", usable_levels())
def test_it_runs_notebooks(level, tmp_path):
    doctor.keep(Report(level, "numpy", [ProbeResult("x", "deny", "denied", True)]), tmp_path)
    with open_sandbox(level, state=tmp_path) as sandbox, sandbox.start() as runner:
        assert runner.cell("print(1)", 20)["outputs"][0]["text"] == "1\n"


def test_diagnosing_tries_and_keeps_every_level(examined, tmp_path):
    examined.verdicts["namespaces"] = False
    sink = io.StringIO()
    reports = levels.diagnose(state=tmp_path, console=Console(file=sink))
    assert [report.accepted for report in reports] == [False, True]
    assert doctor.recorded("namespaces", "numpy", tmp_path) is False
    assert doctor.accepted("landlock", "numpy", tmp_path)
    assert "does not hold here: read" in sink.getvalue()
