"""``check("03")``: a whole chapter at a glance, for a last look before it is handed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from dropout_course.engine.judging import Verdict
from dropout_course.engine.report import FAIL, PASS, Report, headline

NEXT = (
    "Answer the written question too. Then restart the kernel, run all cells, and save: grading "
    "runs your cells from top to bottom."
)


@dataclass(frozen=True)
class Overview:
    """What `check` returns for a chapter; a notebook shows it as HTML, a terminal as text.

    Attributes
    ----------
    title : str
        Number and title of the chapter.
    reports : tuple of Report
        One an exercise, in the chapter's order.
    """

    title: str
    reports: tuple[Report, ...]

    @property
    def passed(self) -> bool:
        """Whether every visible law of the chapter holds."""
        return all(report.passed for report in self.reports)

    @property
    def head(self) -> str:
        """Say in one line how the chapter stands."""
        done = sum(report.passed for report in self.reports)
        return f"{self.title}: {done} of {len(self.reports)} exercises keep all visible laws"

    @property
    def lines(self) -> list[tuple[bool, str]]:
        """Each exercise as (whether its visible laws hold, what there is to say)."""
        return [(r.passed, f"{r.title}: {_stands(r)}") for r in self.reports]

    def __repr__(self) -> str:
        shown = [f"  {PASS if holds else FAIL} {words}" for holds, words in self.lines]
        return "\n".join([self.head, *shown, "", NEXT])

    def _repr_html_(self) -> str:
        items = "".join(
            f"<li>{PASS if holds else FAIL} {escape(words)}</li>" for holds, words in self.lines
        )
        return (
            f'<div class="check-report"><p><strong>{escape(self.head)}</strong></p>'
            f'<ul style="list-style: none; padding-left: 1em">{items}</ul>'
            f"<p>{escape(NEXT)}</p></div>"
        )


def _stands(report: Report) -> str:
    """Say what is left to do; a name that is not there was not run, or was deleted."""
    kinds = set(_kinds(report.verdict))
    if kinds == {"missing"}:
        return "not defined here: run its cell, or write it again"
    summary = headline(report)
    if report.passed or kinds == {"todo"}:
        return summary
    return f'{summary}; check("{report.verdict.exercise}") shows where it breaks one'


def _kinds(verdict: Verdict) -> Iterable[str]:
    return (o.finding.kind if o.finding else "" for o in verdict.outcomes)
