"""The book's numbers are those of one arithmetic, whatever processor it is built on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.authoring import arithmetic
from autograder.authoring.book import environment

KERNELS = """
import threadpoolctl
from numpy._core._multiarray_umath import __cpu_dispatch__ as written, __cpu_features__ as used
print(threadpoolctl.threadpool_info()[0]["architecture"], *(one for one in written if used[one]))
"""


@pytest.mark.skipif(not arithmetic.arithmetic(), reason="this processor has no AVX2")
def test_cells_use_the_kernels_that_every_processor_has(root):
    command = [sys.executable, "-c", KERNELS]
    env = environment(root, solutions=False)
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["Haswell", "X86_V3"]


def test_a_processor_of_another_kind_is_told_nothing(monkeypatch):
    monkeypatch.setattr(arithmetic.platform, "machine", lambda: "aarch64")
    arithmetic.arithmetic.cache_clear()
    try:
        assert arithmetic.arithmetic() == {}
    finally:
        arithmetic.arithmetic.cache_clear()
