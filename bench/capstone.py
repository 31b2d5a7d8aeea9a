"""The capstone: verdicts on random draws of bugs, and the margins of a service that earns all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from autograder.capstone.bug import Bug
from autograder.capstone.drawing import clean_files, drawn, planted, seed_of
from autograder.capstone.judges import JUDGES
from autograder.capstone.playing import agree, forget, importable, inputs_of, scene_of
from autograder.capstone.scenes import SCENES
from autograder.capstone.serving import errors, judge_error, judge_service, read_answers
from autograder.capstone.tasks import baseline, tasks

DRAWS, KEYS = 1000, 10
REFERENCE = Path(__file__).parents[1] / "tests" / "capstone" / "reference_service.py"


def run() -> str:
    """Measure both."""
    return f"{draws()}\n{services()}"


def services() -> str:
    """Judge the reference service, and the default one, on the tasks of `KEYS` keys."""
    files = clean_files()
    reference = {**files, "service.py": REFERENCE.read_text("utf-8")}
    lines = [_points("reference", reference), _points("as it is given out", files)]
    return f"Points of services on the tasks of {KEYS} keys:\n" + "\n".join(lines)


def _points(name: str, files: dict[str, str]) -> str:
    earned: dict[str, list[float]] = {}
    for number in range(KEYS):
        some = tasks(f"bench {number}".encode())
        with importable(files):
            from dropnet.service import fit

            answers = read_answers([fit(t.X, t.y, t.seed)(t.asked) for t in some], some)
        base = baseline(some)
        parts = [judge_error(answers, some, base), *judge_service(answers, some, base)]
        for part in parts:
            earned.setdefault(f"{part.name} of {part.of:g}", []).append(part.points)
        gain = 100 * float(np.mean(np.array(base) - np.array(errors(answers, some))))
        earned.setdefault("percentage points gained", []).append(gain)
    spans = (f"{part} {min(got):.1f} to {max(got):.1f}" for part, got in earned.items())
    return f"- {name}: " + ", ".join(spans)


def draws() -> str:
    """Draw for `DRAWS` ids, mend a random part of each, and compare verdicts with the truth."""
    rng = np.random.default_rng(0)
    wrong: dict[str, int] = {}
    verdicts = 0
    for number in range(DRAWS):
        student = f"draw-{number}"
        bugs = drawn(student)
        mended = {bug for bug in bugs if rng.random() < 0.5}
        received = _played(bugs, student, planted(bug for bug in bugs if bug not in mended))
        expected = _played(bugs, student, clean_files())
        for bug, got, want in zip(bugs, received, expected, strict=True):
            verdicts += 1
            if _passes(bug, student, got, want) != (bug in mended):
                wrong[bug.id] = wrong.get(bug.id, 0) + 1
    by_bug = ", ".join(f"{name} {count}" for name, count in wrong.items()) or "none"
    return (
        f"{DRAWS} draws, of each a random part mended: {verdicts} verdicts, "
        f"{sum(wrong.values())} of them wrong (by bug: {by_bug})."
    )


def _inputs(bug: Bug, student: str) -> dict[str, Any]:
    return inputs_of(bug, seed_of(student, bug.id))


def _passes(bug: Bug, student: str, received: Any, expected: Any) -> bool:
    if bug.scene in JUDGES:
        return JUDGES[bug.scene](received, _inputs(bug, student))
    return agree(received, expected, bug.tolerance)


def _played(bugs: tuple[Bug, ...], student: str, files: dict[str, str]) -> list[Any]:
    results: list[Any] = []
    with importable(files):  # written once: a scene may change modules, so each imports them anew
        for bug in bugs:
            forget()
            try:
                results.append(SCENES[scene_of(bug)](**_inputs(bug, student)))
            except Exception:
                results.append(None)
    return results
