"""A verdict as feedback: one screen of HTML in a notebook, the same words as text elsewhere."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from dropout_course.engine.judging import Finding, Outcome, Verdict
from dropout_course.engine.mistakes import Mistake
from dropout_course.engine.words import clean

PASS, FAIL = "\N{CHECK MARK}", "\N{BALLOT X}"


@dataclass(frozen=True)
class Report:
    """What `check` returns; a notebook shows it as HTML, a terminal as text.

    Attributes
    ----------
    verdict : Verdict
    title : str
        Number and title of the exercise.
    hint : str
        The next hint of the ladder, with its number; empty when all is well.
    link : str
        The section of the book.
    footnote : str
        How to repeat the inputs.
    """

    verdict: Verdict
    title: str
    hint: str = ""
    link: str = ""
    footnote: str = ""

    @property
    def passed(self) -> bool:
        """Whether every law that was run holds."""
        return self.verdict.passed

    @property
    def score(self) -> float:
        """Points by the laws that were run."""
        return self.verdict.score

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)


def headline(report: Report) -> str:
    """Say in one line how it stands."""
    outcomes = report.verdict.outcomes
    held = sum(outcome.passed for outcome in outcomes)
    if held == len(outcomes):
        return f"all {held} laws hold"
    if all(o.finding and o.finding.kind == "todo" for o in outcomes):
        return "not written yet"
    return f"{held} of {len(outcomes)} laws hold"


def _worth(report: Report) -> str:
    verdict = report.verdict
    return f"{verdict.score:g} of {verdict.points:g} points"


def visible_lines(outcomes: Iterable[Outcome]) -> list[tuple[bool, str]]:
    """Give each visible law as (holds, name)."""
    return [(o.passed, o.law.name) for o in outcomes if not o.law.hidden]


def hidden_line(outcomes: Iterable[Outcome]) -> str:
    """Say how many hidden laws hold; never on which inputs."""
    hidden = [o for o in outcomes if o.law.hidden]
    if not hidden:
        return ""
    held = sum(o.passed for o in hidden)
    return f"also on other shapes, types and edge values: {held} of {len(hidden)}"


def explained(outcome: Outcome) -> Finding | None:
    """Give the finding that may be shown: a hidden law shows its name and nothing else."""
    return None if outcome.law.hidden else outcome.finding


# --- text -----------------------------------------------------------------------------------


def as_text(report: Report) -> str:
    """Write a report for a terminal, a log, or nbgrader's feedback."""
    lines = [f"{report.title}: {headline(report)} ({_worth(report)})"]
    outcomes = report.verdict.outcomes
    if headline(report) != "not written yet":
        lines += [f"  {PASS if ok else FAIL} {name}" for ok, name in visible_lines(outcomes)]
        if hidden := hidden_line(outcomes):
            all_hold = all(o.passed for o in outcomes if o.law.hidden)
            lines.append(f"  {PASS if all_hold else FAIL} {hidden}")
        lines += _failure_lines(report)
    if report.hint:
        lines += ["", *_wrapped(report.hint)]
    if report.link and not report.passed:
        lines += ["", f"Read: {report.link}"]
    if report.footnote and not report.passed:
        lines.append(report.footnote)
    return "\n".join(lines) + "\n"


def _failure_lines(report: Report) -> list[str]:
    verdict = report.verdict
    outcome = verdict.first_failure
    if outcome is None:
        return []
    lines: list[str] = []
    finding = explained(outcome)
    if finding:
        # Indented: a student's message may stand in it, and must not begin a line of its own.
        lines += ["", *_wrapped(f"{outcome.law.name}: {finding.reason}.", indent="    ")]
        lines += ["    " + line for line in finding.call.splitlines()]
        if finding.expected:
            lines.append(f"    expected  {finding.expected}")
        if finding.received:
            lines.append(f"    received  {finding.received}")
        lines += [f"    your code, {line}" for line in finding.trace]
        if finding.relation:
            lines += _wrapped(f"    {finding.relation}.", indent="    ")
        if finding.picture:
            lines += ["", *("    " + line for line in finding.picture.text())]
    elif not verdict.mistakes:
        lines += ["", f"On other inputs this fails: {outcome.law.name}."]
        if outcome.finding and outcome.finding.relation:
            lines += _wrapped(f"    {outcome.finding.relation}.", indent="    ")
    if note := left_out(verdict):
        lines += ["", *_wrapped(note)]
    for mistake in verdict.mistakes:
        lines += ["", *_named(mistake, report.link)]
    return lines


