"""Time and memory of dropout on any device, as a record: plain data with where it was made.

`python -m bench.gpu` runs it on all sizes. A size is a number of elements; one pass is forward, or
backward. Every implementation is timed in the same run as a copy of as many bytes.
"""

from __future__ import annotations

import datetime
import hashlib
import importlib
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

P, SEED, COLUMNS = 0.1, 11, 1024
DTYPES = ("float32", "bfloat16")
MEASURED = ("gpu_philox.py", "gpu_timing.py", "gpu_triton.py")


def code() -> str:
    """Give the hash of the code that measures; a record of other code is told by it."""
    here = Path(__file__).parent
    return hashlib.sha256(b"".join((here / name).read_bytes() for name in MEASURED)).hexdigest()[
        :12
    ]


def measure(
    device: str,
    exponents: Sequence[int],
    seeded: Callable[[Any, float, int], Any],
    say: Callable[[str], None] = lambda text: None,
    seconds: float = 0.05,
) -> dict[str, Any]:
    """Measure all implementations on a device.

    Parameters
    ----------
    device : str
        ``"cpu"`` or ``"cuda"``.
    exponents : sequence of int
        Sizes: 2**exponent elements.
    seeded : callable
        ``seeded_dropout(x, p, seed)`` of exercise 11.2.
    say : callable
        Gets a line of progress.
    seconds : float
        How long one measurement goes on.

    Returns
    -------
    dict
        The record: device, versions, date, seed, hash of the code, and ``rows``.
    """
    import torch

    torch.manual_seed(SEED)
    if device == "cpu":
        torch.set_num_threads(1)
    config: Any = importlib.import_module("torch._functorch.config")
    config.donated_buffer = False  # a compiled graph is sent back through many times
    rows: list[dict[str, Any]] = []
    kept: dict[str, float] = {}
    for dtype in DTYPES:
        made = dict(implementations(device, seeded))
        for exponent in exponents:
            say(f"{dtype}, 2**{exponent} elements")
            shape = 2**exponent // COLUMNS, COLUMNS
            x = torch.randn(shape, device=device).to(getattr(torch, dtype))
            base = {"dtype": dtype, "exponent": exponent}
            took = timed(partial(torch.empty_like(x).copy_, x), device, seconds)
            rows.append({**base, "name": "copy", "pass": "copy", "seconds": took})
            for name, function in list(made.items()):
                try:
                    for what, took in passes(function, x, device, seconds):
                        rows.append({**base, "name": name, "pass": what, "seconds": took})
                    kept.setdefault(f"{name}, {dtype}", kept_bytes(function, x) / x.numel())
                except RuntimeError as error:  # no compiler, or out of memory: the rest goes on
                    say(f"{name}: left out, {str(error).splitlines()[0][:100]}")
                    del made[name]
    return {**provenance(device), "p": P, "seed": SEED, "rows": rows, "kept": kept,
            "step": step_ratios(device)}  # fmt: skip


