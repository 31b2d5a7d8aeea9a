"""One page of feedback: the score, what was lost and why, what to read, what a person said."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from autograder.classroom.gradebook.marks import Mark, Part
from autograder.classroom.returns.page_style import document, prose
from autograder.classroom.submissions.outputs import clip, safe_picture
from autograder.classroom.submissions.rebuild import EXTRA
from autograder.classroom.submissions.report import Record
from autograder.classroom.submissions.submission import REPORT_ID
from autograder.classroom.submissions.words import FAIL, PASS, VerdictText, take_apart

SOURCE_LIMIT = 20_000  # characters of one cell in the notebook at the foot
NOTEBOOK_LIMIT = 3_000_000  # characters of all of it


MACHINE = "By `autograder "  # begins a comment of a command that enters points


def feedback_page(title: str, notebook: dict[str, Any], record: Record, mark: Mark) -> str:
    """Give the page of one submission; nothing in it acts or asks another computer for anything.

    Parameters
    ----------
    title : str
        Of the assignment.
    notebook : dict
        The graded notebook, as JSON has it.
    record : Record
    mark : Mark
        The points of the gradebook.
    """
    exercises = [(part, record.exercises.get(part.name)) for part in mark.parts]
    # what is lost comes first, as the notebook orders it; then what is whole
    exercises.sort(key=lambda pair: pair[0].score >= pair[0].max_score and not pair[0].open)
    comments: dict[str, list[str]] = {}
    for name, words in mark.comments:
        comments.setdefault(name, []).append(words)
    known = {part.name for part in mark.parts}
    titles = _titles(notebook)
    body = [_top(title, record, mark, titles)]
    body += [
        _exercise(part, found, comments.get(part.name, []), record, titles)
        for part, found in exercises
    ]
    rest = [words for name, texts in comments.items() if name not in known for words in texts]
    if rest:
        body.append(f"<section><h2>Comments</h2>{''.join(map(_note, rest))}</section>")
    body.append(_notes(record))
    body.append(_notebook(notebook) if record.handed_in else "")
    return document(f"Feedback: {title}", "\n".join(filter(None, body)))


def _titles(notebook: dict[str, Any]) -> dict[str, str]:
    """Give the headings of questions that have one of their own, by their names."""
    found = {}
    for cell in notebook.get("cells", []):
        name, _, rest = str(cell.get("id", "")).rpartition("-text")
        heading = _joined(cell.get("source", "")).partition("\n")[0].removeprefix("### ")
        if name and not rest and heading != "In your own words":
            found[name] = heading
    return found


def _top(title: str, record: Record, mark: Mark, titles: dict[str, str]) -> str:
    if record.failure:
        score, sentences = (
            "Not graded yet",
            ["The autograder failed on this notebook; that is not "],
        )
        sentences[0] += "your mistake. A person will grade it."
    else:
        known = "at least " if mark.open else ""
        score, sentences = (
            f"{known}{mark.score:g} of {mark.max_score:g} points",
            list(record.problems),
        )
    if mark.why_late:
        sentences.append(mark.why_late)
    if mark.waiting and not record.failure:
        labels = ", ".join(_label(name, record, titles) for name in mark.waiting)
        sentences.append(f"A person has still to look at {labels}; your points may change.")
    notes = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    return f'<h1>{escape(title)}</h1><p class="score">{escape(score)}</p>{notes}'


def _label(name: str, record: Record, titles: dict[str, str]) -> str:
    found = record.exercises.get(name)
    return str(found["label"]) if found else titles.get(name, "the written question")


def _exercise(
    part: Part,
    found: dict[str, Any] | None,
    comments: list[str],
    record: Record,
    titles: dict[str, str],
) -> str:
    if part.max_score == 0 and part.score == 0 and not comments:
        return ""  # an ungraded question that nobody has said anything about
    lost = part.score < part.max_score or part.open
    verdict = (
        take_apart(found["message"])
        if found
        else VerdictText(titles.get(part.name, "The written question"))
    )
    points = "not decided yet" if part.open else f"{part.score:g} of {part.max_score:g}"
    tone = "bad" if lost else "good"
    title = verdict.title or part.name
    head = f'<h3>{escape(title)}</h3><b class="{tone}">{points}</b>'
    inside = [f'<div class="head">{head}</div>']
    by_machine = any(words.startswith(MACHINE) for words in comments)
    if part.by_hand and not by_machine:
        inside.append('<p class="soft">A person gave these points.</p>')
    if part.extra:
        inside.append(f"<p>Extra credit: {part.extra:g}.</p>")
    inside += map(_note, comments)
    if lost and found and not record.failure:
        inside += _lost(verdict, found)
    return f"<article>{''.join(inside)}</article>"


def _lost(verdict: VerdictText, found: dict[str, Any]) -> list[str]:
    made = [
        f'<p class="note"><b>{escape(title)}.</b> {prose(says)}</p>'
        for title, says in verdict.mistakes
    ]
    if verdict.example:
        made.append(f"<pre>{escape(verdict.example)}</pre>")
    elif not verdict.mistakes and verdict.headline:
        made.append(f"<p>{escape(verdict.headline)}.</p>")
    broken = [law for holds, law in verdict.laws if not holds]
    held = [law for holds, law in verdict.laws if holds]
    if broken:
        lines = "".join(f'<li class="bad">{FAIL} {escape(law)}</li>' for law in broken)
        made.append(f'<ul class="laws">{lines}</ul>')
    if held:
        lines = "".join(f'<li class="good">{PASS} {escape(law)}</li>' for law in held)
        made.append(
            f'<details><summary>{len(held)} that hold</summary><ul class="laws">{lines}</ul>'
            "</details>"
        )
    if verdict.link.startswith("https://"):
        made.append(
            f'<p><a href="{escape(verdict.link, quote=True)}">Read the section again</a></p>'
        )
    return made


def _note(words: str) -> str:
    return f'<div class="note"><b>Your grader:</b> {escape(clip(words))}</div>'


def _notes(record: Record) -> str:
    if not record.notes:
        return ""
    lines = "".join(f"<li>{escape(note)}</li>" for note in record.notes)
    return f"<section><h2>What was put right in your notebook</h2><ul>{lines}</ul></section>"


# --- the notebook, closed -----------------------------------------------------------------------


def _notebook(notebook: dict[str, Any]) -> str:
    """Show the student's part of the graded notebook as text and pictures, one click away."""
    cells, room = [], NOTEBOOK_LIMIT
    for cell in notebook["cells"]:
        if cell.get("id") == REPORT_ID:
            continue
        made = _cell(cell)
        room -= len(made)
        if room < 0:
            cells.append("<p>… the rest is left out …</p>")
            break
        cells.append(made)
    return (
        '<section><details class="notebook"><summary>Your answers, as they were graded</summary>'
        f"{''.join(cells)}</details></section>"
    )


