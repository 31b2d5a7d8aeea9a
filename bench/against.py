"""How long checks take beside an earlier state: ``python -m bench.against COMMIT``.

Both states run their own `bench.checks`, in turns on one machine, and what both have is compared:
the ratio says what a change cost, whatever else the machine is doing. The earlier state is checked
out into a temporary folder and runs with the packages that are installed here.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.authoring.book import ONE_THREAD
from autograder.root import course_root

KINDS = ("right answer", "known mistake", "laws of a chapter")
ROW = re.compile(r"\| [\d.]+ `(\w+)` \| ([\d.]+) \| [\d.]+ \| ([\d.]+) \|")
CHAPTER = re.compile(r"- ([\w-]+): (\d+) ms")
RUN = "from bench import checks; print(checks.run())"


def main() -> None:
    """Print the ratios to the state that was named."""
    parser = argparse.ArgumentParser(prog="python -m bench.against", description=__doc__)
    parser.add_argument("commit", help="the earlier state, as git names it")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    given = parser.parse_args()
    root = course_root()
    with tempfile.TemporaryDirectory() as folder:
        earlier = Path(folder) / "earlier"
        add = ["git", "-C", str(root), "worktree", "add", "--quiet", "--detach", str(earlier)]
        if subprocess.run([*add, given.commit]).returncode:
            parser.error(f"git has no {given.commit}: `git log --oneline` lists what there is")
        try:
            found = [(measured(earlier), measured(root)) for _ in range(given.rounds)]
        finally:
            remove = ["git", "-C", str(root), "worktree", "remove", "--force", str(earlier)]
            subprocess.run(remove, check=True)
    print(table(found))


def measured(root: Path) -> dict[tuple[str, str], float]:
    """Give the milliseconds of a state by kind and name."""
    environment = os.environ | dict.fromkeys(ONE_THREAD, "1") | {"PYTHONPATH": str(root)}
    python = [sys.executable, "-c", RUN]
    done = subprocess.run(python, cwd=root, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"the checks of {root} can't be timed:\n{done.stderr[-2000:]}")
    times: dict[tuple[str, str], float] = {}
    for name, right, wrong in ROW.findall(done.stdout):
        times["right answer", name], times["known mistake", name] = float(right), float(wrong)
    for stem, taken in CHAPTER.findall(done.stdout):
        times["laws of a chapter", stem] = float(taken)
    return times


def table(found: list[tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]]) -> str:
    """Compare the medians over the rounds of what both states have."""
    lines = ["| what both have | number | earlier, ms | now, ms | median ratio | largest |"]
    lines.append("|---|---:|---:|---:|---:|---|")
    for kind in KINDS:
        both = [key for key in found[0][0] if key[0] == kind and key in found[0][1]]
        old, new = ({k: statistics.median(f[i][k] for f in found) for k in both} for i in (0, 1))
        ratios = {name: new[kind, name] / max(old[kind, name], 0.1) for _, name in both}
        worst = max(ratios, key=lambda name: ratios[name])
        lines.append(
            f"| {kind} | {len(both)} | {sum(old.values()):.0f} | {sum(new.values()):.0f} "
            f"| {statistics.median(ratios.values()):.2f} | {ratios[worst]:.2f} (`{worst}`) |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
