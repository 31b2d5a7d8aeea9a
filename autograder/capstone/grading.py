"""Grade the mended bugs: scenes run in the jail, what they give is judged here."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.capstone.bug import Bug
from autograder.capstone.drawing import drawn
from autograder.capstone.handed import Handed, read
from autograder.capstone.playing import inputs_of, is_right, scene_of
from autograder.capstone.scenes import SCENES
from autograder.referee.inputs import attempt_hash, exercise_seed
from autograder.referee.limits import Limits
from autograder.referee.session import Runner, Session
from dropout_course.engine.student import Call, Student
from dropout_course.engine.unanswered import Unanswered

POINTS, ENOUGH = 40, 9  # all points for so many of the twelve
LIMITS = Limits(calls_seconds=10.0, calls_idle_seconds=5.0, notebook_idle_seconds=60.0, restarts=12)
PRELUDE = """
from __future__ import annotations
from typing import Any
import sys
import numpy as np


def _fresh(scene):
    def play(**inputs):
        for name in [name for name in sys.modules if name.split(".")[0] == "dropnet"]:
            del sys.modules[name]
        return scene(**inputs)
    return play
"""


@dataclass
class CapstoneResult:
    """What a hand-in earns for its bugs, and why."""

    file: str
    student: str
    bugs: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def mended(self) -> int:
        """How many bugs are mended."""
        return sum(not said for said in self.bugs.values())

    @property
    def of(self) -> int:
        """How many points there are."""
        return POINTS

    @property
    def points(self) -> float:
        """Points for the bugs, of `POINTS`."""
        return min(POINTS, POINTS * self.mended / ENOUGH)

    def to_json(self) -> dict[str, Any]:
        """Give the entry of ``autograder capstone grade --json``."""
        return {**vars(self), "mended": self.mended, "points": self.points, "of": self.of}


def grade_hand_in(
    path: Path, student: str, start: Callable[[], Runner], key: bytes, limits: Limits = LIMITS
) -> CapstoneResult:
    """Grade a folder or zip; never raises for what is in it.

    Parameters
    ----------
    path
        The hand-in.
    student
        The id by which its bugs were drawn.
    start
        Makes a jailed process.
    key
        The course's key: inputs depend on it, so that nobody knows them before.
    limits
        Of each scene's time, and of all.

    Raises
    ------
    Exception
        Our machinery failed: there is no verdict, and no point is lost.
    """
    handed = read(path)
    result = CapstoneResult(str(path), student, problems=list(handed.problems))
    attempt = attempt_hash([], handed.files)
    session = _session(handed, student, start, exercise_seed(key, student, "", attempt), limits)
    try:
        for bug in drawn(student):
            seed = exercise_seed(key, student, bug.id, attempt)
            result.bugs[bug.id] = _verdict(bug, seed, session)
    finally:
        session.close()
    return result


def _session(
    handed: Handed, student: str, start: Callable[[], Runner], seed: int, limits: Limits
) -> Session:
    """Give a session that holds the student's modules and the scenes of the drawn bugs alone."""
    files = {f"dropnet/{name}": data for name, data in handed.files.items()}
    session = Session(start, seed=seed % 2**32, limits=replace(limits), files=files)
    names = sorted({scene_of(bug) for bug in drawn(student)})
    bodies = [f"{inspect.getsource(SCENES[name])}\n{name} = _fresh({name})\n" for name in names]
    session.run("scenes", "\n\n".join([PRELUDE, *bodies]))
    if said := session.trouble.get("scenes"):  # no code of the student has run yet
        session.close()
        raise RuntimeError(f"the scenes can't be set up: {said}")
    return session


def _verdict(bug: Bug, seed: int, session: Session) -> str:
    """Give nothing for a mended bug, or what is wrong."""
    try:
        answer = Student(session.transport()).ask(Call(scene_of(bug), (), inputs_of(bug, seed)))
        received = answer.value
    except Unanswered as error:
        return f"Its test got no answer ({str(error)[:300]}). {bug.says}"
    return "" if is_right(bug, received, seed) else bug.says