def _cell(cell: dict[str, Any]) -> str:
    if not is_own(cell):
        return ""
    source = clip(_joined(cell["source"]), SOURCE_LIMIT)
    if cell["cell_type"] != "code":
        return f'<p class="note">{escape(source)}</p>' if source.strip() else ""
    return f"<pre>{escape(source)}</pre>{''.join(_outputs(cell.get('outputs', [])))}"


def is_own(cell: dict[str, Any]) -> bool:
    """Tell whether a cell of a graded notebook is the student's: an answer, or a cell added."""
    marks = cell["metadata"].get("nbgrader", {})
    return bool(marks.get("solution")) or EXTRA in cell["metadata"].get("tags", [])


def _outputs(outputs: Iterable[dict[str, Any]]) -> Iterable[str]:
    for output in outputs:
        if output["output_type"] == "stream":
            yield f"<pre>{escape(_joined(output['text']))}</pre>"
        elif output["output_type"] == "error":
            yield f"<pre>{escape(output['ename'] + ': ' + output['evalue'])}</pre>"
        elif picture := safe_picture(_joined(output["data"].get("image/png", ""))):
            yield f'<img alt="A figure of your notebook" src="data:image/png;base64,{picture}">'
        elif output["output_type"] == "display_data":  # a result is the score, shown above
            yield f"<pre>{escape(_joined(output['data'].get('text/plain', '')))}</pre>"


def _joined(text: Any) -> str:
    return "".join(text) if isinstance(text, list) else str(text)
