"""11.5 checkpoint_gradients: run forward again in backward, with the same coins or with others."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import value_of
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question
from dropout_course.engine.statistics import Coincidence

NOT_THE_SAME_MASK = Coincidence(
    "two masks of 100 units are equal at p = 0.3",
    alarm=2.21e-24,
    how="0.58**100",
    effect="the random numbers of the first run come back although they must not",
)


def run(student, x, w, p, preserve, seed=3, frozen=False):
    """Ask for loss and gradient of ½ Σ w (mask x / (1-p))²."""
    plain = {"x": x, "w": w, "p": p, "preserve": preserve, "seed": seed, "frozen": frozen}
    return student.play("checkpoint_run", **plain)


def of_mask(x, w, p, mask):
    """Give loss and gradient under one mask."""
    factor = mask / (1 - p)
    return float(np.sum(w * (factor * x) ** 2) / 2), w * factor**2 * x


def problem(case, *shape):
    """Draw a point, and positive weights."""
    return case.apart(*shape), case.uniform(*shape, low=0.5, high=2)


def masks_in(case, answer):
    """Give the masks of the runs: at least two, for forward and for backward."""
    masks = answer.value["masks"]
    text = f"fn ran {len(masks)} time(s); with checkpointing it runs once more in backward"
    case.that(len(masks) > 1, text)
    return masks


def require_value(case, asked):
    """Require the loss of each first run."""
    for (x, w, p), answer in asked:
        want = of_mask(x, w, p, answer.value["masks"][0])[0]
        case.equal(case.array(answer.value["loss"]), np.array(want), what="the loss")


def require_gradient(case, asked, which):
    """Require the gradient under the mask of one run."""
    for (x, w, p), answer in asked:
        want = of_mask(x, w, p, masks_in(case, answer)[which])[1]
        case.equal(case.array(answer.value["grad"]), want, what="the gradient")


def problems(student, case, shapes, p, preserve):
    """Ask for some problems; give them with the answers."""
    made = [(*problem(case, *shape), p) for shape in shapes]
    return [(one, run(student, *one, preserve, case.seed())) for one in made]


SEEDS = 12  # it is tried under: torch takes a tenth of a second and more for each

# What is true of every right answer ------------------------------------------------------------


@law("With the state preserved, the gradient is that of the first run", weight=4, core=True)
def preserved(student, case):
    asked = problems(student, case, [(100,), (12, 10)], 0.3, True)
    require_gradient(case, asked, 0)


@law("Without it, backward runs fn with other random numbers", weight=3,
     statistic=(NOT_THE_SAME_MASK,) * 2)  # fmt: skip
def not_preserved(student, case):
    asked = problems(student, case, [(100,), (12, 10)], 0.3, False)
    require_gradient(case, asked, -1)
    for _, answer in asked:
        first, *_, last = answer.value["masks"]
        text = "with preserve_rng_state=False the second run must draw new numbers"
        case.that(not np.array_equal(first, last), text)


@law("The loss is that of the first run", weight=2)
def value(student, case):
    for preserve in (True, False):
        require_value(case, problems(student, case, [(100,), (12, 10)], 0.3, preserve))


@law("fn runs twice, and no third time", weight=1.5, observed=True)
def runs(student, case):
    for preserve in (True, False):
        for _, answer in problems(student, case, [(30,)], 0.3, preserve):
            n = len(answer.value["masks"])
            case.that(n == 2, f"fn ran {n} time(s): once in forward, once more in backward")


@law("x, its gradient and what it asks for are left as found", weight=1.5)
def left_alone(student, case):
    x, w = problem(case, 20)
    for frozen in (True, False):
        told = run(student, x, w, 0.3, True, frozen=frozen).value
        case.that(told["same"], "x is not as it was: its values, .grad or requires_grad differ")


@law("float32 stays float32", weight=1, edge=True)
def form(student, case):
    require_form(student, case, (20,))


def require_form(student, case, shape):
    """Require dtype and shape of x in the gradient, and one number as the loss."""
    x, w = (part.astype(np.float32) for part in problem(case, *shape))
    told = run(student, x, w, 0.3, True).value
    case.form(told["grad"], x, what="the gradient")
    case.array(told["loss"], (), what="the loss")


# By what a wrong answer is recognised ----------------------------------------------------------

X, W = np.linspace(1, 2, 60), np.ones(60)


def played(student, preserve, p=0.3, **more):
    """Play the one problem that all questions are about."""
    return value_of(run(student, X, W, p, preserve, **more))


def told_of(told, part):
    """Say of which run loss or gradient are."""
    got = np.asarray(told[part], float)
    wants = [of_mask(X, W, 0.3, mask)[part == "grad"] for mask in told["masks"]]
    near = [i for i, want in enumerate(wants) if np.allclose(got, want)]
    if near:
        return ["all" if len(near) == len(wants) > 1 else "first" if near[0] == 0 else "later"]
    multiple = np.median(got / np.where(wants[0] == 0, np.nan, wants[0])) if part == "loss" else 0
    return ["none", round(float(multiple), 2)]


@question("Of which run is the gradient, with the state preserved?")
def with_state(student, case):
    return told_of(played(student, True), "grad")[0]


@question("Of which run is the gradient, without it?")
def without_state(student, case):
    return told_of(played(student, False), "grad")[0]


@question("Of which run is the loss, without it?")
def of_loss(student, case):
    return told_of(played(student, False), "loss")


@question("What is the gradient without randomness, over what it must be?")
def plain_gradient(student, case):
    return np.round(np.median(np.asarray(played(student, True, p=0.0)["grad"]) / (W * X)), 3)


@question("How often does fn run?")
def how_often(student, case):
    return [len(played(student, preserve)["masks"]) for preserve in (True, False)]


@question("Is x left as found?")
def as_found(student, case):
    return [played(student, True, frozen=frozen)["same"] for frozen in (True, False)]


@question("Which dtype has the gradient for float32?", edge=True)
def kind(student, case):
    told = value_of(run(student, X.astype(np.float32), W.astype(np.float32), 0.3, True))
    return str(told["grad"].dtype)


def copied(x):
    """Give a leaf of its own."""
    return x.detach().clone().requires_grad_()


def gradient(loss, leaf):
    """Ask autograd."""
    import torch

    return torch.autograd.grad(loss, leaf)[0]


def form_of(
    leaf=copied,
    flag=lambda preserve: preserve,
    loss_of=lambda loss, fn, leaf: loss,
    gradient=gradient,
    checkpointed=True,
):
    def checkpoint_gradients(fn, x, preserve_rng_state):
        from torch.utils.checkpoint import checkpoint

        at = leaf(x)
        if checkpointed:
            how = {"use_reentrant": False, "preserve_rng_state": flag(preserve_rng_state)}
            loss = checkpoint(fn, at, **how)
        else:
            loss = fn(at)
        grad = gradient(loss, at)
        return loss_of(loss, fn, at).detach(), grad

    return checkpoint_gradients


def by_backward(loss, leaf):
    """Add to what is there."""
    loss.backward()
    return leaf.grad


def of_square(loss, leaf):
    """Backward twice."""
    loss.backward(retain_graph=True)
    loss.backward()
    return leaf.grad


mistakes = Mistakes(checkpoint_gradients=form_of)
mistakes.row(
    "nothing-checkpointed",
    "Nothing is checkpointed",
    "fn runs once, so all that it makes stays in memory until backward; call "
    "torch.utils.checkpoint.checkpoint.",
    checkpointed=False,
)
mistakes.row(
    "state-always-preserved",
    "The state is always preserved",
    "preserve_rng_state is not passed on, and its default is True.",
    flag=lambda preserve: True,
)
mistakes.row(
    "state-never-preserved",
    "The state is never preserved",
    "The second run draws other masks, so the gradient is that of another function than the loss.",
    flag=lambda preserve: False,
)
mistakes.row(
    "flag-turned-round",
    "The flag is turned round",
    "You preserve the state where it is not asked for, and not where it is.",
    flag=lambda preserve: not preserve,
)
mistakes.row(
    "loss-of-another-run",
    "The loss of another run",
    "You call fn once more for the loss, with other coins; return what checkpoint gave.",
    loss_of=lambda loss, fn, leaf: fn(leaf),
)
mistakes.row(
    "gradient-left-on-x",
    "The gradient is left on x",
    "You call backward on x itself, so its .grad has changed, and the gradient that was there is "
    "in yours; work on a detached copy.",
    leaf=lambda x: x.requires_grad_(),
    gradient=by_backward,
)
mistakes.row(
    "x-asks-for-gradients",
    "x asks for gradients afterwards",
    "requires_grad_() changes the caller's tensor; work on a detached copy.",
    leaf=lambda x: x.requires_grad_(),
)
mistakes.row(
    "backward-twice",
    "Backward twice",
    "backward adds to .grad, and you call it twice, so the gradient is doubled.",
    gradient=of_square,
)
mistakes.row(
    "float32-becomes-float64",
    leaf=copied,
    gradient=lambda loss, leaf: gradient(loss, leaf).double(),
)
mistakes.row(
    "descent-for-gradient",
    "The step for the gradient",
    "The result is minus the gradient, the direction of descent.",
    gradient=lambda loss, leaf: -gradient(loss, leaf),
)
