"""The instructor's report as one page that needs nothing else, and no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from statistics import median

from autograder.classroom.returns.insight import Insight, Item, Misconception, Unexplained
from autograder.classroom.returns.page_style import document, prose
from autograder.classroom.submissions.outputs import clip

BINS = 10
WIDTH, HEIGHT = 640, 190


def report_page(title: str, found: Insight) -> str:
    """Give the report of one assignment as HTML."""
    parts = [
        f"<h1>{escape(title)}: how the class did</h1>",
        _scores(found),
        _exercises(found.items),
        _misconceptions(found.misconceptions, found.submissions),
        _unexplained(found.unexplained),
        _alike(found),
        _failures(found),
    ]
    return document(f"Report: {title}", "\n".join(parts))


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _scores(found: Insight) -> str:
    facts = [f"{found.submissions} submissions", f"{found.late} late"]
    if found.open:
        facts.append(f"{found.open} whose score is not known yet")
    what, scores, most = "points", found.scores, found.max_score
    if not scores:  # a person has still to look at something of everybody
        what, scores, most = "points of the exercises", found.exercises, found.exercises_max
    if scores:
        mean = sum(scores) / len(scores)
        facts.append(
            f"mean {mean:.1f}, median {median(scores):g}, from {min(scores):g} to "
            f"{max(scores):g} of {most:g} {what}"
        )
    picture = _histogram(scores, most, what) if scores and most else ""
    return _section("Scores", f"<p>{escape('; '.join(facts))}.</p>{picture}")


def _histogram(scores: Sequence[float], most: float, what: str) -> str:
    counts = [0] * BINS
    for score in scores:
        counts[min(int(BINS * score / most), BINS - 1)] += 1
    wide, bars = WIDTH / BINS, []
    for at, count in enumerate(counts):
        low, high = at * most / BINS, (at + 1) * most / BINS
        tall = (HEIGHT - 50) * count / max(counts)
        x, y = at * wide, HEIGHT - 25 - tall
        label, number = f"{low:g} to {high:g} points: {count}", count or ""
        bars.append(
            f'<rect class="bar" x="{x + 3:.1f}" y="{y:.1f}" width="{wide - 6:.1f}" '
            f'height="{tall:.1f}"><title>{label}</title></rect>'
            f'<text x="{x + wide / 2:.1f}" y="{y - 4:.1f}" text-anchor="middle">{number}</text>'
            f'<text x="{x + 3:.1f}" y="{HEIGHT - 8}">{low:g}</text>'
        )
    words = ", ".join(
        f"{at * most / BINS:g}–{(at + 1) * most / BINS:g}: {count}"
        for at, count in enumerate(counts)
    )
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}"'
    return (
        f'<svg role="img" {size} aria-label="Students by {what}. {words}">{"".join(bars)}</svg>'
        f'<p class="soft">Students by {what}; the last bar holds full marks.</p>'
    )


def _exercises(items: Sequence[Item]) -> str:
    if not items:
        return ""
    rows = []
    for item in sorted(items, key=lambda item: item.difficulty):
        power = "–" if item.discrimination is None else f"{item.discrimination:.2f}"
        bar = (
            f'<svg role="img" aria-label="{item.difficulty:.0%}" viewBox="0 0 100 12" width="100" '
            f'height="12"><rect class="bar" width="{100 * item.difficulty:.0f}" height="12"/></svg>'
        )
        rows.append(
            f"<tr><th>{escape(item.label)} {escape(item.title)}</th><td>{bar}</td>"
            f'<td class="n">{item.difficulty:.0%}</td><td class="n">{item.mean:.1f} of '
            f'{item.max_score:g}</td><td class="n">{item.full}</td><td class="n">{item.none}</td>'
            f'<td class="n">{power}</td></tr>'
        )
    head = "".join(
        f'<th class="n">{word}</th>' for word in ("earned", "mean", "all", "none", "discrimination")
    )
    explained = (
        "Hardest first. “Discrimination” is the correlation of an exercise's points with those of "
        "all others, written answers aside: near 0 or below, who knows the rest does no better at "
        "it; read its statement again. With fewer than about thirty students the number is rough."
    )
    return _section(
        "Exercises by difficulty",
        f'<div class="wide" tabindex="0"><table><thead><tr><th>exercise</th><th></th>{head}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div><p class='soft'>{explained}</p>",
    )


def _misconceptions(found: Sequence[Misconception], students: int) -> str:
    if not found:
        return _section("Misconceptions", "<p>No known mistake was recognised.</p>")
    made = []
    for one in found:
        share = one.students / students if students else 0.0
        example = (
            f"<details><summary>An example</summary><pre>{escape(one.example)}</pre></details>"
        )
        made.append(
            f'<article><div class="head"><h3>{escape(one.title)}</h3><b>{one.students} '
            f"({share:.0%})</b></div><p>{prose(one.says)}</p>"
            f'<p class="soft">In {escape(", ".join(one.exercises))}.</p>'
            f"{example if one.example else ''}</article>"
        )
    return _section("Misconceptions by frequency", "".join(made))


def _unexplained(found: Sequence[Unexplained]) -> str:
    if not found:
        return ""
    made = []
    for one in found:
        laws = "".join(f"<li>{escape(law)}: {count}</li>" for law, count in one.laws if law)
        answers = "".join(f"<pre>{escape(clip(answer, 4000))}</pre>" for answer in one.answers)
        made.append(
            f'<article><div class="head"><h3>{escape(one.label)} {escape(one.title)}</h3>'
            f"<b>{one.count}</b></div><ul>{laws}</ul>"
            f"<details><summary>The answers</summary>{answers}</details></article>"
        )
    note = (
        "These lose points by no mistake that the course knows. If several share a thought, it is "
        "worth a row in the exercise's bank of mistakes (CONTRIBUTING.md says how)."
    )
    return _section("Answers that no known mistake explains", f"<p>{note}</p>{''.join(made)}")


def _alike(found: Insight) -> str:
    if not found.alike:
        return ""
    rows = "".join(
        f"<tr><td>{escape(one.first)}</td><td>{escape(one.second)}</td>"
        f'<td class="n">{one.share:.0%}</td><td>{escape(", ".join(one.exercises))}</td></tr>'
        for one in found.alike
    )
    note = (
        "Pairs that share runs of code which almost nobody else has, names and comments included. "
        "This is a reason to read the two, and nothing more: people who learn together, or from "
        "the same page, write alike. Keep this part to yourself."
    )
    return _section(
        "Nearly identical code",
        f'<p>{note}</p><details><summary>{len(found.alike)} pairs</summary><div class="wide" '
        'tabindex="0"><table><thead><tr><th>student</th><th>student</th><th class="n">shared</th>'
        f"<th>where</th></tr></thead><tbody>{rows}</tbody></table></div></details>",
    )


def _failures(found: Insight) -> str:
    if not found.failures:
        return ""
    rows = "".join(
        f"<li><b>{escape(student)}</b>: {escape(why)}</li>" for student, why in found.failures
    )
    note = "The autograder failed on these; none of them counts as zero. Grade again, or by hand."
    return _section("Failures of the machinery", f"<p>{note}</p><ul>{rows}</ul>")
