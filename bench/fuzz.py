"""A million hostile messages for the trusted side of the wire; see `tests/fuzz.py`.

Processes of their own hear the messages, so that the growth of memory can be measured, and a
message that hangs or kills the one who hears it is noticed and named.
"""

from __future__ import annotations

import importlib
import json
import mmap
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.root import course_root

CASES = 1_000_000
GROWTH = 200  # MB of memory that hearing them may cost
HANG = 60.0  # seconds for one message, after which it counts as a hang
GLANCE = 0.2  # seconds between two looks at the processes
SHOWN = 20  # crashes that are kept from one process


@dataclass
class Tally:
    """What became of some messages.

    Attributes
    ----------
    counts : Counter
        By ``(kind of message, outcome)``.
    crashes : list of str
        One line for each message that was neither heard nor refused, with its seed.
    slowest : dict
        By kind of message: seconds and seed of the slowest.
    growth : float
        MB by which the largest process grew.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)
    slowest: dict[str, tuple[float, int]] = field(default_factory=dict)
    growth: float = 0.0

    def add(self, other: Tally) -> None:
        """Add what another process has told."""
        self.counts += other.counts
        self.crashes += other.crashes
        self.growth = max(self.growth, other.growth)
        for kind, case in other.slowest.items():
            self.slowest[kind] = max(case, self.slowest.get(kind, case))

    def total(self, *outcomes: str) -> int:
        """Count the messages of some outcomes, or all."""
        return sum(n for (_, what), n in self.counts.items() if what in outcomes or not outcomes)


# --- inside a process --------------------------------------------------------------------------


def _generator() -> ModuleType:
    tests = str(course_root() / "tests")
    if tests not in sys.path:
        sys.path.insert(0, tests)
    return importlib.import_module("fuzz")


def _peak() -> float:
    """Give the largest memory that this process has had, in MB."""
    text = Path("/proc/self/status").read_text()
    return int(text.partition("VmHWM:")[2].split()[0]) / 1024


def hear_all(seeds: range, note: Any) -> Tally:
    """Hear the messages of some seeds; `note` is told each seed before its message is heard."""
    fuzz = _generator()
    for message in fuzz.VALID:  # what is made once is no growth
        fuzz.hear(message)
    tally, begin = Tally(), _peak()
    for seed in seeds:
        note(seed)
        kind, data = fuzz.message(seed)
        start = time.perf_counter()
        try:
            accepted, answer = fuzz.hear(data)
            outcomes = ["accepted" if accepted else "refused", answer]
        except Exception as error:
            outcomes = ["crashed"]
            if len(tally.crashes) < SHOWN:
                tally.crashes.append(f"seed {seed} ({kind}): {type(error).__name__}: {error}")
        case = (time.perf_counter() - start, seed)
        tally.slowest[kind] = max(case, tally.slowest.get(kind, case))
        tally.counts.update((kind, outcome) for outcome in outcomes)
    tally.growth = _peak() - begin
    return tally


def _main(seeds: range, place: str) -> None:
    with open(place, "r+b") as file, mmap.mmap(file.fileno(), 8) as now:

        def note(seed: int) -> None:
            now[:] = seed.to_bytes(8, "little")

        tally = hear_all(seeds, note)
    counts = [[kind, outcome, n] for (kind, outcome), n in tally.counts.items()]
    print(json.dumps({**vars(tally), "counts": counts}))


# --- outside -----------------------------------------------------------------------------------


def _lost(reason: str) -> Tally:
    return Tally(Counter({("?", "crashed"): 1}), [reason])


class _Process:
    """One process that hears its share of the messages."""

    def __init__(self, seeds: range, place: Path) -> None:
        place.write_bytes(seeds.start.to_bytes(8, "little"))
        self._place, self._output = place, place.with_suffix(".json")
        self.seeds, self.seed, self.since = seeds, seeds.start, time.monotonic()
        words = [str(n) for n in (seeds.start, seeds.stop, seeds.step)]
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.fuzz", *words, str(place)],
                stdout=output,
                cwd=course_root(),
            )

    def look(self, hang: float) -> Tally | None:
        """Give what came of it once it has ended, and end it if it hangs."""
        code = self._process.poll()
        seed = int.from_bytes(self._place.read_bytes(), "little")
        if seed != self.seed:
            self.seed, self.since = seed, time.monotonic()
        if code == 0:
            report = json.loads(self._output.read_text())
            counts = Counter({(kind, outcome): n for kind, outcome, n in report["counts"]})
            slowest = {kind: tuple(case) for kind, case in report["slowest"].items()}
            return Tally(counts, report["crashes"], slowest, report["growth"])
        if code is not None:
            return _lost(f"seed {seed}: the process ended with status {code}")
        if time.monotonic() - self.since > hang:
            self.end()
            return _lost(f"seed {seed}: not done after {hang:.0f} s")
        return None

    def end(self) -> None:
        """End it now."""
        self._process.kill()
        self._process.wait()

    @property
    def done(self) -> int:
        """How many messages it has heard."""
        return (self.seed - self.seeds.start) // self.seeds.step


def campaign(cases: int, hang: float = HANG, progress: bool = True) -> Tally:
    """Hear the messages of the seeds below `cases`, on all processors.

    Parameters
    ----------
    cases
        How many messages.
    hang
        Seconds after which one message counts as a hang; the rest of its process's share is
        given up then.
    progress
        Whether to tell on stderr how far it is.
    """
    count, tally, shown = os.cpu_count() or 1, Tally(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        shares = [range(i, cases, count) for i in range(count)]
        processes = [_Process(s, Path(folder) / str(s.start)) for s in shares]
        running = list(processes)
        try:
            while running:
                time.sleep(GLANCE)
                for process in list(running):
                    if (result := process.look(hang)) is not None:
                        tally.add(result)
                        running.remove(process)
                if progress and time.monotonic() - shown > 10:
                    shown = time.monotonic()
                    print(f"  {sum(p.done for p in processes):,} of {cases:,}", file=sys.stderr)
        finally:
            for process in running:
                process.end()
    return tally


def run() -> str:
    """Hear a million hostile messages, and say what became of them."""
    begin = time.monotonic()
    tally = campaign(CASES)
    taken = time.monotonic() - begin
    for crash in tally.crashes:
        print(crash, file=sys.stderr)
    heard = tally.total("accepted", "refused", "crashed")
    totals = {what: tally.total(what) for what in ("value", "told", "lost")}
    seconds, seed = max(tally.slowest.values(), default=(0.0, 0))
    lines = [
        "Hostile messages, as a process that was taken over might send them in place of a reply:",
        "valid ones with other bits, cut, joined or with other words in the header; invented ones",
        "with wrong dtypes, shapes, places, nesting and sizes; noise; and one of 2,000 as large or",
        "laborious as may be. Each is read by `codec.decode` with layouts, and by `Student` as the",
        "reply to a call, and to two at once.",
        "",
        f"- messages: {heard:,} of {CASES:,}, in {taken:.0f} s on {os.cpu_count()} processors",
        f"- `decode` refused {tally.total('refused'):,} and accepted {tally.total('accepted'):,}",
        f"- `Student` gave a value {totals['value']:,} times, said why there is none "
        f"{totals['told']:,} times, and could not read {totals['lost']:,}",
        f"- **crashes, hangs, deaths: {tally.total('crashed')}**",
        f"- slowest: {seconds:.2f} s (seed {seed}); a hang would be {HANG:.0f} s",
        f"- memory grew by {tally.growth:.0f} MB; {GROWTH} MB were allowed"
        + ("" if tally.growth <= GROWTH else ": **too much**"),
        "",
        "| kind | messages | refused | accepted | crashed | slowest (ms) |",
        "|---|---:|---:|---:|---:|---:|",
        *(_row(kind, tally) for kind in sorted(tally.slowest)),
    ]
    lines += [f"- {crash}" for crash in ["", *tally.crashes] if crash]
    lines += [
        "",
        "The same seeds give the same messages. It does not show what messages of tens of",
    ]
    lines += ["megabytes do, nor what becomes of an accepted value: the laws judge that."]
    return "\n".join(lines)


def _row(kind: str, tally: Tally) -> str:
    refused, accepted, crashed = (
        tally.counts[kind, what] for what in ("refused", "accepted", "crashed")
    )
    cells = [f"{n:,}" for n in (refused + accepted + crashed, refused, accepted, crashed)]
    return f"| {kind} | {' | '.join(cells)} | {1e3 * tally.slowest[kind][0]:.1f} |"


if __name__ == "__main__":
    _main(range(*map(int, sys.argv[1:4])), sys.argv[4])
