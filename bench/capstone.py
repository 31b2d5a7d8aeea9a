"""Draw the capstone's bugs at random, and compare each test with what is mended."""

from __future__ import annotations

import numpy as np

from autograder.capstone.bug import Bug
from autograder.capstone.drawing import clean_files, drawn, planted
from autograder.capstone.playing import agree, importable, inputs_of, scene_of
from autograder.capstone.scenes import SCENES

DRAWS = 1000


def run() -> str:
    """Draw for `DRAWS` ids, mend a random part of each, and compare verdicts with the truth."""
    rng = np.random.default_rng(0)
    wrong: dict[str, int] = {}
    for number in range(DRAWS):
        student = f"draw-{number}"
        bugs = drawn(student)
        mended = {bug for bug in bugs if rng.random() < 0.5}
        expected = _played(bugs, student, clean_files())
        received = _played(bugs, student, planted(bug for bug in bugs if bug not in mended))
        for bug, got, want in zip(bugs, received, expected, strict=True):
            passed = got is not None and agree(got, want, bug.tolerance)
            if passed != (bug in mended):
                wrong[bug.id] = wrong.get(bug.id, 0) + 1
    said = ", ".join(f"{name} {count}" for name, count in wrong.items()) or "none"
    verdicts = sum(len(drawn(f"draw-{number}")) for number in range(DRAWS))
    return (
        f"{DRAWS} draws, of each a random part mended: {verdicts} verdicts, "
        f"{sum(wrong.values())} of them wrong (by bug: {said})."
    )


def _played(bugs: tuple[Bug, ...], student: str, files: dict[str, str]) -> list[object]:
    told: list[object] = []
    with importable(files):
        for bug in bugs:
            try:
                told.append(SCENES[scene_of(bug)](**inputs_of(bug, student)))
            except Exception:
                told.append(None)
    return told
