"""What several blocks of plain Markdown are set in: folds, quotes, captions."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from .errors import Place
from .inline import Context, inline
from .myst import Directive

Render = Callable[[Context, str, Place], str]


def details(summary: str, body: str) -> str:
    """A folded block. Blank lines inside let Markdown work in it."""
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def summary(context: Context, text: str, place: Place) -> str:
    """Text of a summary, which is HTML: only code and emphasis are kept."""
    plain = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", inline(context, text, place))
    plain = re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(plain, quote=False))
    plain = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", plain)
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", plain)


def framed(one: Directive, title: str, body: str) -> str:
    """A titled quote, or a fold where the directive asks for one."""
    if "dropdown" in one.options.get("class", "").split():
        return details(title, body)
    # a display formula or a code block inside a quote does not render everywhere
    if re.search(r"^\s*(\$\$|`{3}|~{3})|<details>", body, re.M):
        return f"**{title}**\n\n{body}"
    return "\n".join(f"> {line}".rstrip() for line in f"**{title}**\n\n{body}".splitlines())


def captioned(context: Context, one: Directive, render: Render) -> str:
    """The caption of a figure, with the number that the page shows."""
    number = context.book.numbers[one.place]
    return f"**Figure {number}.** {render(context, one.body, one.inside)}"
