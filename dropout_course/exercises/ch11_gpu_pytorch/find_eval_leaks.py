"""11.4 find_eval_leaks: who tosses coins although the model is in evaluation mode."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch11_gpu_pytorch.models import (
    LEAKS,
    WORDS,
    model_of,
    shuffled,
    told,
)
from dropout_course.exercises.ch11_gpu_pytorch.wrong_leaks import mistakes

__all__ = ["mistakes"]  # what people write instead

CLEAN = [
    "Linear",
    "Dropout",
    "BatchNorm1d",
    "Guarded",
    "Careful",
]  # the dropout of these can be switched
PASSING = ["Linear", "ReLU", "BatchNorm1d"]
LEAKY = ["Functional", "Attention"]  # without a module inside, and with one
TRAIN, EVAL, MIXED = [True], [False], [True, False]


def run(student, modules, on, x, seed):
    """Ask for the leaks of a model whose modules have these modes."""
    return student.play("eval_leaks_run", modules=modules, on=on, x=x, seed=seed)


def width(modules):
    """Give how many numbers an example has."""
    return 16 if "Widen" in modules.values() else 32


def asked_of(student, case, models):
    """Ask for the leaks of models of these parts and modes, under drawn names or their own."""
    asked = []
    for parts, on in models:
        modules = parts if isinstance(parts, dict) else model_of(parts, case)
        x = case.normal(6, width(modules), dtype=np.float32)
        answer = run(student, modules, on, x, case.integers(0, 10_000))
        asked.append((modules, on, x, answer))
    return asked


def require_found(student, case, models, in_training=()):
    """Require of each model the names of what is random in it; some come in training mode."""
    models = [(parts, MIXED) for parts in models] + [(parts, TRAIN) for parts in in_training]
    for modules, _, _, answer in asked_of(student, case, models):
        want, got = sorted(n for n, kind in modules.items() if kind in LEAKS), answer.value["leaks"]
        text = "the result must be a list of names"
        case.that(isinstance(got, list), text, received=got, kind="type")
        text = f"these are not the leaks of this model: {told(modules)}"
        case.that(got == want, text, expected=want, received=got)


def passing(case):
    """Draw what passes on what it gets, a linear module last."""
    return [*(case.choice(PASSING) for _ in range(case.integers(0, 3))), "Linear"]


def leaky(case):
    """Draw a module that is random in evaluation mode."""
    return case.choice(LEAKY)


def nested(case):
    """Draw a model with two leaks, two and three levels down, and what passes them on."""
    one, other = shuffled(case, LEAKY)
    deep = [*passing(case), [*passing(case), one]]
    return [*shuffled(case, [deep, [*passing(case), other]]), "Linear"]


def namesakes(case):
    """Draw a model with two leaks, of which one has the other's name and a number behind it."""
    name = case.choice(WORDS)
    return {"": "Sequential", name: "Functional", f"{name}{case.integers(2, 10)}": "Functional"}


def in_all_modes(models):
    """Let each model come in training, in evaluation, and in mixed modes."""
    return [(parts, on) for parts in models for on in (TRAIN, EVAL, MIXED)]


def require_modes(student, case, models):
    """Require that all modes are as before."""
    for modules, on, _, answer in asked_of(student, case, in_all_modes(models)):
        want = {name: on[i % len(on)] for i, name in enumerate(modules)}
        text = "afterwards, modes of modules are not as before"
        case.that(answer.value["modes"] == want, text)


def require_hooks_and_input(student, case, models):
    """Require that no hook is left, and that the input is as before."""
    for _, _, x, answer in asked_of(student, case, in_all_modes(models)):
        case.that(answer.value["hooks"] == 0, "afterwards, hooks are not as before")
        text = "afterwards, numbers of the input are not as before"
        case.that(np.array_equal(answer.value["x"], x), text)


# What is true of every right answer ------------------------------------------------------------


