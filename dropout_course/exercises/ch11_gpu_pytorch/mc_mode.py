"""11.3 mc_mode: dropout on, everything else as it is, and all of it back afterwards."""

from __future__ import annotations

from dropout_course.engine.features import value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question

EVAL, TRAIN, MIXED = [False], [True], [True, False, False, True, False]
KINDS = ["Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"]
# The model of the scene, which is built where the answer runs: what is expected of it stands here.
MODULES = {
    "model": "Sequential", "0": "Sequential", "0.0": "Linear", "0.1": "BatchNorm1d",
    "0.2": "Dropout", "0.3": "DropoutSchedule", "1": "Sequential", "1.0": "Linear",
    "1.1": "BatchNorm1d", "1.2": "Dropout1d", "1.3": "Dropout2d", "1.4": "Dropout3d",
    "2": "ModuleDict", "2.selu": "Sequential", "2.selu.0": "Linear", "2.selu.1": "BatchNorm1d",
    "2.selu.2": "AlphaDropout", "2.selu.3": "FeatureAlphaDropout", "3": "Sequential",
    "3.0": "Linear", "3.1": "BatchNorm1d", "3.2": "OwnDropout", "4": "LSTM",
}  # fmt: skip
DROPOUT = {name: kind in (*KINDS, "OwnDropout") for name, kind in MODULES.items()}


def run(student, on, fails=False, inside=""):
    """Enter the context on a model whose modules have these modes."""
    return student.play("mc_mode_run", on=on, fails=fails, inside=inside)


def before(on):
    """Give the mode of each module beforehand."""
    return {name: on[i % len(on)] for i, name in enumerate(MODULES)}


def require(case, got, want, when):
    """Require modes, name by name; say of the first module that is in the wrong one."""
    words, ok = ["evaluation", "training"], isinstance(got, dict) and got.keys() == MODULES.keys()
    case.that(ok, f"{when} no modes can be seen", received=got, kind="type")
    for name, mode in want.items():
        text = f"{when} {MODULES[name]} `{name}` is in {words[not mode]} mode"
        case.that(got[name] is mode, f"{text}; it must be in {words[mode]} mode")


def require_dropout(student, case, patterns, on):
    """Require that torch's dropout modules are on inside, or that the others are as they were."""
    asked = [(pattern, run(student, pattern)) for pattern in patterns]
    for pattern, answer in asked:
        was = before(pattern)
        want = {name: on or was[name] for name, kind in DROPOUT.items() if kind is on}
        require(case, answer.value["inside"], want, "inside the block")


def require_restored(student, case, patterns, **more):
    """Require the modes of before after the block."""
    asked = [(pattern, run(student, pattern, **more)) for pattern in patterns]
    for pattern, answer in asked:
        require(case, answer.value["after"], before(pattern), "after the block")


# What is true of every right answer ------------------------------------------------------------


@law("Inside, torch's dropout modules of every kind are on", weight=3, core=True)
def dropout_on(student, case):
    require_dropout(student, case, [EVAL, MIXED], True)


@law("Inside, every other module has the mode that it had", weight=3)
def others_stay(student, case):
    require_dropout(student, case, [EVAL, MIXED, TRAIN], False)


@law("Afterwards all modes are as before", weight=3)
def restored(student, case):
    require_restored(student, case, [EVAL, TRAIN, MIXED])


@law("… also after an exception, which comes through", weight=2)
def restored_after_exception(student, case):
    require_exception(student, case, [EVAL, TRAIN])


def require_exception(student, case, patterns):
    """Require that the exception leaves the block, and that modes are as before."""
    for answer in [run(student, pattern, fails=True) for pattern in patterns]:
        case.that(answer.value["passed"], "an exception inside the block is swallowed")
    require_restored(student, case, patterns, fails=True)


@law("… also if somebody switches modes inside", weight=1)
def restored_after_switch(student, case):
    require_restored(student, case, [EVAL], inside="train")
    require_restored(student, case, [TRAIN], inside="eval")


# By what a wrong answer is recognised ----------------------------------------------------------


def wrong(got, want):
    """Name the modules whose modes differ."""
    return sorted(name for name, mode in want.items() if got.get(name) is not mode)


def left_off(student, torchs_own):
    """Name the dropout modules of torch's own classes, or of derived ones, that are not on."""
    asked = [n for n, kind in MODULES.items() if DROPOUT[n] and (kind in KINDS) == torchs_own]
    return wrong(value_of(run(student, EVAL))["inside"], dict.fromkeys(asked, True))


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
        told = value_of(run(student, on))
        others = {name: was for name, was in before(on).items() if not DROPOUT[name]}
        found.append(wrong(told["inside"], others))
    return found


@question("Which of a model in evaluation mode are not as before?")
def after_eval(student, case):
    told = value_of(run(student, EVAL))
    return wrong(told["after"], before(EVAL))


