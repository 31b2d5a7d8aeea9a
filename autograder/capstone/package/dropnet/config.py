"""The settings of a run, all in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """What a run depends on, apart from the data.

    `noise` is the fraction of training and validation labels replaced by another class; `p` is
    the probability with which a hidden unit is dropped; `decay` is decoupled weight decay.
    """

    hidden: tuple[int, ...] = (64, 64)
    p: float = 0.1
    noise: float = 0.5
    epochs: int = 40
    batch_size: int = 32
    learning_rate: float = 3e-3
    decay: float = 0.0
    patience: int = 40
    passes: int = 50
    seed: int = 0
