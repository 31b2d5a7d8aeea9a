"""Draw the capstone's bugs at random, and compare each test with what is mended."""

from __future__ import annotations

import numpy as np

from autograder.capstone.bug import Bug
from autograder.capstone.drawing import drawn, planted, seed_of
from autograder.capstone.playing import is_right, play

DRAWS = 1000


def run() -> str:
    """Draw for `DRAWS` ids, mend a random part of each, and compare verdicts with the truth."""
    rng = np.random.default_rng(0)
    wrong: dict[str, int] = {}
    verdicts = 0
    for number in range(DRAWS):
        student = f"draw-{number}"
        bugs = drawn(student)
        mended = {bug for bug in bugs if rng.random() < 0.5}
        files = planted(bug for bug in bugs if bug not in mended)
        for bug in bugs:
            verdicts += 1
            if _passes(bug, seed_of(student, bug.id), files) != (bug in mended):
                wrong[bug.id] = wrong.get(bug.id, 0) + 1
    said = ", ".join(f"{name} {count}" for name, count in wrong.items()) or "none"
    return (
        f"{DRAWS} draws, of each a random part mended: {verdicts} verdicts, "
        f"{sum(wrong.values())} of them wrong (by bug: {said})."
    )


def _passes(bug: Bug, seed: int, files: dict[str, str]) -> bool:
    try:
        received = play(bug, seed, files)
    except Exception:
        return False
    return is_right(bug, received, seed)
