"""Grade capstones: scenes run in the jail, what they give is judged here."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.capstone.bug import Bug
from autograder.capstone.drawing import drawn
from autograder.capstone.handed import Handed, read
from autograder.capstone.playing import inputs_of, is_right, scene_of
from autograder.capstone.scenes import SCENES
from autograder.capstone.scenes.serving import serve
from autograder.capstone.serving import Part, judge_error, judge_service, read_answers
from autograder.capstone.tasks import Task, baseline, tasks
from autograder.referee.inputs import attempt_hash, exercise_seed
from autograder.referee.limits import SERVICE, Limits, limits_of
from autograder.referee.session import Runner, Session
from dropout_course.engine.student import Call, Student
from dropout_course.engine.unanswered import Unanswered

POINTS, BUGS_NEEDED = 40, 9  # all points for so many of the twelve
LIMITS = Limits(  # for each bug, and for all of them
    calls_seconds=10.0,
    calls_idle_seconds=5.0,
    judging_seconds=55.0,
    notebook_idle_seconds=60.0,
    restarts=12,
)
SERVICE_LIMITS = replace(LIMITS, calls_seconds=60.0, judging_seconds=270.0, restarts=5)
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
    """What a hand-in earns by machine, and why.

    Attributes
    ----------
    file, student : str
    bugs : dict of str
        By the bug's name: nothing where it is mended, else what is wrong.
    parts : list of Part
        Of the service, (b) and (c).
    problems : list of str
        What was odd about the hand-in, a sentence each.
    unreadable : bool
        Nothing could be judged: there are no points, and no zero.
    """

    file: str
    student: str
    bugs: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unreadable: bool = False

    @property
    def mended(self) -> int:
        """How many bugs are mended."""
        return sum(not reason for reason in self.bugs.values())

    @property
    def by_part(self) -> dict[str, tuple[float, float]]:
        """Points and possible points of the parts (a), (b) and (c)."""
        error = [part for part in self.parts if part.name == "error"]
        service = [part for part in self.parts if part.name != "error"]
        return {
            "bugs": (min(POINTS, POINTS * self.mended / BUGS_NEEDED), POINTS),
            "error": (sum(part.points for part in error), 20),
            "service": (sum(part.points for part in service), 25),
        }

    @property
    def points(self) -> float:
        """Points of all parts that are graded by machine."""
        return sum(points for points, _ in self.by_part.values())

    @property
    def of(self) -> float:
        """How many points there are for them."""
        return sum(of for _, of in self.by_part.values())

    def to_json(self) -> dict[str, Any]:
        """Give the entry of ``autograder capstone grade --json``; without points if unreadable."""
        if self.unreadable:
            return {name: getattr(self, name) for name in ("file", "student", "problems")}
        return {
            **{name: value for name, value in vars(self).items() if name != "unreadable"},
            "parts": [part.to_json() for part in self.parts],
            "mended": self.mended,
            "by_part": self.by_part,
            "points": self.points,
            "of": self.of,
        }


class Grader:
    """Grades the hand-ins of a course; what all of them share is made once, when first needed.

    Parameters
    ----------
    start
        Makes a jailed process.
    key
        The course's key: inputs depend on it, so that nobody knows them before.
    limits, service_limits
        Of the time of each bug's scene, and of each task of the service.
    """

    def __init__(
        self,
        start: Callable[[], Runner],
        key: bytes,
        limits: Limits = LIMITS,
        service_limits: Limits = SERVICE_LIMITS,
    ) -> None:
        self._start = start
        self._key = key
        self._limits, self._service_limits = limits, service_limits

    @cached_property
    def _tasks(self) -> list[Task]:
        return tasks(self._key)

    @cached_property
    def _baseline(self) -> list[float]:
        return baseline(self._tasks)

    def grade(self, path: Path, student: str) -> CapstoneResult:
        """Grade a folder or zip; never raises for what is in it.

        Parameters
        ----------
        path
            The hand-in.
        student
            The id by which its bugs were drawn.

        Raises
        ------
        Exception
            Our machinery failed: there is no verdict, and no point is lost.
        """
        handed = read(path)
        problems, unreadable = list(handed.problems), handed.unreadable
        result = CapstoneResult(str(path), student, problems=problems, unreadable=unreadable)
        if unreadable:
            return result
        result.bugs = self.bugs(handed, student)
        result.parts = self.service(handed)
        return result

    def bugs(self, handed: Handed, student: str) -> dict[str, str]:
        """Judge part (a): give for each drawn bug nothing if it is mended, or what is wrong."""
        attempt = attempt_hash([], handed.files)
        reasons = {}
        names = {scene_of(bug): SCENES[scene_of(bug)] for bug in drawn(student)}
        seed = exercise_seed(self._key, student, "", attempt)
        with self._session(handed, names, seed, self._limits) as session:
            for bug in drawn(student):
                seed = exercise_seed(self._key, student, bug.id, attempt)
                reasons[bug.id] = _verdict(bug, seed, session)
        return reasons

    def service(self, handed: Handed) -> list[Part]:
        """Judge parts (b) and (c)."""
        received: list[Any] = []
        trouble = ""
        with self._session(handed, {"serve": serve}, 0, self._service_limits) as session:
            for task in self._tasks:
                try:
                    received.append(_ask(session, "serve", _given(task)))
                except Unanswered as error:
                    received.append(None)
                    trouble = trouble or f" A task got no answer: {str(error)[:300]}"
        answers = read_answers(received, self._tasks)
        parts = [
            judge_error(answers, self._tasks, self._baseline),
            *judge_service(answers, self._tasks, self._baseline),
        ]
        return [replace(part, says=part.says + trouble * (part.points < part.of)) for part in parts]

    @contextmanager
    def _session(
        self, handed: Handed, scenes: Mapping[str, Callable[..., Any]], seed: int, limits: Limits
    ) -> Iterator[Session]:
        """Give a session that holds the student's modules and these scenes alone."""
        files = {f"dropnet/{name}": data for name, data in handed.files.items()}
        session = Session(self._start, seed=seed % 2**32, limits=replace(limits), files=files)
        bodies = [
            f"{inspect.getsource(scenes[name])}\n{name} = _fresh({name})\n"
            for name in sorted(scenes)
        ]
        try:
            session.run("scenes", "\n\n".join([PRELUDE, *bodies]))
            if problem := session.trouble.get("scenes"):  # no code of the student has run yet
                raise RuntimeError(f"the scenes can't be set up: {problem}")
            yield session
        finally:
            session.close()


def grading_limits(root: Path) -> tuple[Limits, Limits]:
    """Read the limits of the bugs' scenes, and of each task of the service, of a course.

    Raises
    ------
    LimitsError
        Those of `limits.toml` can't be used.
    """
    return limits_of(root, "13-capstone", LIMITS), limits_of(root, SERVICE, SERVICE_LIMITS)


def _given(task: Task) -> dict[str, Any]:
    return {"X": task.X, "y": task.y, "asked": task.asked, "seed": task.seed}


def _ask(session: Session, name: str, inputs: dict[str, Any]) -> Any:
    return Student(session.transport()).ask(Call(name, (), inputs)).value


def _verdict(bug: Bug, seed: int, session: Session) -> str:
    """Give nothing for a mended bug, or what is wrong."""
    try:
        received = _ask(session, scene_of(bug), inputs_of(bug, seed))
    except Unanswered as error:
        return f"Its test got no answer ({str(error)[:300]}). {bug.says}"
    return "" if is_right(bug, received, seed) else bug.says
