"""A module and functions of torch, played with plain arrays."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from dropout_course.scenes.common import tried

Namespace = Mapping[str, Any]
LARGE = 16  # elements: what is kept of fewer is of no account


def torch_dropout_run(
    ns: Namespace, p: float, seed: int, steps: Sequence[Any], inplace: bool = False
) -> dict[str, Any]:
    """Build ``TorchDropout(p, inplace)`` inside a container, and lead it through some steps.

    Parameters
    ----------
    ns : mapping
        The student's names.
    p, inplace
        Passed on.
    seed : int
        For torch's generator, before the layer is built.
    steps : sequence
        ``"train"`` and ``"eval"`` switch the container; ``("seed", n)`` seeds torch;
        ``("forward", x)`` gives ``[y, x afterwards, whether y is x]``; ``("gradient", x, g)``
        gives ``[y, dx]``; ``("cast", x, dtype)`` gives the dtype that comes out.

    Returns
    -------
    dict
        ``steps``: what each gave, None for a switch; ``used``: names of torch's own dropout
        functions that were called; ``text``: the layer as it is printed.
    """
    import torch

    torch.default_generator.manual_seed(seed)
    layer = ns["TorchDropout"](p, inplace)
    model = torch.nn.Sequential(layer)
    with _Watch() as watch:
        results = [_torch_step(model, step) for step in steps]
    return {"steps": results, "used": sorted(watch.used), "text": repr(layer)}


def torch_dropouts_made(ns: Namespace, rates: Sequence[float]) -> list[Any]:
    """Build the layer at several rates; give None, or what was raised, for each."""
    layer = ns["TorchDropout"]
    return [tried(lambda p: (layer(p), None)[1], p) for p in rates]


def _torch_step(model: Any, step: Any) -> Any:
    import torch

    if isinstance(step, str):
        {"train": model.train, "eval": model.eval}[step]()
        return None
    kind, *rest = step
    if kind == "seed":
        torch.default_generator.manual_seed(rest[0])
        return None
    if kind == "cast":
        x = torch.tensor(rest[0]).to(getattr(torch, rest[1]))
        return str(model(x).dtype)
    x = torch.tensor(rest[0], requires_grad=kind == "gradient")
    y = model(x)
    if kind == "forward":
        return [y.detach().numpy().copy(), x.numpy().copy(), y is x]
    y.backward(torch.tensor(rest[1]))
    return [y.detach().numpy().copy(), None if x.grad is None else x.grad.numpy()]


class _Watch:
    """Notes which of torch's dropout functions are called, and whether calls are hidden from it."""

    def __enter__(self) -> _Watch:
        import torch
        from torch.overrides import TorchFunctionMode
        from torch.utils._python_dispatch import TorchDispatchMode

        used: set[str] = set()
        self.used = used
        seen = torch._C._is_torch_function_enabled

        class Mode(TorchFunctionMode):
            def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None):
                name = getattr(func, "__name__", "")
                if "dropout" in name:
                    used.add(name)
                return func(*args, **(kwargs or {}))

        class Below(TorchDispatchMode):  # here arrives what no mode above was shown, too
            def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None):
                if not seen():
                    used.add(f"{func.name()}, hidden")
                return func(*args, **(kwargs or {}))

        self._modes = ExitStack()
        for mode in (Mode(), Below()):
            self._modes.enter_context(mode)
        return self

    def __exit__(self, *exception: Any) -> None:
        self._modes.__exit__(*exception)


def seeded_dropout_run(
    ns: Namespace, x: Any, g: Any, p: float, seed: int, between: int = 0, layout: str = "C"
) -> dict[str, Any]:
    """Call ``seeded_dropout(x, p, seed)``, and send a gradient back.

    Parameters
    ----------
    ns : mapping
        The student's names.
    x, g : ndarray
        Input, and gradient of the output.
    p, seed
        Passed on.
    between : int
        So many numbers are drawn from torch's generator between forward and backward.
    layout : str
        ``"T"``: the gradient arrives transposed in memory.

    Returns
    -------
    dict
        ``y``, ``dx``; ``dtypes`` of both; ``moved``: whether torch's generator was moved; ``x``:
        the input afterwards.
    """
    import torch

    torch.default_generator.manual_seed(0)  # for all devices it takes a millisecond
    leaf = torch.tensor(x, requires_grad=True)
    grad = torch.tensor(g)
    if layout == "T":
        grad = grad.T.contiguous().T
    before = torch.get_rng_state()
    y = ns["seeded_dropout"](leaf, p, seed)
    moved = not torch.equal(before, torch.get_rng_state())
    torch.rand(between)
    before = torch.get_rng_state()
    y.backward(grad)
    moved = moved or not torch.equal(before, torch.get_rng_state())
    back = leaf.grad
    result = {"y": y.detach().numpy(), "x": leaf.detach().numpy(), "moved": moved}
    if back is None:
        return {**result, "dx": None, "dtypes": [str(y.dtype)]}
    return {**result, "dx": back.numpy(), "dtypes": [str(y.dtype), str(back.dtype)]}


