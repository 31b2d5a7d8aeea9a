"""A small language for chapter 09: lines that anybody can read, with an entropy that is known."""

from __future__ import annotations

import math

import numpy as np

NOUNS = ("cat", "dog", "bird", "goat", "cow", "fox")
VERBS = ("see", "like", "find", "hear")
ADJECTIVES = ("red ", "old ", "big ", "shy ")
DIGITS = "0123456789"
END = "\n"
ALPHABET = END + " " + DIGITS + "".join(sorted(set("".join((*NOUNS, *VERBS, *ADJECTIVES, "thes")))))
ALPHABET = "".join(dict.fromkeys(ALPHABET))
LENGTH = 40  # every line is filled up with END

# After the first digit, which is given: a subject in one of two numbers, a verb, and two nouns,
# each with or without an adjective. The second digit is certain.
NATS_A_LINE = (
    math.log(2) + math.log(len(VERBS))
    + 2 * (math.log(len(NOUNS)) + math.log(2) + math.log(len(ADJECTIVES)) / 2)
)  # fmt: skip


def line_of_text(rng: np.random.Generator) -> str:
    """Write one line: ``7 the old cats see the bird 7``; verbs agree, and the digit comes back."""

    def phrase() -> str:
        adjective = rng.choice(ADJECTIVES) if rng.random() < 0.5 else ""
        return f"the {adjective}{rng.choice(NOUNS)}"

    digit, plural = rng.choice(list(DIGITS)), rng.random() < 0.5
    noun, verb = ("s", "") if plural else ("", "s")
    return f"{digit} {phrase()}{noun} {rng.choice(VERBS)}{verb} {phrase()} {digit}{END}"


def lines(count: int, seed: int) -> list[str]:
    """Write several lines."""
    rng = np.random.default_rng([seed, 90])
    return [line_of_text(rng) for _ in range(count)]


def encode(text: list[str]) -> np.ndarray:
    """Give the ids of the characters of each line, ``(lines, LENGTH)``, filled up with END."""
    return np.array([[ALPHABET.index(char) for char in line.ljust(LENGTH, END)] for line in text])


def counted(ids: np.ndarray) -> np.ndarray:
    """Say which characters count: those of a line after its first one, and one END."""
    ended = np.cumsum(ids[..., :-1] == 0, axis=-1) > 0
    return ~ended
