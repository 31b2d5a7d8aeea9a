"""Derive the notebooks: ``python -m autograder.authoring [--check]``, from the repository."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .build import WorkInPlaceError, build_notebooks
from .errors import SourceError, SourceErrors


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status is 1 if something is to be done."""
    parser = argparse.ArgumentParser(prog="python -m autograder.authoring", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, report differences")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    if not (root / "_config.yml").exists():
        print("No _config.yml here: run this in the root of the repository.", file=sys.stderr)
        return 1
    try:
        changed = build_notebooks(root, check=options.check)
    except SourceErrors as found:
        print(found, file=sys.stderr)
        print(f"{len(found.problems)} to correct; no notebook was written.", file=sys.stderr)
        return 1
    except (SourceError, WorkInPlaceError) as problem:
        print(problem, file=sys.stderr)
        return 1
    for path in changed:
        print(f"{'differs' if options.check else 'wrote'} {path.relative_to(root)}")
    if options.check and changed:
        print("Run `make notebooks` and commit what it writes; delete notebooks without a source.")
        return 1
    if not changed:
        print("The notebooks are what their sources say.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
