"""11.3 mc_mode: dropout on, everything else as it is, and all of it back afterwards."""

from __future__ import annotations

from dropout_course.engine.features import value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch11_gpu_pytorch.models import DROPOUT, KINDS, many_modules
from dropout_course.exercises.ch11_gpu_pytorch.wrong_modes import mistakes

__all__ = ["mistakes"]  # what people write instead

EVAL, TRAIN, MIXED = [False], [True], [True, False, False, True, False]
ASKED = {  # the model that the questions are about; those of the laws are drawn
    "": "Sequential", "0": "Sequential", "0.0": "Linear", "0.1": "BatchNorm1d",
    "0.2": "Dropout", "0.3": "DropoutSchedule", "1": "Sequential", "1.0": "Linear",
    "1.1": "BatchNorm1d", "1.2": "Dropout1d", "1.3": "Dropout2d", "1.4": "Dropout3d",
    "2": "ModuleDict", "2.selu": "Sequential", "2.selu.0": "Linear", "2.selu.1": "BatchNorm1d",
    "2.selu.2": "AlphaDropout", "2.selu.3": "FeatureAlphaDropout", "3": "Sequential",
    "3.0": "Linear", "3.1": "BatchNorm1d", "3.2": "OwnDropout", "4": "LSTM", "5": "Dropout",
}  # fmt: skip


def run(student, modules, on, fails=False, inside=""):
    """Enter the context on a model whose modules have these modes."""
    return student.play("mc_mode_run", modules=modules, on=on, fails=fails, inside=inside)


def asked_of_models(student, case, patterns, **more):
    """Draw a model for each pattern of modes; give all three, what came of it last."""
    models = [many_modules(case) for _ in patterns]
    return [(modules, on, run(student, modules, on, **more))
            for modules, on in zip(models, patterns, strict=True)]  # fmt: skip


def before(modules, on):
    """Give the mode of each module beforehand."""
    return {name: on[i % len(on)] for i, name in enumerate(modules)}


def require(case, modules, got, want, when):
    """Require modes, name by name; say of the first module that is in the wrong one."""
    words, ok = ["evaluation", "training"], isinstance(got, dict) and got.keys() == modules.keys()
    case.that(ok, f"{when} no modes can be seen", received=got, kind="type")
    for name, mode in want.items():
        what = f"{modules[name]} `{name}`" if name else "the model itself"
        text = f"{when} {what} is in {words[not mode]} mode"
        case.that(got[name] is mode, f"{text}; it must be in {words[mode]} mode")


def require_dropout(student, case, patterns, on):
    """Require that torch's dropout modules are on inside, or that the others are as they were."""
    for modules, pattern, answer in asked_of_models(student, case, patterns):
        was = before(modules, pattern)
        chosen = [name for name, kind in modules.items() if (kind in DROPOUT) is on]
        want = {name: on or was[name] for name in chosen}
        require(case, modules, answer.value["inside"], want, "inside the block")


def require_restored(case, asked):
    """Require the modes of before after the block."""
    for modules, pattern, answer in asked:
        want = before(modules, pattern)
        require(case, modules, answer.value["after"], want, "after the block")


# What is true of every right answer ------------------------------------------------------------


@law("Inside, torch's dropout modules of every kind are on", weight=3, core=True)
def dropout_on(student, case):
    require_dropout(student, case, [EVAL, MIXED], True)


@law("Inside, every other module has the mode that it had", weight=3)
def others_stay(student, case):
    require_dropout(student, case, [EVAL, MIXED, TRAIN], False)


@law("Afterwards all modes are as before", weight=3)
def restored(student, case):
    require_restored(case, asked_of_models(student, case, [EVAL, TRAIN, MIXED]))


@law("… also after an exception, which comes through", weight=2)
def restored_after_exception(student, case):
    require_exception(student, case, [EVAL, TRAIN])


def require_exception(student, case, patterns):
    """Require that the exception leaves the block, and that modes are as before."""
    asked = asked_of_models(student, case, patterns, fails=True)
    for _, _, answer in asked:
        case.that(answer.value["passed"], "an exception inside the block is swallowed")
    require_restored(case, asked)


@law("… also if somebody switches modes inside", weight=1)
def restored_after_switch(student, case):
    asked = asked_of_models(student, case, [EVAL], inside="train")
    asked += asked_of_models(student, case, [TRAIN], inside="eval")
    require_restored(case, asked)


# By what a wrong answer is recognised ----------------------------------------------------------


def played(student, on, **more):
    """Play on the one model that all questions are about."""
    return value_of(run(student, ASKED, on, **more))


def was(on):
    """Give the modes of its modules beforehand."""
    return before(ASKED, on)


def wrong(got, want):
    """Name the modules whose modes differ."""
    return sorted(name for name, mode in want.items() if got.get(name) is not mode)


def left_off(student, torchs_own):
    """Name the dropout modules of torch's own classes, or of derived ones, that are not on."""
    asked = [name for name, kind in ASKED.items()
             if kind in DROPOUT and (kind in KINDS) == torchs_own]  # fmt: skip
    return wrong(played(student, EVAL)["inside"], dict.fromkeys(asked, True))


@question("Which of torch's own dropout modules are not on inside?")
def off(student, case):
    return left_off(student, True)


@question("Which modules that derive from them are not on inside?")
def derived_off(student, case):
    return left_off(student, False)


@question("Which other modules are switched?")
def switched(student, case):
    found = []
    for on in (EVAL, MIXED):
        others = {name: mode for name, mode in was(on).items() if ASKED[name] not in DROPOUT}
        found.append(wrong(played(student, on)["inside"], others))
    return found


@question("Which of a model in evaluation mode are not as before?")
def after_eval(student, case):
    return wrong(played(student, EVAL)["after"], was(EVAL))


@question("Which of a model in mixed modes are not as before?")
def after_mixed(student, case):
    return wrong(played(student, MIXED)["after"], was(MIXED))


@question("And after an exception?")
def after_exception(student, case):
    result = played(student, EVAL, fails=True)
    return [result["passed"], wrong(result["after"], was(EVAL))]


@question("And after eval() inside?")
def after_switch(student, case):
    result = played(student, TRAIN, inside="eval")
    return len(wrong(result["after"], was(TRAIN))) > 2