@law("Modules that are random in evaluation mode are found, and no others", weight=4, core=True)
def found(student, case):
    clean = [*CLEAN, case.choice(CLEAN), case.choice(PASSING)]
    one, other = shuffled(case, LEAKY)
    # nothing but the wide module takes what the model gets
    models = [["Linear", "Functional"], CLEAN, [one, *passing(case), other], ["Widen", "Attention"]]
    require_found(student, case, models, [shuffled(case, clean)])


@law("Only the innermost module is named", weight=2)
def innermost(student, case):
    require_found(student, case, [[["Functional"]], namesakes(case), nested(case)])


@law("Who passes a changed input on is not named", weight=2)
def passing_on(student, case):
    behind = [*shuffled(case, PASSING), "Linear"]
    require_found(student, case, [["Functional", "Linear"], ["Functional", *behind]])


@law('The model itself has the name ""', weight=1)
def root(student, case):
    require_found(student, case, ["Functional", "Attention", "Linear"])


@law("Modes are left as they were", weight=1, observed=True)
def modes(student, case):
    require_modes(student, case, [shuffled(case, CLEAN), [leaky(case), *passing(case)]])


@law("Hooks are left as they were, and so is the input", weight=1, observed=True)
def hooks(student, case):
    require_hooks_and_input(student, case, [["ReLU", leaky(case), *passing(case)]])


# By what a wrong answer is recognised ----------------------------------------------------------


X = np.random.default_rng(3).standard_normal((6, 32)).astype(np.float32)


def played(student, parts, on=MIXED):
    """Play on the one input that all questions are about."""
    modules = parts if isinstance(parts, dict) else model_of(parts)
    return value_of(run(student, modules, on, X[:, : width(modules)], 3))


def leaks(student, *parts, on=MIXED):
    """Give the names that are found."""
    return played(student, list(parts), on)["leaks"]


@question("What is found in a model without leaks?")
def of_clean(student, case):
    return leaks(student, *CLEAN, on=TRAIN)


@question("Is a leak found at all?")
def of_one(student, case):
    return bool(leaks(student, "Linear", "Functional"))


@question("Is a leak found that has a module inside?")
def with_parts(student, case):
    return "1" in leaks(student, "Linear", "Attention")


@question("Is one found that takes other shapes than the model?")
def widened(student, case):
    return "1" in leaks(student, "Widen", "Attention")


@question("Which are named of drop1 and drop10?")
def of_namesakes(student, case):
    modules = {"": "Sequential", "drop1": "Functional", "drop10": "Functional"}
    return [name for name in ("drop1", "drop10") if name in played(student, modules)["leaks"]]


@question("How much is named of two leaks side by side, from the second one on?")
def of_two(student, case):
    found = leaks(student, "Functional", "Linear", "Functional")
    return [name for name in found if name == "2"]


@question("Are containers of leaks named?")
def containers(student, case):
    return [name in leaks(student, ["Linear", "Functional"]) for name in ("", "0")]


@question("Is a leak found two levels down?")
def deep(student, case):
    return "0.0.1" in leaks(student, [["Linear", "Functional"]])


@question("Is it named who passes on?")
def behind(student, case):
    return "1" in leaks(student, "Functional", "Linear")


@question("What is said of a model that is a leak itself?")
def of_root(student, case):
    return played(student, "Functional")["leaks"]


@question("Which modes are as before?")
def modes_after(student, case):
    found = [played(student, ["Linear", "BatchNorm1d"], on)["modes"] for on in (TRAIN, EVAL, MIXED)]
    return [list(modes.values()) for modes in found]


@question("Are hooks as before?")
def hooks_after(student, case):
    return played(student, ["Linear", "BatchNorm1d"])["hooks"] == 0


@question("Is the input as before, behind a module that writes to it?", edge=True)
def input_after(student, case):
    return bool(np.array_equal(played(student, ["ReLU", "Linear"])["x"], X))
