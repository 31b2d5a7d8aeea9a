"""Scenes of chapter 03, The dropout forward pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Namespace = Mapping[str, Any]
MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645  # of PCG64: a step is state * MULTIPLIER + inc
WORD, STATE = 2**64, 2**128


def mask_from_zero(ns: Namespace, shape: tuple[int, ...], p: float, seed: int) -> Any:
    """Draw a mask from a generator whose first uniform number is exactly 0."""
    return ns["draw_mask"](tuple(shape), p, begins_with_zero(seed))


def begins_with_zero(seed: int) -> np.random.Generator:
    """Give a generator that first draws 0, as one does in 2**53 draws, and then as usual.

    PCG64 makes a step and gives the exclusive or of the two halves of its new state, rotated:
    halves that are equal give 0. The state before the step follows from that after it.
    """
    bits = np.random.PCG64(seed)
    inner = bits.state["state"]
    half = inner["state"] % WORD
    before = (half * WORD + half - inner["inc"]) * pow(MULTIPLIER, -1, STATE) % STATE
    bits.state = {**bits.state, "state": {**inner, "state": before}}
    return np.random.Generator(bits)


SCENES = {"mask_from_zero": mask_from_zero}
