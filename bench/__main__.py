"""Run benchmarks and keep their results: ``python -m bench [NAME ...]``.

Each benchmark replaces its own section of `RESULTS.md`; the others stay.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import re
import sys
from collections.abc import Callable
from pathlib import Path

from bench import (
    book,
    capstone,
    checks,
    cluster,
    co2,
    concrete,
    exercises,
    feedback,
    fuzz,
    grading,
    gradings,
    hints,
    naming,
    playground,
    term,
)

RESULTS = Path(__file__).with_name("RESULTS.md")
HEAD = """# Results

Each section says what was measured, when, on what, and by which command. Machines differ and are
shared: trust ratios within one section more than milliseconds.
"""
BENCHMARKS: dict[str, Callable[[], str]] = {
    "exercises": exercises.run,
    "hints": hints.run,
    "naming": naming.run,
    "checks": checks.run,
    "grading": grading.run,
    "gradings": gradings.run,
    "cluster": cluster.run,
    "feedback": feedback.run,
    "fuzz": fuzz.run,
    "concrete": concrete.run,
    "playground": playground.run,
    "co2": co2.run,
    "capstone": capstone.run,
    "book": book.run,
    "term": term.run,
}


def machine() -> str:
    """Describe this machine in a line."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"model name\s*: (.*)", text)
    cores = text.count("processor\t") or "?"
    name = model[1] if model else platform.machine()
    return f"{name}, {cores} cores, Linux {platform.release()}, Python {platform.python_version()}"


def main() -> None:
    """Run the benchmarks that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which: {', '.join(BENCHMARKS)}")
    chosen = parser.parse_args().names or list(BENCHMARKS)
    if unknown := set(chosen) - set(BENCHMARKS):
        parser.error(f"there is no {unknown.pop()}; there is {', '.join(BENCHMARKS)}")
    for name in chosen:
        print(f"{name} ...", file=sys.stderr)
        body = BENCHMARKS[name]()
        stamp = f"{datetime.date.today()} · {machine()} · `python -m bench {name}`"
        section = f"## {name}\n\n{stamp}\n\n{body.strip()}\n"
        print(section)
        keep(name, section)


def keep(name: str, section: str) -> None:
    """Put a section in the place of its earlier self, in the order of `BENCHMARKS`."""
    old = RESULTS.read_text("utf-8") if RESULTS.exists() else HEAD
    parts = re.split(r"(?m)^(?=## )", old)
    found = {part.split(maxsplit=2)[1]: part for part in parts[1:]}
    found[name] = section
    order = [*BENCHMARKS, *sorted(set(found) - set(BENCHMARKS))]
    body = "\n".join(found[key].rstrip() + "\n" for key in order if key in found)
    RESULTS.write_text(f"{parts[0].rstrip()}\n\n{body}", "utf-8")


if __name__ == "__main__":
    main()
