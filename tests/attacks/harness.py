"""Runs an attack along the path of a submission, and gives the laws of the grader that it broke.

The path is nbgrader's: the folder is read (`intake`), the notebook rebuilt, judged, and its
outputs written (`Rebuild` and `Referee`, as nbgrader calls them). The laws:

- every exercise has a verdict, and none earns more than the non-answer ``return x`` does, but
  for what the design concedes;
- no secret appears in anything that the grader gives;
- no file is changed, no socket reached, no process harmed, none left behind;
- the grader's memory grows by less than 200 MB, and it is done in time;
- nothing that it gives can act: in a browser, a terminal, or a file.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat

from attacks import inert
from attacks.bait import Stage
from attacks.model import Attack
from attacks.notebooks import STEM, exercises, hostile, release_path
from autograder.classroom.collecting.collect import prepare
from autograder.classroom.submissions import submission
from autograder.classroom.submissions.preprocessors import Rebuild, Referee
from autograder.classroom.submissions.report import Record
from autograder.classroom.submissions.submission import OURS
from autograder.referee import Config, NotebookResult, grade_notebook
from autograder.referee.inputs import attempt_hash, exercise_seed
from autograder.referee.limits import Limits
from autograder.sandbox import wire

GROWTH = 200 << 20
STUDENT = "mallory"
Start = Callable[[], Any]


@dataclass
class Outcome:
    """What grading a submission gave, and what it did to the grader."""

    notebook: Any = None
    record: Record | None = None
    result: NotebookResult | None = None
    raised: str = ""
    seconds: float = 0.0
    growth: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def scores(self) -> dict[str, float]:
        """Points by exercise."""
        return {e.id: e.score for e in self.result.exercises} if self.result else {}

    @property
    def printed(self) -> str:
        """What the cells showed."""
        outputs = self.result.cell_outputs.values() if self.result else []
        return "".join(o.get("text", "") for shown in outputs for o in shown)


def grade_folder(folder: Path, start: Start, stage: Stage, limits: Limits | None = None) -> Outcome:
    """Grade a submitted folder as nbgrader's autograde does.

    Parameters
    ----------
    folder : Path
        ``…/submitted/<student>/<assignment>``.
    start : callable
        Makes a process.
    stage : Stage
        Whose key is used.
    limits : Limits
        How long the notebook may take.
    """
    key = stage.files["key"].read_bytes().strip()
    config = Config(key=key, start=start, limits=limits)
    outcome = Outcome()

    def judge(notebook: Any, student: str, *rest: Any, **more: Any) -> NotebookResult:
        outcome.result = grade_notebook(notebook, student=student, config=config)
        return outcome.result

    resources: dict[str, Any] = {
        OURS: {"folder": str(folder), "release": str(release_path())},
        "nbgrader": {"student": STUDENT, "assignment": STEM, "notebook": STEM},
    }
    began, before = time.monotonic(), _memory()
    try:
        with mock.patch.object(submission, "judge", judge):
            prepare(folder, STEM)
            made, _ = Rebuild().preprocess(nbformat.v4.new_notebook(), resources)
            outcome.notebook, _ = Referee().preprocess(made, resources)
        outcome.record = Record.from_json(outcome.notebook.metadata[OURS]["record"])
    except Exception as error:  # the law: this never happens
        outcome.raised = f"{type(error).__name__}: {error}"[:300]
    outcome.seconds = time.monotonic() - began
    outcome.growth = _memory(peak=True) - before
    return outcome


def run(attack: Attack, start: Start, stage: Stage, baseline: dict[str, float]) -> Outcome:
    """Run an attack; what it broke is in ``broken``."""
    with _submission(stage) as folder:
        data = hostile(attack, stage.facts)
        if attack.hand_in:
            attack.hand_in(folder, data, stage.facts)
        else:
            (folder / f"{STEM}.ipynb").write_bytes(data)
        del data
        before, running = stage.fingerprint(), stage.processes()
        with _patience(attack.waits):
            limits = _limits(attack)
            outcome = grade_folder(folder, attack.start or start, stage, limits)
        outcome.broken = list(_broken(attack, outcome, stage, baseline))
        outcome.broken += _changed(before, stage.fingerprint())
        outcome.broken += _survivors(running, stage)
        outcome.broken += stage.visitors()
    return outcome


@contextmanager
def _submission(stage: Stage) -> Iterator[Path]:
    shutil.rmtree(stage.submitted, ignore_errors=True)
    shutil.rmtree(stage.course / "set-aside", ignore_errors=True)
    stage.submitted.mkdir(parents=True)
    yield stage.submitted
    shutil.rmtree(stage.submitted.parent)
    shutil.rmtree(stage.course / "set-aside", ignore_errors=True)


@contextmanager
def _patience(short: bool) -> Iterator[None]:
    with ExitStack() as stack:
        if short:
            stack.enter_context(mock.patch.object(wire, "PATIENCE", 1.0))
            stack.enter_context(mock.patch.object(wire, "GRACE", 0.5))
        yield


def _limits(attack: Attack) -> Limits:
    limits = Limits(cell_seconds=attack.seconds, calls_seconds=attack.seconds)
    if attack.waits:
        limits = replace(limits, notebook_idle_seconds=2.0, calls_idle_seconds=1.0)
    return limits


def _memory(peak: bool = False) -> int:
    """Give resident bytes; the highest since the last call without `peak`."""
    if not peak:
        Path("/proc/self/clear_refs").write_text("5")
    word = "VmHWM:" if peak else "VmRSS:"
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(word):
            return int(line.split()[1]) << 10
    raise RuntimeError(f"no {word} in /proc/self/status")


# --- the laws -------------------------------------------------------------------------------


def _broken(
    attack: Attack, outcome: Outcome, stage: Stage, baseline: dict[str, float]
) -> Iterator[str]:
    if outcome.raised:
        yield f"the grader raised {outcome.raised}"
        return
    assert outcome.record is not None
    yield from _verdicts(outcome)
    for exercise, score in outcome.scores.items():
        bound = baseline[exercise] + attack.concedes.get(exercise, 0.0)
        if exercise not in attack.solves and score > bound:
            yield f"{exercise} earns {score:g}, and `return x` earns {baseline[exercise]:g}"
        if exercise in attack.concedes and score < bound:
            yield f"{exercise} earns {score:g}: {attack.concedes[exercise]:g} need not be conceded"
    yield from _leaks(outcome, stage)
    if outcome.growth > GROWTH:
        yield f"the grader's memory grew by {outcome.growth >> 20} MB"
    if outcome.seconds > attack.at_most:
        yield f"grading took {outcome.seconds:.0f} s, more than {attack.at_most:g} s"
    yield from inert.active(outcome.notebook, outcome.record, outcome.result)
    if attack.check:
        yield from attack.check(outcome)


def _verdicts(outcome: Outcome) -> Iterator[str]:
    record = outcome.record
    assert record is not None
    if record.failure:
        yield f"the autograder failed: {record.failure}"
    elif record.handed_in and sorted(record.exercises) != sorted(exercises()):
        yield f"there are verdicts for {sorted(record.exercises)} alone"
    elif not record.handed_in and not record.problems:
        yield "nothing was graded, and no reason is given"


def _leaks(outcome: Outcome, stage: Stage) -> Iterator[str]:
    said = json.dumps(outcome.notebook)
    if outcome.result:
        said += json.dumps(outcome.result.to_json()) + str(outcome.result.cell_outputs)
        said += "".join(exercise.message for exercise in outcome.result.exercises)
    for name, canary in stage.canaries.items():
        if canary in said:
            yield f"a secret was read: {name}"
    sources = [c.source for c in outcome.notebook.cells if _is_answer(c)]
    attempt, key = attempt_hash(sources), stage.files["key"].read_bytes().strip()
    seeds = [str(exercise_seed(key, STUDENT, name, attempt)) for name in [STEM, *exercises()]]
    shown = outcome.printed
    if any(seed in shown for seed in seeds[1:]):
        yield "a secret was read: the seed of the inputs of an exercise"


def _is_answer(cell: Any) -> bool:
    return cell.cell_type == "code" and bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _changed(before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"{name} was changed"


def _survivors(running: set[int], stage: Stage) -> Iterator[str]:
    deadline = time.monotonic() + 60
    while left := stage.processes() - running:
        if time.monotonic() > deadline:
            yield f"processes {sorted(left)} were left behind"
            return
        time.sleep(0.02)


_SLIP = re.compile(
    r"the cell raised (?:Name|Syntax|Indentation|Type|Attribute|Index|Key|Usage)Error.*"
)


def slips(attack: Attack, outcome: Outcome) -> list[str]:
    """Give errors of an attack's own code, which would make it harmless for the wrong reason."""
    if not attack.needs_a_jail or not (attack.early or attack.late):
        return []
    return _SLIP.findall(outcome.printed)


def baseline_scores(start: Start, stage: Stage) -> dict[str, float]:
    """Give what the non-answer ``return x`` earns, by exercise."""
    with _submission(stage) as folder:
        data = hostile(Attack("none", "return-x", "nothing"), {})
        (folder / f"{STEM}.ipynb").write_bytes(data)
        return grade_folder(folder, start, stage).scores
