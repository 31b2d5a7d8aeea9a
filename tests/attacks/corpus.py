"""All attacks."""

from __future__ import annotations

from attacks import (
    escaping,
    exhausting,
    forging,
    intake,
    lying,
    poisoning,
    pretending,
    reading,
    searching,
    wire,
    writing,
)
from attacks.model import FAMILIES, Attack

IN_NOTEBOOKS: list[Attack] = [
    *forging.ATTACKS,
    *pretending.ATTACKS,
    *lying.ATTACKS,
    *reading.ATTACKS,
    *writing.ATTACKS,
    *escaping.ATTACKS,
    *exhausting.ATTACKS,
    *poisoning.ATTACKS,
    *intake.ATTACKS,
    *searching.ATTACKS,
]
ON_THE_WIRE: list[Attack] = [*wire.ATTACKS, *wire.ZOO_ATTACKS]
ALL = IN_NOTEBOOKS + ON_THE_WIRE


def one_of_each() -> list[Attack]:
    """One attack of each family that runs in a process, and two that try walls by themselves."""
    names = {
        "forging/pre-sent",
        "reading/all-processes",
        "reading/references",
        "writing/modes-and-times",
        "escaping/double-fork",
        "escaping/signals",
        "escaping/sockets-by-path",
        "exhausting/disk",
        "poisoning/terminal-in-prints",
        "intake/links",
        "searching/every-callable",
    }
    chosen = [attack for attack in IN_NOTEBOOKS if attack.id in names]
    assert {attack.family for attack in chosen} == set(FAMILIES) - {"wire"}
    assert len(chosen) == len(names)
    return chosen
