"""Runs one attack of each family at a level, and prints what was broken as JSON.

    python -m attacks landlock

For levels that another user than the one who tests can open.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from attacks.bait import Stage
from attacks.corpus import one_of_each
from attacks.harness import baseline_scores, run
from autograder.sandbox import open_sandbox


def main(level: str) -> None:
    """Print ``{attack: laws that it broke}``."""
    told = {}
    with tempfile.TemporaryDirectory() as state:
        stage = Stage()
        try:
            with open_sandbox(level, state=Path(state)) as sandbox:
                baseline = baseline_scores(sandbox.start, stage)
                for attack in one_of_each():
                    told[attack.id] = run(attack, sandbox.start, stage, baseline).broken
        finally:
            stage.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
