"""What people write instead of 11.3: a right context manager with parts replaced."""

from __future__ import annotations

from dropout_course.engine.mistakes import Mistakes
from dropout_course.exercises.ch11_gpu_pytorch.models import KINDS


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
            noted = remembered(list(self.model.modules()), on)
            self.before = [(module, module.training) for module in noted]
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


def after_eval(model, chosen):
    """Switch everything off, and dropout on."""
    model.eval()
    switch_on(model, chosen)


mistakes = Mistakes(mc_mode=form)
mistakes.row(
    "evaluation-first",
    "eval() first",
    "You call model.eval() in front, and a module that was in training no longer is; every module "
    "but dropout keeps its mode.",
    enter=after_eval,
)
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
    "A class that derives from one of torch's dropout modules is left out; isinstance finds those "
    "too.",
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
    "All modules get the mode of the model itself; each has its own, and train(mode) reaches all "
    "that is inside.",
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
