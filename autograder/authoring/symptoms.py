"""`symptoms.json`: by which questions each known mistake is recognised.

They are worked out here, where the references are, so that no right answer has to be shipped.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from dropout_course.engine.laws import laws_in
from dropout_course.engine.mistakes import Bank, bank_of, questions_in

from . import rules
from .errors import SourceError, SourceErrors
from .model import Chapter, Exercise

# For references that train networks in torch, which reads it once: in networks as small as ours
# threads take eight times the processor time of one.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def symptoms(chapters: Sequence[Chapter], root: Path) -> str:
    """Text of `symptoms.json`.

    Raises
    ------
    SourceErrors
        A mistake that no question tells from a right answer or from another mistake; a law
        without a twin; a name that stands twice.
    """
    content: dict[str, dict[str, list[str]]] = {}
    problems: list[SourceError] = []
    for chapter in (c for c in chapters if c.exercises):
        right = vars(_module(root, f"solutions.{chapter.module}"))
        for exercise in chapter.exercises:
            name = f"dropout_course.exercises.{chapter.module}.{exercise.id}"
            module = _module(root, name)
            bank = of_exercise(module, exercise, right)
            content[exercise.id] = {id: list(names) for id, names in bank.symptoms.items()}
            path = f"dropout_course/exercises/{chapter.module}/{exercise.id}.py"
            broken = [*rules.lookalikes(bank)]
            if _is_this_course(root):
                hidden = _module(root, f"autograder.hidden.{chapter.module}.{exercise.id}")
                broken += rules.twins(laws_in(module), laws_in(hidden))
            problems += [SourceError(path, 1, sentence) for sentence in broken]
    if problems:
        raise SourceErrors(problems)
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _is_this_course(root: Path) -> bool:
    return Path(__file__).resolve().parents[2] == root.resolve()


def _module(root: Path, name: str) -> ModuleType:
    """Import a module; from its file where `root` is another course than the one that runs."""
    if _is_this_course(root):
        return importlib.import_module(name)
    path = root / (name.replace(".", "/") + ".py")
    spec = importlib.util.spec_from_file_location(name.rpartition(".")[2], path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} can't be imported", name=name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def of_exercise(module: ModuleType, exercise: Exercise, right: dict[str, Any]) -> Bank:
    """Work out the symptoms of the mistakes of one exercise."""
    answers = {name: right[name] for name in exercise.names}
    return bank_of(questions_in(module), module.mistakes.entries, answers)