@question("Which of a model in mixed modes are not as before?")
def after_mixed(student, case):
    told = value_of(run(student, MIXED))
    return wrong(told["after"], before(MIXED))


@question("And after an exception?")
def after_exception(student, case):
    told = value_of(run(student, EVAL, fails=True))
    return [told["passed"], wrong(told["after"], before(EVAL))]


@question("And after eval() inside?")
def after_switch(student, case):
    told = value_of(run(student, TRAIN, inside="eval"))
    return len(wrong(told["after"], before(TRAIN))) > 2


def is_dropout(module):
    """Say whether torch counts it among its dropout modules."""
    from torch.nn.modules.dropout import _DropoutNd

    return isinstance(module, _DropoutNd)


def just_dropout(module):
    """Say whether it is `nn.Dropout`, or derives from it."""
    from torch import nn

    return isinstance(module, nn.Dropout)


def exactly_a_kind(module):
    """Look the class itself up."""
    from torch import nn

    return type(module) in [getattr(nn, kind) for kind in KINDS]


def switch_on(model, chosen):
    """Switch modules to training."""
    for module in chosen:
        module.train()


def put_back(model, before):
    """Put every mode back."""
    for module, mode in before:
        module.training = mode


def form(
    chosen=is_dropout,
    modules=lambda model: list(model.modules()),
    enter=switch_on,
    remembered=lambda modules, chosen: modules,
    leave=put_back,
    after_exception=True,
    swallows=False,
):
    class Mode:
        def __init__(self, model):
            self.model = model

        def __enter__(self):
            found = modules(self.model)
            on = [module for module in found if chosen(module)]
            self.before = [(module, module.training) for module in remembered(found, on)]
            enter(self.model, on)
            return self.model

        def __exit__(self, kind, *error):
            if kind is None or after_exception:
                leave(self.model, self.before)
            return swallows

    return Mode


def all_but_norms(model, chosen):
    """Switch everything to training, and batch norms back."""
    from torch.nn.modules.batchnorm import _BatchNorm

    model.train()
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.eval()


mistakes = Mistakes(mc_mode=form)
mistakes.row(
    "whole-model-in-training",
    "The whole model in training",
    "model.train() switches batch norm too, which then uses the batch and overwrites what it has "
    "stored; switch dropout modules alone.",
    enter=lambda model, chosen: model.train(),
)
mistakes.row(
    "training-but-for-norms",
    "All in training but batch norm",
    "You switch everything on and batch norm off again, so an LSTM and modules of other people are "
    "in a mode that nobody asked for, and a batch norm that was in training is not.",
    enter=all_but_norms,
)
mistakes.row(
    "elements-alone",
    "nn.Dropout alone",
    "Dropout1d, Dropout2d, Dropout3d and the alpha kinds don't derive from nn.Dropout; their "
    "common base is torch.nn.modules.dropout._DropoutNd.",
    chosen=just_dropout,
)
mistakes.row(
    "subclasses-forgotten",
    "Subclasses forgotten",
    "You compare classes, so a class that derives from nn.Dropout is left out; use isinstance.",
    chosen=exactly_a_kind,
)
mistakes.row(
    "chosen-by-name",
    "Chosen by name",
    "A module whose class has Dropout in its name need not be one, and one may have another name; "
    "use isinstance.",
    chosen=lambda module: "Dropout" in type(module).__name__,
)
mistakes.row(
    "children-alone",
    "Children alone",
    "model.children() gives the first level alone; model.modules() goes all the way down.",
    modules=lambda model: [model, *model.children()],
)
mistakes.row(
    "leaves-in-evaluation",
    "Leaves in evaluation",
    "Afterwards the model is in evaluation mode, whatever it was before; note each module's mode "
    "and put it back.",
    leave=lambda model, before: model.eval(),
)
mistakes.row(
    "one-mode-for-all",
    "One mode for all",
    "You put back the mode of the model itself to all modules; each has its own.",
    leave=lambda model, before: model.train(before[0][1]),
)
mistakes.row(
    "dropout-stays-on",
    "Dropout stays on",
    "After the block, dropout is still on: nothing is put back.",
    leave=lambda model, before: None,
)
mistakes.row(
    "lost-by-an-exception",
    "Lost by an exception",
    "If the block raises, modes are not put back; that belongs into `finally`.",
    after_exception=False,
)
mistakes.row(
    "exception-swallowed",
    "The exception is swallowed",
    "An exception in the block does not come through; whoever called must learn of it.",
    swallows=True,
)
mistakes.row(
    "dropout-alone-restored",
    "Dropout alone is put back",
    "What the block itself switches is left so; put the mode of every module back.",
    remembered=lambda modules, chosen: chosen,
)
