"""11.4 find_eval_leaks: who tosses coins although the model is in evaluation mode."""

from __future__ import annotations

from dropout_course.engine.features import value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch11_gpu_pytorch.wrong_leaks import mistakes

__all__ = ["mistakes"]  # what people write instead

CLEAN = ["linear", "dropout", "norm", "guarded"]
NESTED = ["linear", ["norm", ["relu", "leaky"]], ["linear", "leaky attention"], "linear"]


def run(student, parts, seed, mode="mixed"):
    """Ask for the leaks of a model of these parts."""
    return student.play("eval_leaks_run", parts=parts, seed=seed, mode=mode)


def require_names(case, asked):
    """Require the names of each ``(answer, names)``."""
    for answer, want in asked:
        got = answer.value["leaks"]
        text = "the result must be a list of names"
        case.that(isinstance(got, list), text, received=got, kind="type")
        case.that(got == sorted(want), "these are not the leaks of the model",
                  expected=sorted(want), received=got)  # fmt: skip


def require_found(student, case, models):
    """Require the names of each ``(parts, names)``."""
    seed = case.integers(0, 10_000)
    require_names(case, [(run(student, parts, seed), want) for parts, want in models])


def require_left_alone(student, case, part, models):
    """Require that modes, hooks or the input are as before."""
    words = {"modes": "modes of modules", "hooks": "hooks", "x": "numbers of the input"}
    seed = case.integers(0, 10_000)
    asked = [run(student, parts, seed, mode) for parts in models
             for mode in ("train", "eval", "mixed")]  # fmt: skip
    for answer in asked:
        case.that(answer.value[part], f"afterwards, {words[part]} are not as before")


# What is true of every right answer ------------------------------------------------------------


@law("Modules that are random in evaluation mode are found, and no others", weight=4, core=True)
def found(student, case):
    models = [(["linear", "leaky"], ["1"]), (CLEAN, []), (["leaky", "linear", "leaky"], ["0", "2"])]
    require_found(student, case, models)


@law("Only the innermost module is named", weight=2)
def innermost(student, case):
    require_found(student, case, [([["leaky"]], ["0.0"]), (NESTED, ["1.1.1", "2.1"])])


@law("Who passes a changed input on is not named", weight=2)
def passing_on(student, case):
    require_found(student, case, [(["leaky", "linear", "relu", "norm"], ["0"])])


@law('The model itself has the name ""', weight=1)
def root(student, case):
    require_found(student, case, [("leaky", [""]), ("leaky attention", [""]), ("linear", [])])


@law("Modes are left as they were", weight=1)
def modes(student, case):
    require_left_alone(student, case, "modes", [CLEAN, ["leaky", "linear"]])


@law("Hooks are left as they were, and so is the input", weight=1)
def hooks(student, case):
    for part in ("hooks", "x"):
        require_left_alone(student, case, part, [["relu", "leaky", "linear"]])


# By what a wrong answer is recognised ----------------------------------------------------------


def leaks(student, *parts, mode="mixed"):
    """Give the names that are found."""
    return value_of(run(student, list(parts), 3, mode))["leaks"]


@question("What is found in a model without leaks?")
def of_clean(student, case):
    return leaks(student, *CLEAN, mode="train")


@question("Is a leak found at all?")
def of_one(student, case):
    return bool(leaks(student, "linear", "leaky"))


@question("How much is named of two leaks side by side, from the second one on?")
def of_two(student, case):
    return [name for name in leaks(student, "leaky", "linear", "leaky") if name == "2"]


@question("Are containers of leaks named?")
def containers(student, case):
    return [name in leaks(student, ["linear", "leaky"]) for name in ("", "0")]


@question("Is a leak found two levels down?")
def deep(student, case):
    return "0.0.1" in leaks(student, [["linear", "leaky"]])


@question("Is it named who passes on?")
def behind(student, case):
    return "1" in leaks(student, "leaky", "linear")


@question("What is said of a model that is a leak itself?")
def of_root(student, case):
    return value_of(run(student, "leaky", 3))["leaks"]


@question("Which modes are as before?")
def modes_after(student, case):
    asked = [run(student, ["linear", "norm"], 3, mode) for mode in ("train", "eval", "mixed")]
    return [value_of(answer)["modes"] for answer in asked]


@question("Are hooks as before?")
def hooks_after(student, case):
    return value_of(run(student, ["linear", "norm"], 3))["hooks"]


@question("Is the input as before, behind a module that writes to it?", edge=True)
def input_after(student, case):
    return value_of(run(student, ["relu", "linear"], 3))["x"]
