"""Tries every forbidden thing inside a jail, and accepts the jail if each of them fails.

What a kernel allows depends on its version, its settings and the container around it. So a level
is used on a machine only after it has been tried there. The result is kept for that machine,
kernel, user and version of our own code.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from autograder.sandbox import probes, view
from autograder.sandbox.bait import bait
from autograder.sandbox.jail import syscalls
from autograder.sandbox.jail.limits import Limits
from autograder.sandbox.jailed import Jailed
from autograder.sandbox.probes import Probe
from autograder.sandbox.refusal import JailError, ShortageError, refusal
from autograder.sandbox.runner import Stopped
from autograder.sandbox.warm_client import Warm

STATE = Path(".autograder")
SECONDS = 0.4  # of the processor, for a probe that may be ended
GENTLE_SECONDS = 30.0


_DEAF = "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"


@dataclass(frozen=True)
class ProbeResult:
    """What came of one probe.

    Attributes
    ----------
    name : str
    must : str
        ``deny`` or ``work``.
    got : str
        ``open``, ``denied``, ``ended`` or ``failed``.
    ok : bool
    detail : str
        What was raised.
    """

    name: str
    must: str
    got: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True)
class Report:
    """What came of all probes in one level."""

    level: str
    library: str
    results: list[ProbeResult]

    @property
    def accepted(self) -> bool:
        """Whether the level may be used on this machine."""
        return bool(self.results) and all(result.ok for result in self.results)

    @property
    def failures(self) -> list[ProbeResult]:
        """The probes that went wrong."""
        return [result for result in self.results if not result.ok]


def examine(level: str, library: str = "numpy", without: Iterable[str] = ()) -> Report:
    """Try a level on this machine; takes seconds.

    Parameters
    ----------
    level
        ``namespaces`` or ``landlock``.
    library
        ``numpy`` or ``torch``.
    without
        Rules to leave out, for tests: the report then has failures.

    Raises
    ------
    ShortageError
        The machine is short of processes, memory or disk; that is no verdict on the level.
    """
    if not syscalls.supported():
        problem = f"{platform.system()} on {platform.machine()}: only Linux on x86-64 is supported"
        return Report(level, library, [ProbeResult("set up", "work", "failed", False, problem)])
    wanted = [
        probe
        for probe in probes.ALL
        if probe.level in ("", level) and probe.library in ("", library)
    ]
    readable = view.readable(library)
    try:
        with (
            bait(readable, level) as facts,
            Warm(level, library, Limits(), without) as warm,
        ):
            results = list(_try_all(warm, wanted, facts))
    except (JailError, OSError) as error:
        if isinstance(error, OSError):
            error = refusal("the doctor can't set up what it tries to reach", str(error))
        if isinstance(error, ShortageError):
            raise error from None
        results = [ProbeResult("set up", "work", "failed", False, str(error))]
    return Report(level, library, results)


def _try_all(warm: Warm, wanted: list[Probe], facts: dict[str, Any]) -> Iterator[ProbeResult]:
    for may_end, some in groupby(wanted, lambda probe: probe.may_end):
        if may_end:
            for probe in some:
                with _ready(warm, facts) as jailed:
                    yield attempt(jailed, probe)
        else:
            jailed = _ready(warm, facts)
            for probe in some:
                yield (result := attempt(jailed, probe))
                if result.got == "ended":
                    jailed = _ready(warm, facts)
            jailed.close()


def _ready(warm: Warm, facts: dict[str, Any]) -> Jailed:
    jailed = warm.start()
    prepare(jailed, facts)
    return jailed


def prepare(runner: Any, facts: dict[str, Any]) -> None:
    """Define in a process what the probes need."""
    error = runner.cell(f"{probes.PRELUDE}\nbait = {facts!r}", GENTLE_SECONDS)["error"]
    if error:
        raise JailError(f"the doctor's own set-up failed in the jail: {error['message']}")


def attempt(runner: Any, probe: Probe) -> ProbeResult:
    """Run one probe in a prepared process.

    A probe that may end the process heeds no interrupt, which is a courtesy to honest cells: what
    is tried is whether the process is ended from outside.
    """
    source = f"{_DEAF}{probe.source}" if probe.may_end else probe.source
    try:
        reply = runner.cell(source, SECONDS if probe.may_end else GENTLE_SECONDS)
    except Stopped as stopped:
        ok = probe.must == "deny" and probe.may_end
        return ProbeResult(probe.name, probe.must, "ended", ok, str(stopped))
    error = reply["error"]
    if error is None:
        return ProbeResult(probe.name, probe.must, "open", probe.must == "work")
    detail = f"{error['kinds'][0]}: {error['message']}"
    denied = bool(probes.DENIALS & set(error["kinds"]))
    ok = probe.must == "deny" and denied
    return ProbeResult(probe.name, probe.must, "denied" if denied else "failed", ok, detail)


# --- what is kept ---------------------------------------------------------------------------


def fingerprint() -> str:
    """Identify the machine since it was started, the user, the libraries and our own code."""
    digest = hashlib.sha256()
    here = Path(__file__).resolve().parent
    ours = [*here.glob("*.py"), *here.glob("jail/*.py")]
    inside = Path(view.boot.course_package()) / "engine" / "inside"
    for path in sorted([*ours, *inside.glob("*.py")]):
        digest.update(path.read_bytes())
    boot_id = Path("/proc/sys/kernel/random/boot_id")
    facts = [*platform.uname(), str(os.getuid()), sys.prefix, sys.version]
    facts += [os.readlink(f"/proc/self/ns/{kind}") for kind in ("user", "mnt")]
    facts.append(boot_id.read_text() if boot_id.exists() else "")
    digest.update("\0".join(facts).encode())
    return digest.hexdigest()


def recorded(level: str, library: str, state: Path = STATE) -> bool | None:
    """Say whether a level was accepted or refused here; None if it has not been tried."""
    return _record(state).get(f"{level}, {library}")


def accepted(level: str, library: str = "numpy", state: Path = STATE) -> bool:
    """Say whether a level has passed on this machine."""
    return recorded(level, library, state) is True


def keep(report: Report, state: Path = STATE) -> None:
    """Keep a report's verdict in ``doctor.json``."""
    levels = {**_record(state), f"{report.level}, {report.library}": report.accepted}
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = state / f"doctor.{os.getpid()}"
    new.write_text(json.dumps({"fingerprint": fingerprint(), "accepted": levels}, indent=1))
    new.replace(state / "doctor.json")  # at once: workers may read it


def _record(state: Path) -> dict[str, bool]:
    try:
        kept = json.loads((state / "doctor.json").read_text())
        return dict(kept["accepted"]) if kept["fingerprint"] == fingerprint() else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
