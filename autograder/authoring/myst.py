"""MyST blocks: tokens with their lines, and the directives among them.

The structure comes from myst-parser itself, inline syntax switched off, so that a block is here
what it is on the page, and the author's text between blocks stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from docutils.parsers.rst.directives.misc import TestDirective
from docutils.parsers.rst.states import MarkupError
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.directives import parse_directive_text
from myst_parser.parsers.mdit import create_md_parser

from .errors import Place

# as in _config.yml (parse: myst_enable_extensions); a test holds the two together
EXTENSIONS = frozenset({"colon_fence", "dollarmath", "amsmath", "deflist"})
CONFIG = MdParserConfig(enable_extensions=set(EXTENSIONS), disable_syntax=["inline"])
FENCES = ("fence", "colon_fence")
INFO = re.compile(r"\{([\w:.+-]+)\}\s*(.*)", re.S)


@dataclass(frozen=True)
class Directive:
    """A directive as written; options are unconverted text.

    `place` is the line of its fence, `inside` that of the first line of its body; `first` and
    `last` (0-based, half open) are its lines within the text that was parsed.
    """

    name: str
    arg: str
    options: dict[str, str]
    body: str
    place: Place
    inside: Place
    first: int
    last: int


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return create_md_parser(CONFIG, RendererHTML)


def tokens(text: str) -> list[Token]:
    """Block tokens of a text; `token.map` holds its lines."""
    return _parser().parse(text + "\n")


def directive(token: Token, place: Place) -> Directive | None:
    """Read a token as a directive, or return None if it is something else.

    Parameters
    ----------
    token : Token
        A token of `tokens(text)`.
    place : Place
        Where the text begins.

    Raises
    ------
    SourceError
        If the options can't be read.
    """
    if token.type not in FENCES or token.map is None:
        return None
    if not (found := INFO.match(token.info.strip())):
        return None
    name, arg = found[1], found[2].strip()
    first, last = token.map
    here = place.below(first)
    if name == "code-cell":  # its options are YAML: see cell_options
        return Directive(name, arg, {}, token.content, here, here.below(1), first, last)
    try:
        # docutils' TestDirective is the one that takes every option, as text
        parsed = parse_directive_text(TestDirective, arg, token.content)
    except MarkupError as problem:
        raise here.error(f"directive {{{name}}}: {problem}") from problem
    if parsed.warnings:
        raise here.error(
            f"directive {{{name}}}: {parsed.warnings[0].msg}; quote the value of the option, "
            "or leave a line blank above a nested `:::`"
        )
    options = {key: value or "" for key, value in parsed.options.items()}
    inside = here.below(1 + parsed.body_offset)
    return Directive(name, arg, options, "\n".join(parsed.body), here, inside, first, last)


def cell_options(token: Token, place: Place) -> dict[str, Any]:
    """Options of a code cell, read as myst-nb does.

    Raises
    ------
    SourceError
        If they are no YAML.
    """
    parsed = parse_directive_text(TestDirective, "", token.content, validate_options=False)
    if parsed.warnings:
        raise place.error(f"options of a code cell: {parsed.warnings[0].msg}; quote the values")
    return parsed.options


def directives(text: str, place: Place) -> list[Directive]:
    """Directives of a text that stand at its top level."""
    found = (directive(token, place) for token in tokens(text) if token.level == 0)
    return [one for one in found if one is not None]


def words(value: str) -> tuple[str, ...]:
    """Entries of a comma-separated option."""
    return tuple(word.strip() for word in value.split(",") if word.strip())
