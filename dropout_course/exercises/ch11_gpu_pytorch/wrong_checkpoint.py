"""What people write instead of 11.5: a right function with parts replaced."""

from __future__ import annotations

from dropout_course.engine.mistakes import Mistakes


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


@mistakes.whole(
    "checkpoint-called-twice",
    "checkpoint called twice",
    "The loss comes from one call of checkpoint and the gradient from another, with other coins; "
    "take both from one call.",
)
def called_twice(fn, x, preserve_rng_state):
    loss, _ = form_of(gradient=lambda loss, leaf: None)(fn, x, preserve_rng_state)
    return loss, form_of()(fn, x, preserve_rng_state)[1]


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
    "copy-not-detached",
    "The copy is not detached",
    "A copy of x that is not detached is no leaf: its .grad stays None, and that of x changes.",
    leaf=lambda x: x.clone().requires_grad_(),
    gradient=by_backward,
)
mistakes.row(
    "tuple-for-gradient",
    "A tuple for the gradient",
    "torch.autograd.grad gives a tuple, with one gradient for each input; take out the first.",
    gradient=lambda loss, leaf: (gradient(loss, leaf),),
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
