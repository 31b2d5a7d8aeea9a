"""The GPU kernel: dropout from a seed, alone or behind a bias and a ReLU, in Triton.

Triton is an optional extra; it is imported when a kernel is launched. `gpu_philox` is the twin in
NumPy, and a test compares the two bit by bit where Triton is installed.
"""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .gpu_philox import threshold

if TYPE_CHECKING:
    import torch

BLOCK = 2048  # elements a program handles; a multiple of 4


def is_installed() -> bool:
    """Say whether Triton can be imported."""
    return importlib.util.find_spec("triton") is not None


@lru_cache(maxsize=1)
def _kernels() -> tuple[Any, Any]:
    import triton
    import triton.language as tl

    globals()["tl"] = tl  # a kernel's names are looked up in its module

    @triton.jit
    def dropout_kernel(
        x_ptr, bias_ptr, y_ptr, n, columns, seed, scale,
        THRESHOLD: tl.constexpr, FUSED: tl.constexpr, BLOCK: tl.constexpr,
    ):  # fmt: skip
        start = tl.program_id(0).to(tl.int64) * BLOCK
        counter = start // 4 + tl.arange(0, BLOCK // 4)
        w0, w1, w2, w3 = tl.randint4x(seed, counter.to(tl.uint32))
        words = tl.join(tl.join(w0, w2), tl.join(w1, w3)).reshape(BLOCK)
        kept = words.to(tl.uint32, bitcast=True) >= THRESHOLD
        at = start + tl.arange(0, BLOCK)
        x = tl.load(x_ptr + at, mask=at < n).to(tl.float32)
        if FUSED:
            x += tl.load(bias_ptr + at % columns, mask=at < n).to(tl.float32)
            x = tl.maximum(x, 0.0)
        y = tl.where(kept, x * scale, 0.0)
        tl.store(y_ptr + at, y.to(y_ptr.dtype.element_ty), mask=at < n)

    @triton.jit
    def behind_relu_kernel(y_ptr, g_ptr, dx_ptr, n, scale, BLOCK: tl.constexpr):
        at = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
        y = tl.load(y_ptr + at, mask=at < n)
        g = tl.load(g_ptr + at, mask=at < n).to(tl.float32)
        dx = tl.where(y > 0, g * scale, 0.0)
        tl.store(dx_ptr + at, dx.to(dx_ptr.dtype.element_ty), mask=at < n)

    return dropout_kernel, behind_relu_kernel


def launch(x: torch.Tensor, p: float, seed: int, bias: torch.Tensor | None = None) -> torch.Tensor:
    """Run the kernel: dropout of x, or of relu(x + bias); its backward, too, on a gradient.

    Parameters
    ----------
    x : tensor, shape (..., columns)
        Contiguous, on a GPU (or on the CPU in Triton's interpreter).
    p : float
        Probability of dropping, p < 1.
    seed : int
        Decides the mask.
    bias : tensor, shape (columns,), optional

    Returns
    -------
    tensor
        Like x; autograd knows nothing of it.
    """
    import torch

    y, n = torch.empty_like(x), x.numel()
    programs = (-(-n // BLOCK),)
    fused = bias is not None
    _kernels()[0][programs](
        x, bias if fused else x, y, n, x.shape[-1], seed, 1 / (1 - p),
        THRESHOLD=threshold(p), FUSED=fused, BLOCK=BLOCK,
    )  # fmt: skip
    return y


def launch_behind_relu(y: torch.Tensor, grad: torch.Tensor, p: float) -> torch.Tensor:
    """Send a gradient back through ReLU and dropout: the output says where both let it pass."""
    import torch

    dx, n = torch.empty_like(grad), grad.numel()
    _kernels()[1][(-(-n // BLOCK),)](y, grad, dx, n, 1 / (1 - p), BLOCK=BLOCK)
    return dx