@contextmanager
def all_new_is_young() -> Iterator[None]:
    """Let what is made from here on stay in the youngest generation, which is soon looked through.

    To look through all of torch takes 0.1 s.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def seeded_dropout_kept(ns: Namespace, n: int, p: float, seed: int) -> dict[str, Any]:
    """Look at what stays in memory after ``seeded_dropout`` of n elements, the result left out.

    Counted are tensors of more than a few elements that were made while the function ran, the
    input, and NumPy arrays that the function keeps for its gradient.

    Returns
    -------
    dict
        ``elements``: how many; ``input``: whether x is among them; ``boolean``: how many of them
        are boolean.
    """
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    made = []

    def note(tensor: Any) -> None:
        if isinstance(tensor, torch.Tensor) and tensor.numel() > LARGE:
            made.append((weakref.ref(tensor), tensor.untyped_storage().data_ptr()))

    class Note(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None):
            out = func(*args, **(kwargs or {}))
            for tensor in out if isinstance(out, (tuple, list)) else [out]:
                note(tensor)
            return out

    # No leaf: the graph itself keeps leaves alive.
    x = torch.ones((), requires_grad=True) + torch.arange(float(n))
    note(x)
    with all_new_is_young():
        with Note():
            y = ns["seeded_dropout"](x, p, seed)
        given, own = x.untyped_storage().data_ptr(), y.untyped_storage().data_ptr()
        del x

        def alive() -> dict[int, Any]:
            found: dict[int, Any] = {at: ref() for ref, at in made if at != own}
            return {at: tensor for at, tensor in found.items() if tensor is not None}

        if alive():
            gc.collect(0)  # for what holds on to itself
        kept = alive()
    boolean = sum(t.numel() for t in kept.values() if t.dtype == torch.bool)
    elements = sum(t.numel() for t in kept.values()) + _in_numpy(y.grad_fn)
    return {"elements": elements, "input": given in kept, "boolean": boolean}


def _in_numpy(node: Any) -> int:
    """Count the elements of large NumPy arrays that a function of the graph has as attributes."""
    import numpy as np

    held = [one for one in getattr(node, "__dict__", {}).values() if isinstance(one, np.ndarray)]
    return sum(array.size for array in held if array.size > LARGE)


def checkpoint_run(
    ns: Namespace,
    x: Any,
    w: Any,
    p: float,
    preserve: bool,
    seed: int,
    factors: Sequence[float],
    g: Any = None,
) -> dict[str, Any]:
    """Call ``checkpoint_gradients`` on ½ Σ w (factor mask x / (1-p))².

    The mask comes from torch's generator, ``torch.rand(x.shape) >= p``, and the factor says which
    run it is. So loss and gradient tell whoever knows the seed of which run they are.

    Parameters
    ----------
    ns : mapping
        The student's names.
    x, w : ndarray (n,)
        Where, and the weights of the squares.
    p : float
        Probability of dropping; at 0 the function is not random.
    preserve : bool
        Passed on.
    seed : int
        For torch's generator.
    factors : sequence of float
        One for each run of the function; the last one for all that follow.
    g : ndarray (n,), optional
        The gradient that x has already. Without one it asks for none.

    Returns
    -------
    dict
        ``loss``, ``grad``; ``runs``: how often the function ran; of x afterwards ``x``, ``g``,
        and ``asks``: whether it is a leaf, and asks for gradients.
    """
    import torch

    torch.default_generator.manual_seed(seed)
    weights, runs = torch.tensor(w), 0
    given = torch.tensor(x, requires_grad=g is not None)
    given.grad = None if g is None else torch.tensor(g)

    def fn(x: Any) -> Any:
        nonlocal runs
        factor, runs = factors[min(runs, len(factors) - 1)], runs + 1
        mask = (torch.rand(x.shape) >= p).to(x.dtype)
        y = x * (factor * mask) / (1 - p)  # the factor in a tensor, which is made anew in each run
        return (weights * y**2).sum() / 2

    result = ns["checkpoint_gradients"](fn, given, preserve)
    loss, grad = (a.detach().numpy() if isinstance(a, torch.Tensor) else a for a in result)
    after = None if given.grad is None else given.grad.numpy()
    asks = [given.is_leaf, given.requires_grad]
    state = {"x": given.detach().numpy(), "g": after, "asks": asks}
    return {"loss": loss, "grad": grad, "runs": runs, **state}


SCENES = {
    "torch_dropout_run": torch_dropout_run,
    "torch_dropouts_made": torch_dropouts_made,
    "seeded_dropout_run": seeded_dropout_run,
    "seeded_dropout_kept": seeded_dropout_kept,
    "checkpoint_run": checkpoint_run,
}
