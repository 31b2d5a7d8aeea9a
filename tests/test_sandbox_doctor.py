"""The doctor accepts a whole jail, and refuses one with a rule missing."""

import io
import os

import pytest
from rich.console import Console
from sandbox_support import (
    ROOT,
    Warm,
    open_folder,
    ordinary_python,
    run_as,
    usable_levels,
)

from autograder.sandbox import Process, advice, doctor, probes, view
from autograder.sandbox.bait import bait
from autograder.sandbox.doctor import ProbeResult, Report
from autograder.sandbox.jail import syscalls, users

pytestmark = pytest.mark.slow

# A rule, and probes that only this rule answers.
RULES = {
    "landlock": ["make a pipe file"],
    "seccomp": ["netlink", "message queue", "file in memory", "fork", "outlive the supervisor"],
    "memory": ["much memory", "much shared memory"],
    "file": ["huge file"],
    "tasks": ["many threads"],
    "descriptors": ["many descriptors"],
    "core": ["limits are set"],
    "cpu": ["limits are set"],
    "close": ["no descriptors left open"],
}
OF_NAMESPACES = {kind: [f"own {kind} namespace"] for kind in ("pid", "net", "ipc", "uts")}
OF_NAMESPACES |= {"pivot": ["read the references", "read the key"], "user": ["no capabilities"]}
BY_NAME = {probe.name: probe for probe in probes.ALL}
AS_ROOT = os.getuid() == 0 and "landlock" in usable_levels()
CASES = [(level, rule) for level in usable_levels() for rule in RULES]
CASES += [("namespaces", rule) for rule in OF_NAMESPACES]
if AS_ROOT:
    CASES += [("landlock", "user")]
FAST = ("landlock", "seccomp", "pivot")  # each needs a warm process of its own: seconds
CASES = [pytest.param(*case, marks=[] if case[1] in FAST else pytest.mark.slow) for case in CASES]


def examine_alone(monkeypatch, names, level, without=()):
    monkeypatch.setattr(probes, "ALL", [BY_NAME[name] for name in names])
    return doctor.examine(level, without=without)


@pytest.mark.parametrize(("level", "rule"), CASES)
def test_a_missing_rule_is_noticed(monkeypatch, level, rule):
    names = {**RULES, **OF_NAMESPACES}[rule]
    report = examine_alone(monkeypatch, names, level, [rule])
    assert not report.accepted
    assert report.failures


@pytest.mark.parametrize("level", usable_levels())
def test_with_all_rules_the_same_probes_are_answered(monkeypatch, level):
    names = [name for some in RULES.values() for name in some]
    if level == "namespaces":
        names += [name for some in OF_NAMESPACES.values() for name in some]
    ordered = sorted(dict.fromkeys(names), key=lambda name: BY_NAME[name].may_end)
    report = examine_alone(monkeypatch, ordered, level)
    assert report.accepted, report.failures


# What a capability over the modes of files could open, and the rule that keeps it shut.
OVER_MODES = {
    "landlock": [
        "read a private file",
        "read it from its folder",
        "read it through a descriptor",
        "read the passwords",
        "link a descriptor",
    ],
    "seccomp": ["file handles", "open by a handle", "read an attribute"],
}


@pytest.fixture
def private_library(monkeypatch):
    """Among the libraries is a folder that only root may enter."""
    with open_folder() as folder:
        (folder / "library").mkdir(mode=0o700)
        (folder / "library" / "file").write_text("x")
        listed = [*view.readable("numpy"), str(folder / "library")]
        monkeypatch.setattr(view, "readable", lambda *_: listed)
        yield folder / "library"


if AS_ROOT:

    @pytest.mark.parametrize("rule", OVER_MODES)
    def test_what_a_capability_opens_is_noticed(monkeypatch, private_library, rule):
        report = examine_alone(monkeypatch, OVER_MODES[rule], "landlock", [rule])
        assert [result.got for result in report.results] == ["open"] * len(OVER_MODES[rule])

    def test_a_capability_over_modes_is_kept_where_it_is_needed(private_library):
        with Warm("landlock") as warm, warm.start() as runner:
            assert capabilities(runner) == ["4", "4", "0", "0", "0"]
            path = private_library / "file"
            assert runner.cell(f"open({str(path)!r}).read()", 20)["error"] is None
            assert runner.cell(f"open({str(path)!r}, 'w')", 20)["error"] is not None

    def test_no_capability_is_kept_where_all_may_read():
        if not ordinary_python():
            pytest.skip("no Python with our libraries that every user may run")
        shown = run_as(0, ["-c", LOOK], first=str(ROOT / "tests"), python=ordinary_python())
        assert shown.split() == ["0"] * 4

    def test_who_may_read(tmp_path):
        assert users.all_may_read(["/usr/lib", "/etc/passwd"])
        tmp_path.chmod(0o700)
        (tmp_path / "file").write_text("x")
        assert not users.all_may_read(["/usr/lib", str(tmp_path / "file")])


