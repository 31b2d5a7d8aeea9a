"""Read nbgrader_config.py: a mistake in it is a sentence with its line, and no traceback."""

from __future__ import annotations

import math
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

from nbgrader.api import SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config, Configurable, PyFileConfigLoader

from autograder.classroom.errors import AGAIN, CourseError
from autograder.classroom.folder.files import printable
from autograder.root import SetUpError

CONFIG = "nbgrader_config.py"
PLACES = {"CourseDirectory": "root", "Exchange": "root"}  # without a default that fits a course


def read_settings(home: Path) -> tuple[Config, CourseDirectory]:
    """Read the settings of a course; give them, and nbgrader's course directory.

    Raises
    ------
    CourseError
        There is no such file, Python can't run it, nbgrader can't use what it says, or it does
        not say where the course and the exchange are.
    """
    if not (home / CONFIG).is_file():
        raise CourseError(f"{home} has no {CONFIG}; start from a checkout of the course.")
    with _using(home / CONFIG):
        config = PyFileConfigLoader(CONFIG, path=str(home)).load_config()
        _refuse_unknown(config, home / CONFIG)
        directory = CourseDirectory(config=config)
    for section, name in PLACES.items():
        if not isinstance(config[section].get(name), str):
            raise CourseError(
                f"{home / CONFIG} does not say where the course is: write c.{section}.{name} = "
                '"…", the path of a folder in quotes, or str(…) around a Path.'
            )
    return config, directory


def late_policy(home: Path, config: Config) -> AssignLatePenalties:
    """Give nbgrader's step that takes points off for being late, with the course's policy.

    Raises
    ------
    CourseError
        There is no such policy.
    """
    with _using(home / CONFIG, "the policy for late submissions"):
        step = AssignLatePenalties(config=config)
        step.init_plugin()
        return step


def penalty_of(
    policy: AssignLatePenalties, notebook: SubmittedNotebook, student: str, seconds: float
) -> float | None:
    """Give the points that a policy takes off a notebook, handed in so many seconds late.

    Raises
    ------
    CourseError
        The policy is one of the instructor's, and fails.
    """
    try:
        found = policy.plugin_inst.late_submission_penalty(student, notebook.score, seconds)
        if isinstance(found, float) and math.isnan(found):  # it is neither more nor less than 0
            raise ValueError("it gave NaN")
        return None if found is None else float(policy._check_late_penalty(notebook, found))
    except Exception as error:
        name = type(policy.plugin_inst).__name__
        raise CourseError(
            f"Your policy for late submissions, {name}, fails for {printable(student)} "
            f"({type(error).__name__}: {error}). It takes an id, points and seconds, and gives "
            f"points or None: mend it, {AGAIN}"
        ) from error


def _refuse_unknown(config: Config, path: Path) -> None:
    """Refuse a setting that nothing reads: a slip in its name would switch off what it sets.

    Sections of classes that are not loaded pass, unless they are spelt nearly like one that is.
    """
    known: dict[str, set[str]] = {}
    for kind in _configurable(Configurable):
        known.setdefault(kind.__name__, set()).update(kind.class_trait_names(config=True))
    for section, settings in config.items():
        if not isinstance(settings, Config):
            continue
        if section not in known:
            _unless_near(section, known, f"c.{section}", path)
            continue
        for name in set(settings) - known[section]:
            _unless_near(name, known[section], f"c.{section}.{name}", path, cutoff=0.0)


def _configurable(kind: type[Configurable]) -> Iterator[type[Configurable]]:
    for below in kind.__subclasses__():
        yield below
        yield from _configurable(below)


def _unless_near(
    name: str, known: Iterable[str], written: str, path: Path, cutoff: float = 0.85
) -> None:
    """Refuse a name that is like a known one, at least as `cutoff` says: 0 refuses any."""
    near = get_close_matches(name, list(known), n=1, cutoff=cutoff)
    if near:
        lines = path.read_text("utf-8", "replace").splitlines()
        line = next((n for n, text in enumerate(lines, 1) if written in text), None)
        where = f"{path}, line {line}" if line else str(path)
        right = written.removesuffix(name) + near[0]
        raise CourseError(
            f"{where}: nothing reads {written}. Do you mean {right}? Correct it, or take it out, "
            f"{AGAIN}"
        )


@contextmanager
def _using(path: Path, what: str = "") -> Iterator[None]:
    try:
        yield
    except (SetUpError, KeyboardInterrupt):
        raise
    except (Exception, SystemExit) as error:
        line = _line(error, path)
        where = f"{path}, line {line}" if line else str(path)
        problem = " ".join(f"{type(error).__name__}: {error}".split())
        raise CourseError(
            f"{where} can't be used{f' for {what}' if what else ''} ({problem}). Mend it, then run "
            "this again; the repository has the file as it was."
        ) from error


def _line(error: BaseException, path: Path) -> int | None:
    if isinstance(error, SyntaxError) and Path(error.filename or "").name == path.name:
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno for f in reversed(frames) if Path(f.filename).name == path.name), None)
