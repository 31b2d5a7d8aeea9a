"""The doctor accepts a whole jail, and refuses one with a rule missing."""

import io

import pytest
from rich.console import Console
from sandbox_support import usable_levels

from autograder.sandbox import Process, advice, doctor, probes, view
from autograder.sandbox.bait import bait
from autograder.sandbox.doctor import ProbeResult, Report
from autograder.sandbox.jail import syscalls

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
CASES = [(level, rule) for level in usable_levels() for rule in RULES]
CASES += [("namespaces", rule) for rule in OF_NAMESPACES]
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
    def broken(library):
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
