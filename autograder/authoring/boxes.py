"""The boxes of a chapter, and what the page and the notebook say in the same words."""

from __future__ import annotations

import re

from .errors import SourceError
from .myst import Directive, words

BOXES = {
    "in-pytorch": "In PyTorch",
    "limits": "What this does not show",
    "when-to-use": "When would I use this?",
}
# Figures with a caption that live on the page alone; a notebook has the caption and a link.
INTERACTIVE = ("dropout-story", "mask-gallery", "mc-co2", "variance-shift")
OBJECTIVES_TITLE = "After this chapter you can"
CLAIMS_COLUMNS = ("What is said", "Verdict", "Evidence")
ASSESSED = re.compile(r"\{assessed\}`([^`]+)`")
ITEM = re.compile(r"[-*+] ")


def time_needed(minutes: str) -> str:
    """About how long a chapter takes: "75" -> "about 75 minutes", "150" -> "about 2½ hours"."""
    count = int(minutes)
    if count < 90:
        return f"about {count} minutes"
    halves = round(count / 30)
    return f"about {halves // 2}{'½' * (halves % 2)} hours"


def assessed_in(item: str) -> tuple[str, ...]:
    """Ids of the exercises that assess an objective."""
    return tuple(name for found in ASSESSED.findall(item) for name in words(found))


def check_objectives(one: Directive, known: set[str]) -> list[SourceError]:
    """Every objective names what assesses it; prerequisites and time are there.

    Parameters
    ----------
    one : Directive
        The box.
    known : set of str
        Ids of the chapter's exercises and written questions.
    """
    problems = []
    if not re.fullmatch(r"[1-9]\d*", one.options.get("minutes", "")):
        problems.append(one.place.error("no time: add `:minutes: 120` to the objectives"))
    if not one.options.get("needs"):
        problems.append(one.place.error("no prerequisites: add `:needs: …` to the objectives"))
    items = objectives(one.body)
    if not items:
        problems.append(one.place.error("no objectives: write a list, one verb an item"))
    for item, line in items:
        here = one.inside.below(line)
        names = assessed_in(item)
        if not names:
            problems.append(
                here.error("an objective that nothing assesses: end it with {assessed}`exercise`")
            )
        for name in names:
            if name not in known:
                problems.append(
                    here.error(
                        f"no exercise `{name}` in this chapter assesses this: choose from "
                        f"{', '.join(sorted(known))}"
                    )
                )
    return problems


def objectives(body: str) -> list[tuple[str, int]]:
    """Items of a list, each with its line counted from 0."""
    items: list[tuple[str, int]] = []
    for number, line in enumerate(body.splitlines()):
        if ITEM.match(line):
            items.append((line[2:], number))
        elif items and line.strip():
            items[-1] = (f"{items[-1][0]} {line.strip()}", items[-1][1])
    return items
