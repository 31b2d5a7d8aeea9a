"""The limits that students are told are those of grading."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.referee.limits import OURS, Limits, LimitsError, limits_of
from dropout_course import course


def test_the_book_tells_the_limits():
    page = (Path(__file__).parents[1] / "book" / "how-to-use.md").read_text()
    limits = Limits()
    for row in (
        f"| one cell | {limits.cell_seconds:g} seconds |",
        f"without computing | {limits.cell_idle_seconds:g} seconds |",
        f"| all cells together | {limits.cells_seconds:g} seconds |",
        f"each further cell has {limits.spent_cell_seconds:g} seconds |",
        f"for one exercise | {limits.calls_seconds:g} seconds |",
        f"for all exercises | {limits.judging_seconds:g} seconds |",
        f"each further exercise has {limits.spent_calls_seconds:g} seconds |",
        f"by the clock on the wall | {limits.notebook_seconds:g} seconds |",
        f"| files beside the notebook | {limits.files_bytes / 1e6:g} MB in all |",
    ):
        assert row in page


def test_the_book_tells_of_chapters_with_other_limits():
    page = (Path(__file__).parents[1] / "book" / "how-to-use.md").read_text()
    assert set(OURS) <= {chapter["stem"] for chapter in course.chapters().values()}
    for stem, limits in OURS.items():
        one, all_ = limits.calls_seconds, limits.judging_seconds
        said = (
            f"the calls for an exercise have {one:g} seconds, and those for all exercises {all_:g}."
        )
        assert said in page.partition(f"In chapter {int(stem[:2])}, ")[2].split("\n")[0]
        assert limits == Limits(calls_seconds=one, judging_seconds=all_)


def test_an_assignment_has_limits_of_its_own(tmp_path):
    assert limits_of(tmp_path, "03-dropout-forward") == Limits()
    assert limits_of(tmp_path, "08-weights-and-rates") == OURS["08-weights-and-rates"]
    (tmp_path / "limits.toml").write_text(
        'cell_seconds = 30\n["11-gpu-pytorch"]\ncell_seconds = 60.5\nrestarts = 0\n'
    )
    assert limits_of(tmp_path, "03-dropout-forward") == Limits(cell_seconds=30)
    assert limits_of(tmp_path, "11-gpu-pytorch") == Limits(cell_seconds=60.5, restarts=0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cell_second = 3", "no limit 'cell_second'. There are: cell_seconds, "),
        ("cell_seconds = 0", "cell_seconds is 0, and it must be above 0 and at most 600"),
        ("cells_seconds = 1e9", "at most 600"),
        ("notebook_seconds = 3601", "at most 3600"),
        ("cell_seconds = nan", "cell_seconds is nan"),
        ("cell_seconds = '20'", "cell_seconds is '20', and it must be a number"),
        ("restarts = 1.5", "restarts is 1.5, and it must be a whole number"),
        ("restarts = -1", "must not be negative"),
        ("cell_seconds = true", "must be a number"),
        ("cell_seconds", "limits.toml can't be read"),
        ("'03-x' = 5", 'stand below ["03-x"]'),
        ("[3]\ncell_seconds = 1", "there is no assignment [3]. Name it in full: 01-overfitting, "),
        ("['03-x']\nfiles_bytes = 1e6", "limits.toml, [03-x]: files_bytes is 1000000.0"),
    ],
)
def test_limits_that_can_not_be_used_get_a_sentence(tmp_path, text, message):
    (tmp_path / "limits.toml").write_text(text)
    with pytest.raises(LimitsError) as caught:
        limits_of(tmp_path, "03-x")
    assert message in str(caught.value)
