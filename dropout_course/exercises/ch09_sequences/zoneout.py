"""9.4 zoneout: what is not updated keeps its old state."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, overwrites, rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.exercises.ch09_sequences import parts

PREV, NEW = np.array([[1.0, 2.0, 3.0]]), np.array([[10.0, 20.0, 30.0]])
KEEP = np.array([[True, False, True]])
GRADIENTS = ("dprev", "dnew")

# What is true of every right answer ------------------------------------------------------------


def states(case, *shape):
    """Draw an old state, its update, and where the old one is kept."""
    prev = case.apart(*shape)
    return prev, prev + case.apart(*shape), case.mask(shape, 0.5)


@law("In training a unit keeps its old state or takes the new one", weight=3, core=True)
def training(student, case):
    prev, new, keep = states(case, 3, 4)
    examples = [
        ((PREV, NEW, KEEP, 0.4, True), np.array([[1.0, 20.0, 3.0]])),
        ((prev, new, keep, case.rate(), True), np.where(keep, prev, new)),
    ]
    case.gives(student.zoneout_forward, examples)


@law("Evaluation takes the expectation over masks", weight=3)
def evaluation(student, case):
    prev, new, keep = states(case, 3, 4)
    z = case.rate()
    examples = [
        ((PREV, NEW, KEEP, 0.25, False), np.array([[7.75, 15.5, 23.25]])),
        ((prev, new, keep, z, False), z * prev + (1 - z) * new),
    ]
    case.gives(student.zoneout_forward, examples)


def gradient(student, case, name, shapes):
    """Require one of the two gradients, for shapes of more than one unit."""
    drawn = [(case.apart(*shape), case.mask(shape, 0.5)) for shape in shapes]
    drawn = [(np.array([[1.0, 2.0, 3.0]]), KEEP), *drawn]
    asked = [student.zoneout_backward(grad, keep) for grad, keep in drawn]
    for (grad, keep), answer in zip(drawn, asked, strict=True):
        want = np.where(keep == (name == "dprev"), grad, 0)
        case.equal(parts(answer, GRADIENTS)[name], want, what=name)


@law("dprev: the gradient goes through where the old state was kept", weight=2)
def to_old(student, case):
    gradient(student, case, "dprev", ((3, 4),))


@law("dnew: and through the update elsewhere", weight=2)
def to_new(student, case):
    gradient(student, case, "dnew", ((3, 4),))


@law("float32 stays float32, and no argument is written to", weight=1.5, edge=True)
def form(student, case):
    prev, new, grad = (case.frozen(a.astype(np.float32)) for a in (PREV, NEW, 2 * PREV))
    require_form(student, case, prev, new, case.frozen(KEEP), grad)


def require_form(student, case, prev, new, keep, grad):
    """Require the dtype and the shape of the first argument, of three results."""
    ahead = [student.zoneout_forward(prev, new, keep, 0.3, mode) for mode in (True, False)]
    back = student.zoneout_backward(grad, keep)
    for answer in ahead:
        case.form(answer, prev)
    for name, got in parts(back, GRADIENTS).items():
        case.form(got, grad, what=name)


# By what a wrong answer is recognised ----------------------------------------------------------


@question("What becomes of units in training?")
def in_training(student, case):
    return rounded(student.zoneout_forward(PREV, NEW, KEEP, 0.2, True))


@question("What becomes of units in evaluation?")
def in_evaluation(student, case):
    return rounded(student.zoneout_forward(PREV, NEW, KEEP, 0.2, False))


@question("Where does the gradient by the old state go?")
def old(student, case):
    return rounded(student.zoneout_backward(PREV, KEEP).value[0])


@question("Where does the gradient by the new state go?")
def new(student, case):
    return rounded(student.zoneout_backward(PREV, KEEP).value[1])


@question("Which dtype comes out for float32?", edge=True)
def kind(student, case):
    prev, new = PREV.astype(np.float32), NEW.astype(np.float32)
    return dtype(student.zoneout_forward(prev, new, KEEP, 0.2, True))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.zoneout_forward, case.frozen(PREV), NEW, KEEP, 0.2, True)


# What people write instead ---------------------------------------------------------------------


def forward_form(
    training_state=lambda prev, new, keep, z: np.where(keep, prev, new),
    eval_state=lambda prev, new, keep, z: z * prev + (1 - z) * new,
):
    def zoneout_forward(prev, new, keep_prev, z, training):
        state = training_state if training else eval_state
        return state(prev, new, keep_prev, z).astype(prev.dtype)

    return zoneout_forward


def backward_form(
    dprev=lambda grad, keep: np.where(keep, grad, grad * 0),
    dnew=lambda grad, keep: np.where(keep, grad * 0, grad),
):
    def zoneout_backward(grad, keep_prev):
        return dprev(grad, keep_prev), dnew(grad, keep_prev)

    return zoneout_backward


mistakes = Mistakes(zoneout_forward=forward_form, zoneout_backward=backward_form)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "old-and-new-exchanged",
    "Old and new exchanged",
    "In training you update the units that keep_prev wants to keep; True means: the old state.",
    training_state=lambda prev, new, keep, z: np.where(keep, new, prev),
)
mistakes.row(
    "zeros-for-old-state",
    "Zeros in the place of the old state",
    "Units that are not updated become 0, which is dropout; zoneout gives them their old state.",
    training_state=lambda prev, new, keep, z: np.where(keep, 0, new),
)
mistakes.row(
    "old-state-added",
    "The old state not dropped",
    "You add the old state everywhere; where the update is taken, the old state goes.",
    training_state=lambda prev, new, keep, z: prev + np.where(keep, 0, new),
)
mistakes.row(
    "rescaled",
    "Rescaled as in dropout",
    "You divide by a probability; nothing is lost in zoneout, so nothing is to be made up for.",
    training_state=lambda prev, new, keep, z: np.where(keep, prev / z, new / (1 - z)),
)
mistakes.row(
    "update-rescaled",
    "The update rescaled",
    "You divide the new state by 1 - z, as dropout does; nothing is lost in zoneout, so nothing is "
    "to be made up for.",
    training_state=lambda prev, new, keep, z: np.where(keep, prev, new / (1 - z)),
)
mistakes.row(
    "update-added",
    "The update not left out",
    "The new state is there everywhere, and the old one is added where it is kept; there it takes "
    "the place of the update.",
    training_state=lambda prev, new, keep, z: np.where(keep, prev, 0) + new,
)
mistakes.row(
    "never-drops",
    "No dropout at all",
    "In training you give the expectation; there each unit keeps its old state or takes the new.",
    training_state=lambda prev, new, keep, z: z * prev + (1 - z) * new,
)
mistakes.row(
    "drops-in-eval",
    "Drops in evaluation",
    "Evaluation uses the mask; it has to give the expectation over masks.",
    eval_state=lambda prev, new, keep, z: np.where(keep, prev, new),
)
mistakes.row(
    "identity-in-eval",
    "All updates in evaluation",
    "In evaluation you take the new state as it is; training has updated a unit with probability "
    "1 - z only, so the mean is z times the old plus 1 - z times the new state.",
    eval_state=lambda prev, new, keep, z: new,
)
mistakes.row(
    "z-for-one-minus-z",
    "z and 1 - z exchanged",
    "z is the probability of keeping the old state, so in evaluation it multiplies prev.",
    eval_state=lambda prev, new, keep, z: (1 - z) * prev + z * new,
)
mistakes.row(
    "half-and-half",
    "Half and half in evaluation",
    "In evaluation old and new weigh alike; the old state is kept with probability z, so z is its "
    "weight.",
    eval_state=lambda prev, new, keep, z: (prev + new) / 2,
)
mistakes.row(
    "old-state-missing-in-eval",
    "Old state missing in evaluation",
    "In evaluation you give (1 - z) times the new state; z times the old one belongs to the mean.",
    eval_state=lambda prev, new, keep, z: (1 - z) * new,
)
mistakes.row(
    "old-gradient-unmasked",
    "dprev everywhere",
    "Where the update was taken, the old state was not used, so its gradient is 0 there.",
    of="zoneout_backward",
    dprev=lambda grad, keep: grad,
)
mistakes.row(
    "old-state-without-gradient",
    "No gradient to the old state",
    "dprev is 0: you send the gradient through the update alone. Where the old state was kept, it "
    "passes unchanged, and that is why gradients reach far back.",
    of="zoneout_backward",
    dprev=lambda grad, keep: grad * 0,
)
mistakes.row(
    "update-gradient-unmasked",
    "dnew everywhere",
    "Units that kept their old state did not use their update, so its gradient is 0 there.",
    of="zoneout_backward",
    dnew=lambda grad, keep: grad,
)
mistakes.row(
    "gradients-exchanged",
    "The gradients exchanged",
    "dprev and dnew stand in each other's place; where keep_prev is True, the gradient is dprev.",
    of="zoneout_backward",
    dprev=lambda grad, keep: np.where(keep, 0 * grad, grad),
    dnew=lambda grad, keep: np.where(keep, grad, 0 * grad),
)
