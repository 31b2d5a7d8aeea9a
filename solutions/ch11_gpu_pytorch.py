"""Reference answers of chapter 11, PyTorch and the GPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd
from torch.utils.checkpoint import checkpoint


class TorchDropout(nn.Module):
    """Inverted dropout as a module, with the behaviour of torch's own.

    Parameters
    ----------
    p : float
        Probability of dropping.
    inplace : bool
        Write the result to the input.

    Raises
    ------
    ValueError
        p lies outside [0, 1], or is NaN.
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p, self.inplace = p, inplace

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Apply dropout.

        Parameters
        ----------
        x : tensor
            Any shape, device and floating dtype.

        Returns
        -------
        tensor
            Of the same shape, device and dtype; x itself in evaluation, and where it is written to.
        """
        if not self.training or self.p == 0:
            return x
        factor = torch.empty_like(x).bernoulli_(1 - self.p)
        if self.p < 1:
            factor /= 1 - self.p
        return x.mul_(factor) if self.inplace else x * factor

    def extra_repr(self) -> str:
        """Say what stands between the parentheses when the module is printed."""
        return f"p={self.p}, inplace={self.inplace}"


def seeded_dropout(x: torch.Tensor, p: float, seed: int) -> torch.Tensor:
    """Inverted dropout whose mask is made from a seed, once in forward and once in backward.

    Nothing of the size of x is kept for backward, and torch's global generator is not used.

    Parameters
    ----------
    x : tensor
        Any shape, device and floating dtype.
    p : float
        Probability of dropping.
    seed : int
        Decides the mask.

    Returns
    -------
    tensor
        Of the shape and dtype of x; differentiable.
    """
    return _Seeded.apply(x, p, seed)


class _Seeded(torch.autograd.Function):
    """Dropout is linear and symmetric: its backward pass is its forward pass."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, p: float, seed: int) -> torch.Tensor:
        ctx.p, ctx.seed = p, seed
        rng = torch.Generator(x.device).manual_seed(seed)
        # By shape, not like x: the mask must not depend on how a gradient lies in memory.
        kept = torch.rand(x.shape, generator=rng, device=x.device) >= p
        return x * kept / (1 - p) if p < 1 else x * 0

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        return seeded_dropout(grad, ctx.p, ctx.seed), None, None


@contextmanager
def mc_mode(model: nn.Module) -> Iterator[nn.Module]:
    """Switch torch's dropout modules on, and nothing else, for the time of a `with` block.

    Parameters
    ----------
    model : Module
        Any model. All its modules have their modes back afterwards, whatever happened.
    """
    before = [(module, module.training) for module in model.modules()]
    try:
        for module, _ in before:
            if isinstance(module, _DropoutNd):
                module.training = True
        yield model
    finally:
        for module, mode in before:
            module.training = mode


def find_eval_leaks(model: nn.Module, x: torch.Tensor) -> list[str]:
    """Names of the innermost modules that are random in evaluation mode.

    Parameters
    ----------
    model : Module
        In any mode; modes and hooks are left as they are.
    x : tensor
        An input.

    Returns
    -------
    list of str
        As `named_modules` spells them, "" for the model itself, in any order.
    """
    modes = [(module, module.training) for module in model.modules()]
    seen: dict[nn.Module, Any] = {}

    def remember(module: nn.Module, args: Any) -> None:
        seen[module] = _copied(args)

    hooks = [module.register_forward_pre_hook(remember) for module, _ in modes]
    try:
        with torch.no_grad():
            model.eval()(x.clone())
            for hook in hooks:
                hook.remove()
            leaks = [
                name
                for name, module in model.named_modules()
                if module in seen
                and not _equal(*(module(*_copied(seen[module])) for _ in range(2)))
            ]
    finally:
        for hook in hooks:
            hook.remove()
        for module, mode in modes:
            module.training = mode
    inside = {name: f"{name}." if name else "" for name in leaks}
    return [n for n in leaks if not any(o != n and o.startswith(inside[n]) for o in leaks)]


def _copied(args: Any) -> tuple[Any, ...]:
    """Copy tensors: some modules write to their input."""
    return tuple(arg.clone() if isinstance(arg, torch.Tensor) else arg for arg in args)


def _equal(one: Any, other: Any) -> bool:
    """Compare outputs, also those of modules that give tuples."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, (tuple, list)):
        return all(map(_equal, one, other))
    return True


def checkpoint_gradients(
    fn: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, preserve_rng_state: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Value and gradient of a function that is run again in backward instead of remembered.

    Parameters
    ----------
    fn : callable
        Maps x to a tensor without dimensions; may be random.
    x : tensor
        Where; left as it is.
    preserve_rng_state : bool
        Whether the second run gets the random numbers of the first.

    Returns
    -------
    loss, grad : tensor
        The value of the first run, and the gradient, of the shape and dtype of x.
    """
    leaf = x.detach().clone().requires_grad_()
    loss = checkpoint(fn, leaf, use_reentrant=False, preserve_rng_state=preserve_rng_state)
    (grad,) = torch.autograd.grad(loss, leaf)
    return loss.detach(), grad
