"""`symptoms.json`: by which questions each known mistake is recognised.

They are worked out here, where the references are, so that no right answer has to be shipped.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from dropout_course.engine.mistakes import questions_in, work_out_symptoms

from .errors import SourceError, SourceErrors
from .model import Chapter, Exercise


def symptoms(chapters: Sequence[Chapter], root: Path) -> str:
    """Text of `symptoms.json`.

    Raises
    ------
    SourceErrors
        A mistake has no symptom: no question tells it from a right answer.
    """
    content: dict[str, dict[str, list[str]]] = {}
    problems: list[SourceError] = []
    for chapter in chapters:
        right = vars(_module(root, f"solutions.{chapter.module}"))
        for exercise in chapter.exercises:
            name = f"dropout_course.exercises.{chapter.module}.{exercise.id}"
            module = _module(root, name)
            found = content[exercise.id] = of_exercise(module, exercise, right)
            problems += [
                SourceError(
                    f"dropout_course/exercises/{chapter.module}/{exercise.id}.py",
                    1,
                    f"no question tells the mistake {id!r} from a right answer: write one",
                )
                for id, symptoms in found.items()
                if not symptoms
            ]
    if problems:
        raise SourceErrors(problems)
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _module(root: Path, name: str) -> ModuleType:
    """Import a module; from its file where `root` is another course than the one that runs."""
    if Path(__file__).resolve().parents[2] == root.resolve():
        return importlib.import_module(name)
    path = root / (name.replace(".", "/") + ".py")
    spec = importlib.util.spec_from_file_location(name.rpartition(".")[2], path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} can't be imported", name=name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def of_exercise(module: ModuleType, exercise: Exercise, right: dict[str, Any]) -> dict[str, list[str]]:
    """Work out the symptoms of the mistakes of one exercise."""
    answers = {name: right[name] for name in exercise.names}
    return work_out_symptoms(questions_in(module), module.mistakes.entries, answers)
