"""The limits that students are told are those of grading."""

from __future__ import annotations

from pathlib import Path

from autograder.referee import limits


def test_the_book_tells_the_limits():
    page = (Path(__file__).parents[1] / "book" / "how-to-use.md").read_text()
    for row in (
        f"| one cell | {limits.CELL_SECONDS:g} seconds |",
        f"without computing | {limits.CELL_IDLE_SECONDS:g} seconds |",
        f"| all cells together | {limits.CELLS_SECONDS:g} seconds |",
        f"each further cell has {limits.SPENT_CELL_SECONDS:g} seconds |",
        f"for one exercise | {limits.CALLS_SECONDS:g} seconds |",
        f"by the clock on the wall | {limits.NOTEBOOK_SECONDS:g} seconds |",
        f"| files beside the notebook | {limits.FILES_BYTES / 1e6:g} MB in all |",
    ):
        assert row in page
