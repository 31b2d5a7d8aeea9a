"""The exercises: a folder a chapter, a file an exercise.

``dropout_course.exercises.ch04_backprop.dropout_backward`` holds what is public of exercise 4.1:
its laws (what is true of every right answer), its questions (by what a wrong one is recognised)
and its mistakes (what people write instead). What the exercises of a chapter share stands in the
chapter's package itself.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from types import ModuleType

from dropout_course.course import Exercise
from dropout_course.engine.laws import Law, laws_in
from dropout_course.engine.mistakes import Bank, questions_in


def module_of(exercise: Exercise) -> ModuleType:
    """Give the module of an exercise."""
    return importlib.import_module(f"{__name__}.{exercise.package}.{exercise.id}")


def visible_laws(exercise: Exercise) -> tuple[Law, ...]:
    """The laws of an exercise that run in notebooks, in the order in which they are shown."""
    return tuple(laws_in(module_of(exercise)))


@cache
def bank(exercise: Exercise) -> Bank:
    """What is known of wrong answers to an exercise."""
    module = module_of(exercise)
    return Bank(questions_in(module), module.mistakes.entries, symptoms().get(exercise.id, {}))


@lru_cache(maxsize=1)
def symptoms() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """For each exercise and mistake the questions that it answers wrongly."""
    text = resources.files("dropout_course.exercises").joinpath("symptoms.json").read_text("utf-8")
    return json.loads(text)