LOOK = """
from test_sandbox_doctor import capabilities
from autograder.sandbox.warm_client import Warm
with Warm("landlock") as warm, warm.start() as runner:
    print(*capabilities(runner)[:4])
"""


def capabilities(runner):
    names = ("CapEff", "CapPrm", "CapInh", "CapAmb", "CapBnd")
    source = "lines = dict(line.split(':') for line in open('/proc/self/status'))\n"
    source += f"print(*(int(lines[name], 16) for name in {names}))"
    return runner.cell(source, 20)["outputs"][0]["text"].split()


@pytest.mark.slow
@pytest.mark.parametrize("library", ["numpy", "torch"])
@pytest.mark.parametrize("level", usable_levels())
def test_a_whole_jail_is_accepted(level, library):
    if library == "torch":
        pytest.importorskip("torch")
    report = doctor.examine(level, library)
    assert report.accepted, report.failures


def test_most_probes_get_through_where_there_is_no_jail():
    # A probe that fails anywhere would prove nothing.
    harmless = ("read", "list", "write", "make", "tcp", "udp", "listen", "unix", "abstract")
    harmless += ("signal the grader", "hold", "datagram", "netlink", "change a mode", "file in")
    with bait([]) as facts, Process() as runner:
        doctor.prepare(runner, facts)
        got = {
            probe.name: doctor.attempt(runner, probe).got
            for probe in probes.GENTLE
            if probe.must == "deny" and probe.name.startswith(harmless)
        }
    denied = {name for name, how in got.items() if how != "open"}
    # The user's own rights deny some of these, or the machine has no such file.
    allowed = {"read the passwords", "read the memory of another", "write a library", "write usr"}
    allowed |= {"read the environment of the first"}
    allowed |= {"read the environment of the grader", "make a device", "write shared memory"}
    assert len(got) > 20
    assert denied <= allowed


def test_a_slip_in_a_probe_is_no_denial():
    with Process() as runner:
        result = doctor.attempt(runner, probes.Probe("typo", "deny", "no_such_name"))
    assert (result.got, result.ok) == ("failed", False)


def test_what_must_work_must_not_raise():
    with Process() as runner:
        works = doctor.attempt(runner, probes.Probe("numpy", "work", "1 + 1"))
        fails = doctor.attempt(runner, probes.Probe("numpy", "work", "open('nothing')"))
        open_door = doctor.attempt(runner, probes.Probe("numpy", "deny", "1 + 1"))
    assert (works.ok, fails.ok, open_door.ok) == (True, False, False)


def test_another_processor_is_refused(monkeypatch):
    monkeypatch.setattr(syscalls.platform, "machine", lambda: "aarch64")
    report = doctor.examine("landlock")
    assert not report.accepted
    assert "x86-64" in advice.what_to_do(report)[0]


def test_a_jail_without_a_rule_that_sets_it_up_is_refused(monkeypatch):
    def broken(library, chapter=""):
        return ["/nowhere/at/all"]

    monkeypatch.setattr(view, "readable", broken)
    report = doctor.examine("landlock")
    assert not report.accepted
    assert report.results[0].name == "set up"


def test_the_verdict_is_kept_for_this_machine(tmp_path, monkeypatch):
    good = Report("landlock", "numpy", [ProbeResult("x", "deny", "denied", True)])
    bad = Report("namespaces", "numpy", [ProbeResult("x", "deny", "open", False)])
    assert doctor.recorded("landlock", "numpy", tmp_path) is None
    doctor.keep(good, tmp_path)
    doctor.keep(bad, tmp_path)
    assert doctor.accepted("landlock", "numpy", tmp_path)
    assert doctor.recorded("namespaces", "numpy", tmp_path) is False
    assert not doctor.accepted("landlock", "torch", tmp_path)
    monkeypatch.setattr(doctor, "fingerprint", lambda: "another machine")
    assert not doctor.accepted("landlock", "numpy", tmp_path)


def test_a_damaged_record_is_no_acceptance(tmp_path):
    (tmp_path / "doctor.json").write_text("[1, 2")
    assert not doctor.accepted("landlock", "numpy", tmp_path)


def test_an_empty_report_is_no_acceptance():
    assert not Report("landlock", "numpy", []).accepted


def test_the_table_says_what_to_do():
    sink = io.StringIO()
    results = [ProbeResult("read the key", "deny", "open", False, "")]
    advice.show(Report("landlock", "numpy", results), Console(file=sink, width=120))
    shown = sink.getvalue()
    assert "refused" in shown
    assert "does not hold here: read the key" in shown
    assert "--unsafe" in shown