def implementations(
    device: str, seeded_dropout: Callable[..., Any]
) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Give functions of x: alone, and ``fused …`` behind a bias and a ReLU."""
    import torch
    from torch.nn import functional

    from . import gpu_triton

    bias = torch.full((COLUMNS,), 0.1, device=device)

    def arithmetic(x: Any) -> Any:
        return x * ((torch.rand_like(x) >= P) / (1 - P))

    def behind(dropout: Callable[..., Any]) -> Callable[..., Any]:
        return lambda x: dropout(torch.relu(x + bias.to(x.dtype)))

    eager, seeded = (lambda x: functional.dropout(x, P)), (lambda x: seeded_dropout(x, P, SEED))
    plain = {"eager": eager, "arithmetic": arithmetic, "seeded": seeded}
    for name, function in plain.items():
        yield from ((name, function), (f"fused {name}", behind(function)))
    yield "compiled", torch.compile(eager, dynamic=True)
    yield "fused compiled", torch.compile(behind(eager), dynamic=True)
    if device == "cuda" and gpu_triton.is_installed():
        alone, fused = _by_triton(bias)
        yield "triton", alone
        yield "fused triton", fused


def _by_triton(bias: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Wrap the kernels for autograd."""
    import torch

    from . import gpu_triton

    class Alone(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return gpu_triton.launch(x, P, SEED)

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return gpu_triton.launch(grad.contiguous(), P, SEED)

    class Fused(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            y = gpu_triton.launch(x, P, SEED, bias)
            ctx.save_for_backward(y)  # which the next layer keeps in any case
            return y

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return gpu_triton.launch_behind_relu(ctx.saved_tensors[0], grad.contiguous(), P)

    return Alone.apply, Fused.apply


def passes(function: Callable[..., Any], x: Any, device: str, seconds: float) -> Iterator[Any]:
    """Time forward, and backward."""
    import torch

    leaf = x.clone().requires_grad_()
    yield "forward", timed(lambda: function(leaf), device, seconds)
    y, grad = function(leaf), torch.ones_like(x)
    back = partial(torch.autograd.grad, y, leaf, grad, retain_graph=True)
    yield "backward", timed(back, device, seconds)


def kept_bytes(function: Callable[..., Any], x: Any) -> int:
    """Count the bytes that autograd keeps for backward, beside input and output."""
    import torch

    kept: dict[int, int] = {}

    def note(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    leaf = x.clone().requires_grad_()
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        y = function(leaf)
    known = {tensor.untyped_storage().data_ptr() for tensor in (leaf, y)}
    return sum(size for at, size in kept.items() if at not in known)


def timed(run: Callable[[], Any], device: str, seconds: float) -> float:
    """Give the median seconds of a run, after warming up; a GPU is waited for.

    On a CPU these are seconds of the processor: `measure` runs on one thread.
    """
    run()
    clock = _cuda_seconds if device == "cuda" else _cpu_seconds
    once = max(clock(run), 1e-7)
    return statistics.median(clock(run) for _ in range(max(5, min(100, int(seconds / once)))))


def _cpu_seconds(run: Callable[[], Any]) -> float:
    """Give processor time, of which others on the machine take nothing."""
    begin = time.process_time()
    run()
    return time.process_time() - begin


def _cuda_seconds(run: Callable[[], Any]) -> float:
    import torch

    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    torch.cuda.synchronize()
    begin.record()
    run()
    end.record()
    torch.cuda.synchronize()  # a launch returns at once: without this, nothing has been timed
    return begin.elapsed_time(end) / 1e3


def step_ratios(
    device: str, widths: Sequence[int] = (128, 512, 1024), repeats: int = 7
) -> dict[str, list[float]]:
    """Time a training step of a network of three layers, with dropout over without.

    Returns
    -------
    dict
        For each width a list: one ratio a repetition, both taken in turn.
    """
    import torch
    from torch import nn

    found = {}
    for width in widths:
        x = torch.randn(256, width, device=device)
        runs = []
        for p in (0.0, 0.5):
            extra = [nn.Dropout(p)] if p else []
            parts = [
                part for _ in range(3) for part in (nn.Linear(width, width), nn.ReLU(), *extra)
            ]
            net = nn.Sequential(*parts).to(device)
            sgd = torch.optim.SGD(net.parameters(), lr=0.01)

            def step(net: Any = net, x: Any = x, sgd: Any = sgd) -> None:
                sgd.zero_grad()
                net(x).square().mean().backward()
                sgd.step()

            runs.append(step)
        pairs = [[timed(step, device, 0.1) for step in runs] for _ in range(repeats)]
        found[str(width)] = [float(with_ / without) for without, with_ in pairs]
    return found


def provenance(device: str) -> dict[str, Any]:
    """Say where and by what a record is made."""
    import torch

    from . import gpu_triton

    gpu = device == "cuda"
    return {
        "device": torch.cuda.get_device_name() if gpu else _processor(),
        "kind": device,
        "threads": torch.get_num_threads(),
        "driver": torch.version.cuda if gpu else platform.release(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "triton": gpu_triton.is_installed(),
        "date": datetime.date.today().isoformat(),
        "code": code(),
    }


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
