"""Runs attacks at a level, and prints what each of them broke as JSON.

    PYTHONPATH=tests python -m attacks landlock         one attack of each family
    PYTHONPATH=tests python -m attacks --all landlock   all that a notebook can make

For levels that another user than the one who tests can open.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from attacks.bait import Stage
from attacks.corpus import IN_NOTEBOOKS, one_of_each
from attacks.harness import Start, baseline_scores, run, slips
from attacks.model import Attack
from attacks.notebooks import CHAPTER
from autograder.sandbox import open_sandbox


def chosen(everything: bool) -> list[Attack]:
    """Give the attacks to run; known holes are for the tests to follow."""
    attacks = IN_NOTEBOOKS if everything else one_of_each()
    return [attack for attack in attacks if not attack.broken]


def attempt(attack: Attack, start: Start, stage: Stage, baseline: dict[str, float]) -> list[str]:
    """Give what an attack broke; if it broke our own check of it, that."""
    try:
        outcome = run(attack, start, stage, baseline)
        return outcome.broken + slips(attack, outcome)
    except Exception as error:
        return [f"its check failed: {type(error).__name__}: {error}"[:500]]


def main(level: str, everything: bool) -> dict[str, list[str]]:
    """Give ``{attack: laws that it broke}``."""
    told = {}
    with tempfile.TemporaryDirectory() as state:
        stage = Stage()
        try:
            with open_sandbox(level, state=Path(state), chapter=CHAPTER) as sandbox:
                baseline = baseline_scores(sandbox.start, stage)
                for attack in chosen(everything):
                    told[attack.id] = attempt(attack, sandbox.start, stage, baseline)
        finally:
            stage.close()
    return told


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m attacks", description="Try to cheat.")
    parser.add_argument("level", choices=["namespaces", "landlock"])
    parser.add_argument("--all", action="store_true", help="not one of each family, but all")
    given = parser.parse_args()
    print(json.dumps(main(given.level, given.all)))
