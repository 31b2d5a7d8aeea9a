"""Printing on terminals that know few characters: a mark becomes a plainer one, no command ends."""

from __future__ import annotations

import codecs
import sys

HANDLER = "autograder.plain"
_PLAIN = {
    "\N{CHECK MARK}": "+",
    "\N{MULTIPLICATION X}": "x",
    "\N{BALLOT X}": "x",
    "\N{MINUS SIGN}": "-",
    "\N{BOX DRAWINGS LIGHT HORIZONTAL}": "-",
    "\N{BOX DRAWINGS LIGHT VERTICAL}": "|",
    "\N{RIGHTWARDS ARROW}": "->",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{MIDDLE DOT}": "*",
    "\N{SUPERSCRIPT LATIN SMALL LETTER N}": "^n",
}


def speak_plainly() -> None:
    """Let stdout and stderr replace what their encoding lacks.

    That is "✓" on a Windows terminal (cp1252), and on every terminal a file name that is not
    UTF-8, whose bytes Python keeps as lone surrogates.
    """
    codecs.register_error(HANDLER, _plainer)
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):  # a capture may have none
            reconfigure(errors=HANDLER)


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in lacking), error.end
