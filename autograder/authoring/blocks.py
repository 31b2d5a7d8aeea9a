"""MyST directives as plain Markdown, one function each.

A function takes the cell in the making and the directive, and returns Markdown. A directive that
is not in `BLOCKS` stops the build.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from string import ascii_uppercase

from .boxes import BOXES, CLAIMS_COLUMNS, INTERACTIVE, OBJECTIVES_TITLE, time_needed
from .claims import Claim, chosen
from .errors import Place
from .frames import Render, captioned, details, framed, summary
from .inline import Context, inline
from .interactive import interactive, network, predict
from .myst import Directive
from .quiz import ASKS, QuizError, count_of, parse_quiz
from .verdicts import evidence_text, legend

ADMONITIONS = (
    "attention",
    "caution",
    "danger",
    "error",
    "important",
    "note",
    "seealso",
    "tip",
    "warning",
)
TITLES = {"seealso": "See also"}
ROW = re.compile(r"(?P<pad>[*+-] +)[*+-](?: +(?P<cell>.*))?\Z")


def block(context: Context, one: Directive, render: Render) -> str:
    """Degrade one directive.

    Parameters
    ----------
    context : Context
        The cell in the making.
    one : Directive
        What to degrade.
    render : callable
        Degrades nested MyST: ``render(context, text, place)``.

    Raises
    ------
    SourceError
        If there is no plain Markdown for it.
    """
    if one.name in ADMONITIONS:
        title = TITLES.get(one.name, one.name.title())
        body = "\n".join(filter(None, [one.arg, one.body]))
        return framed(one, title, render(context, body, one.inside))
    if one.name not in BLOCKS:
        raise one.place.error(
            f"the directive {{{one.name}}} has no plain Markdown: use one of "
            f"{', '.join((*BLOCKS, *ADMONITIONS))}, or support it in autograder/authoring/blocks.py"
        )
    return BLOCKS[one.name](context, one, render)


def tagged(formula: str, number: str) -> str:
    """A display formula, with its number if it has one."""
    tag = f"\n\\tag{{{number}}}" if number else ""
    return f"$$\n{formula.strip()}{tag}\n$$"


def table_row(line: str) -> str:
    r"""A row of a pipe table: no bar inside a formula, where `\|` would be a double bar."""
    formula = re.compile(r"(?<![\\$])\$(?!\s)((?:\\.|[^$\\])+?)(?<!\s)\$")
    return formula.sub(lambda found: "$" + found[1].replace("\\|", "\\vert ") + "$", line)


def _admonition(context: Context, one: Directive, render: Render) -> str:
    if "dropdown" in one.options.get("class", "").split():
        title = summary(context, one.arg, one.place)
    else:
        title = inline(context, one.arg, one.place)
    return framed(one, title, render(context, one.body, one.inside))


def _box(context: Context, one: Directive, render: Render) -> str:
    return framed(one, BOXES[one.name], render(context, one.body, one.inside))


def _opening(context: Context, one: Directive, render: Render) -> str:
    return render(context, one.body, one.inside)


def _objectives(context: Context, one: Directive, render: Render) -> str:
    needs = inline(context, one.options.get("needs", ""), one.place)
    time = time_needed(one.options.get("minutes", "0"))
    foot = f"**You need** {needs}. **It takes** {time}."
    if asked := context.book.quizzes.get(context.doc):
        foot += f" **{ASKS}** {count_of(asked)}."
    return framed(one, OBJECTIVES_TITLE, f"{render(context, one.body, one.inside)}\n\n{foot}")


def _claims(context: Context, one: Directive, render: Render) -> str:
    """A table: Markdown has no cards."""
    rows = chosen(context.book.claims[context.doc], one)
    head = f"| {' | '.join(CLAIMS_COLUMNS)} |\n" + "|---" * len(CLAIMS_COLUMNS) + "|"
    title = inline(context, one.arg, one.place)
    table = "\n".join([head, *(_claim_row(context, claim) for claim in rows)])
    parts = [f"**Table {context.book.numbers[one.place]}.** {title}", table, legend(rows)]
    return "\n\n".join(filter(None, parts))


def _claim_row(context: Context, claim: Claim) -> str:
    statement = _cell(context, claim.claim.source, claim.claim.place)
    because = _cell(context, claim.because.source, claim.because.place)
    evidence = _cell(context, evidence_text(claim, context.book), claim.place)
    return f"| {statement} | **{claim.verdict}** | {because}<br>*Evidence:* {evidence} |"


def _dropdown(context: Context, one: Directive, render: Render) -> str:
    title = summary(context, one.arg, one.place) or "More"
    return details(title, render(context, one.body, one.inside))


def _math(context: Context, one: Directive, render: Render) -> str:
    label = one.options.get("label") or one.options.get("name")
    return tagged(one.body, context.book.equations[label].number if label else "")


def _image(context: Context, one: Directive, render: Render) -> str:
    alt = one.options.get("alt", "").strip()
    if not alt:
        raise one.place.error(
            f"the image {one.arg} has no alt text: add `:alt: …` with its message"
        )
    return f"![{alt}]({context.embed(one.arg, one.place)})"


def _figure(context: Context, one: Directive, render: Render) -> str:
    image = _image(context, one, render)
    if not one.body.strip():
        return image
    return f"{image}\n\n{captioned(context, one, render)}"


def _list_table(context: Context, one: Directive, render: Render) -> str:
    rows: list[list[str]] = []
    pad = 0
    for number, line in enumerate(one.body.splitlines()):
        here = one.inside.below(number)
        if found := ROW.match(line):
            pad = len(found["pad"])
            rows.append([found["cell"] or ""])
        elif rows and (again := re.match(rf" {{{pad}}}[*+-](?: +(.*))?\Z", line)):
            rows[-1].append(again[1] or "")
        elif rows and line.strip() and not re.match(r"\s*([*+-] |[`~:]{3})", line):
            rows[-1][-1] += " " + line.strip()
        elif line.strip():
            raise here.error("a cell of a list-table holds one paragraph in a notebook: shorten it")
    if not rows or len({len(row) for row in rows}) != 1:
        raise one.place.error(
            "a list-table needs rows of equal length: `* - first` then `  - next`"
        )
    cells = [[_cell(context, text, one.inside) for text in row] for row in rows]
    head = int(one.options.get("header-rows") or 0)
    if head > 1:
        raise one.place.error("a table in a notebook has one header row: set `:header-rows: 1`")
    if head == 0:
        cells.insert(0, [""] * len(cells[0]))
    lines = [f"| {' | '.join(row)} |" for row in cells]
    lines.insert(1, "|" + "---|" * len(cells[0]))
    if not one.arg:
        return "\n".join(lines)
    title = inline(context, one.arg, one.place)
    return f"**Table {context.book.numbers[one.place]}.** {title}\n\n" + "\n".join(lines)


def _cell(context: Context, text: str, place: Place) -> str:
    text = re.sub(r"(?<!\\)\|", r"\\|", inline(context, " ".join(text.split()), place))
    return table_row(text)


def _code(context: Context, one: Directive, render: Render) -> str:
    return f"```{one.arg}\n{one.body}\n```"


def _nothing(context: Context, one: Directive, render: Render) -> str:
    return ""


def _quiz(context: Context, one: Directive, render: Render) -> str:
    try:
        quiz = parse_quiz(one.body.splitlines())
    except QuizError as problem:
        raise one.inside.below(problem.line - 1).error(problem.message) from problem
    ids = context.book.quizzes[context.doc]
    title = f"Question {ids.index(one.arg) + 1} of {len(ids)}" if len(ids) > 1 else "Question"
    if quiz.multiple:
        title += " (several answers are right)"
    question = render(context, quiz.question, one.inside)
    options, answers = [], []
    for letter, option in zip(ascii_uppercase, quiz.options, strict=False):
        place = one.inside.below(option.line - 1)
        options.append(_item(f"**{letter}.** {render(context, option.text, place)}"))
        verdict = "right" if option.right else "wrong"
        answers.append(
            _item(f"**{letter}** is {verdict}. {render(context, option.feedback, place)}")
        )
    listed = "\n".join(options)
    return f"**{title}.** {question}\n\n{listed}\n\n" + details("Answer", "\n".join(answers))


def _item(text: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([f"- {first}", *(f"  {line}".rstrip() for line in rest)])


BLOCKS: dict[str, Callable[[Context, Directive, Render], str]] = {
    "admonition": _admonition,
    "bibliography": _nothing,
    "claims": _claims,
    "code-block": _code,
    "dropdown": _dropdown,
    "dropout-network": network,
    "figure": _figure,
    "image": _image,
    "list-table": _list_table,
    "math": _math,
    "objectives": _objectives,
    "opening": _opening,
    "predict": predict,
    "quiz": _quiz,
    **dict.fromkeys(BOXES, _box),
    **dict.fromkeys(INTERACTIVE, interactive),
}
