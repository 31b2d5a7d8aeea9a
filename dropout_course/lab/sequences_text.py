"""Texts of chapter 09: a small language whose entropy is known, and a test of memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

NOUNS = ("cat", "dog", "bird", "goat", "cow", "fox")
VERBS = ("see", "like", "find", "hear")
ADJECTIVES = ("red ", "old ", "big ", "shy ")
END = "\n"
ALPHABET = "".join(dict.fromkeys(END + ". " + "".join((*NOUNS, *VERBS, *ADJECTIVES, "thes"))))
LENGTH = 34  # every line is filled up with END
REMEMBERED = "abcd"

# A line begins with "the ". What follows of it is chosen: for subject and object a noun, with or
# without one of the adjectives; one of two numbers; and a verb.
NATS_A_LINE = (
    2 * (math.log(len(NOUNS)) + math.log(2) + math.log(len(ADJECTIVES)) / 2)
    + math.log(2) + math.log(len(VERBS))
)  # fmt: skip


class Lines(NamedTuple):
    """Lines of text for several replicas.

    Attributes
    ----------
    ids : ndarray of int (R, N, L)
        Characters, as places in ALPHABET.
    counted : ndarray of bool (R, N, L - 1)
        Whether predicting the character from those before it counts.
    """

    ids: np.ndarray
    counted: np.ndarray


def line_of_text(rng: np.random.Generator) -> str:
    """Write one line, such as ``the old cats see the bird``: the verb agrees with its subject."""

    def phrase() -> str:
        adjective = rng.choice(ADJECTIVES) if rng.random() < 0.5 else ""
        return f"the {adjective}{rng.choice(NOUNS)}"

    noun, verb = ("s", "") if rng.random() < 0.5 else ("", "s")
    return f"{phrase()}{noun} {rng.choice(VERBS)}{verb} {phrase()}{END}"


def text(count: int, seeds: Sequence[int]) -> Lines:
    """Write several lines for each seed; each character but the first one counts, and one END."""
    ids = []
    for seed in seeds:
        rng = np.random.default_rng([seed, 90])
        ids.append([_encoded(line_of_text(rng).ljust(LENGTH, END)) for _ in range(count)])
    array = np.array(ids)
    return Lines(array, np.cumsum(array[..., :-1] == 0, axis=-1) == 0)


def nats_a_character(lines: Lines) -> float:
    """Give the entropy of the language: no model has a lower NLL in the long run."""
    return NATS_A_LINE / float(lines.counted.sum(-1).mean())


def recall(delay: int, replicas: int) -> Lines:
    """Write lines such as ``b....b``: the last letter, after a delay, is all that counts."""
    array = np.array([_encoded(s + "." * delay + s) for s in REMEMBERED])
    counted = np.zeros((len(array), delay + 1), bool)
    counted[:, -1] = True
    shape = (replicas, *array.shape)
    return Lines(
        np.broadcast_to(array, shape), np.broadcast_to(counted, (replicas, *counted.shape))
    )


def _encoded(line: str) -> list[int]:
    return [ALPHABET.index(char) for char in line]
