"""The same arithmetic on every machine, so that a build prints the same digits.

NumPy, OpenBLAS and PyTorch choose by the processor how they add up, and round differently for it;
what a network has learned after a thousand steps then differs by whole digits. So cells are
executed with the kernels that every x86-64 processor of the last ten years has (AVX2). On matrices
as small as the course's they are as fast as wider ones.
"""

from __future__ import annotations

import platform
from functools import cache

AVX2 = {
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_CBWR": "AVX2",
}


@cache
def arithmetic() -> dict[str, str]:
    """Give the environment in which cells are executed.

    Returns
    -------
    dict
        Empty on a processor without AVX2: its kernels are its own, and so are its last digits.
    """
    from numpy._core._multiarray_umath import __cpu_features__ as features

    known = platform.machine() in ("x86_64", "AMD64") and features.get("AVX2")
    return dict(AVX2) if known else {}