def left_out(verdict: Verdict) -> str:
    """Say which laws were not looked at, and why; nothing where all were.

    A hidden law may be named here: why an answer is lost says nothing of the inputs.
    """
    lost = verdict.left
    if lost is None or lost.finding is None:
        return ""
    sentence = f"The laws after {lost.law.name!r} were not looked at, and fail"
    shown = lost is verdict.first_failure and not lost.law.hidden  # above
    return f"{sentence}." if shown else f"{sentence}: {lost.finding.reason}."


def _named(mistake: Mistake, section: str) -> list[str]:
    head = f"This behaves like a known mistake: {mistake.title}."
    more = [f"  More: {_entry(mistake, section)}"] if section else []
    return [head, *("  " + line for line in _wrapped(mistake.says)), *more]


def _entry(mistake: Mistake, section: str) -> str:
    """Give the address of a mistake's entry: its page stands beside that of the section."""
    return f"{section.rpartition('/')[0]}/mistakes.html#{mistake.anchor}"


def _wrapped(text: str, indent: str = "") -> list[str]:
    lines = textwrap.wrap(clean(text), 88, break_long_words=False, subsequent_indent=indent)
    return lines or [""]


# --- HTML -----------------------------------------------------------------------------------

# Mid-tones that are legible on white and on near-black; everything else takes the text colour.
_GOOD, _BAD = "#1f8f55", "#d9534f"
_BOX = (
    "border:1px solid rgba(128,128,128,.45);border-left:4px solid {};border-radius:4px;"
    "padding:.6em .9em;margin:.3em 0;max-width:52em;line-height:1.45"
)
_MONO = (
    "margin:.4em 0;padding:.5em .7em;overflow-x:auto;background:rgba(128,128,128,.12);"
    "border-radius:3px;font-size:.92em"
)


def as_html(report: Report) -> str:
    """Write a report for a notebook: no script, no outside resource, both themes."""
    verdict = report.verdict
    colour = _GOOD if report.passed else _BAD
    parts = [
        f'<div role="status" style="{_BOX.format(colour)}">',
        f"<div><strong>{escape(report.title)}</strong>: {escape(headline(report))}"
        f" ({escape(_worth(report))})</div>",
    ]
    if headline(report) != "not written yet":
        items = "".join(_item(ok, name) for ok, name in visible_lines(verdict.outcomes))
        parts.append(f'<ul style="list-style:none;margin:.4em 0;padding:0">{items}</ul>')
        parts += _failure_html(report)
    if report.hint:
        head, _, body = report.hint.partition(": ")
        parts.append(
            f"<details><summary>{escape(head)}</summary>"
            '<div style="margin:.3em 0 .3em 1em;white-space:pre-wrap">'
            f"{escape(body)}</div></details>"
        )
    if not report.passed:
        parts.append(_foot(report))
    return "".join(parts) + "</div>"


def _item(ok: bool, name: str) -> str:
    colour, mark, word = (_GOOD, PASS, "holds") if ok else (_BAD, FAIL, "fails")
    return (
        f'<li><span role="img" aria-label="{word}" style="color:{colour};font-weight:bold">'
        f"{mark}</span> {escape(name)}</li>"
    )


def _failure_html(report: Report) -> list[str]:
    verdict = report.verdict
    outcome = verdict.first_failure
    finding = explained(outcome) if outcome else None
    parts = []
    if outcome and finding:
        parts.append(f"<div><b>{escape(outcome.law.name)}</b>: {escape(finding.reason)}.</div>")
        rows = [("you call", finding.call), ("expected", finding.expected)]
        rows += [("received", finding.received)]
        rows += [("your code", line) for line in finding.trace]
        pad = "\n" + " " * 10
        text = "\n".join(f"{label:<10}" + cell.replace("\n", pad) for label, cell in rows if cell)
        if text:
            parts.append(f'<pre style="{_MONO}">{escape(text)}</pre>')
        if finding.picture:
            parts.append(f"<div>{finding.picture.svg()}</div>")
        if finding.relation:
            parts.append(f"<div>{escape(finding.relation)}.</div>")
    if note := left_out(verdict):
        parts.append(f"<div>{escape(note)}</div>")
    for mistake in verdict.mistakes:
        title = escape(mistake.title)
        if report.link:
            address = escape(_entry(mistake, report.link), quote=True)
            title = f'<a href="{address}" style="color:inherit">{title}</a>'
        parts.append(
            '<div style="margin:.4em 0">This behaves like a known mistake: '
            f"<b>{title}</b>.<br>{escape(mistake.says)}</div>"
        )
    return parts


def _foot(report: Report) -> str:
    link = ""
    if report.link:
        address = escape(report.link, quote=True)
        link = f'<a href="{address}" style="color:inherit">Read the section in the book</a>. '
    return f'<div style="opacity:.75;font-size:.9em">{link}{escape(report.footnote)}</div>'
