"""The numbers of torch's generator are known without torch."""

from __future__ import annotations

import numpy as np
import pytest

from dropout_course.exercises.ch11_gpu_pytorch.torchs_generator import (
    BEYOND,
    drawn_before,
    masks,
    rand,
    rand_double,
)

torch = pytest.importorskip("torch")
SEEDS = [0, 1, 5489, 2**31, 2**32 - 1, 2**32, 2**40 + 3, 2**62 - 1]
SIZES = [1, 2, 15, 16, 17, 31, 33, 100, 624, 625, 4097, 100_000]
SHAPES = [(1,), (16,), (100,), (12, 10), (2, 3, 40), (200, 1), (1, 1), (7, 5, 3, 2), (64, 64)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("n", SIZES)
def test_numbers_are_torchs_bit_by_bit(seed, n):
    for known, dtype in ((rand, torch.float32), (rand_double, torch.float64)):
        torch.default_generator.manual_seed(seed)
        np.testing.assert_array_equal(known(seed, n), torch.rand(n, dtype=dtype).numpy())


@pytest.mark.parametrize("p", [0.0, 0.3, 0.35, 0.4, 0.8])
@pytest.mark.parametrize("shape", SHAPES)
def test_masks_of_several_runs_are_torchs(shape, p):
    for seed in SEEDS:
        torch.manual_seed(seed)
        for known in masks(seed, shape, p, 3):
            np.testing.assert_array_equal(known, (torch.rand(shape) >= p).numpy())


def test_threads_do_not_matter():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        torch.manual_seed(5)
        np.testing.assert_array_equal(rand(5, 200_000), torch.rand(200_000).numpy())
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("between", [0, 1, 5, 150])
def test_a_mask_is_found_in_the_stream(between):
    torch.manual_seed(8)
    torch.rand(between)
    mask = (torch.rand(12, 10) >= 0.3).numpy()
    assert drawn_before(8, 0.3, mask) == between


def test_a_mask_of_another_seed_or_much_later_is_not_found():
    torch.manual_seed(9)
    assert drawn_before(8, 0.3, (torch.rand(100) >= 0.3).numpy()) is None
    torch.manual_seed(8)
    torch.rand(100 * BEYOND + 1)
    assert drawn_before(8, 0.3, (torch.rand(100) >= 0.3).numpy()) is None
