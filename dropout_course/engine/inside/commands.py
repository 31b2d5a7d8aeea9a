"""What of a shell's commands is done at grading: folders and empty files are made.

There are no programs in a jail, but a cell that makes a folder is followed by one that writes into
it. So what ``mkdir`` and ``touch`` do is done here, in the folder of the notebook's own process.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator
from contextlib import suppress

_REDIRECTED = re.compile(r"(?:(?<!\S)\d|&)?(?:>>?|<)&?\s*[^\s;&|]+")  # such as 2>/dev/null
_BETWEEN = set(";&|")  # such as && between two commands


def done(command: object, folder: str = "") -> bool:
    """Make the folders and the files of a command; say whether that is all that it asks for.

    Parameters
    ----------
    command
        A text as for a shell, of one or of several lines, or the list of the words of one command.
    folder
        Where it is run; empty: here.
    """
    listed = [_words_of(command)] if isinstance(command, (list, tuple)) else _split(_text(command))
    known = [_do(words, folder) for words in listed if words]
    return bool(known) and all(known)


def _text(value: object) -> str:
    return os.fsdecode(value) if isinstance(value, (str, bytes, os.PathLike)) else str(value)


def _words_of(command: Iterable[object]) -> list[str]:
    return [_text(word) for word in command]


def _split(text: str) -> Iterator[list[str]]:
    """Give the words of each command of a text; nothing more once a line can't be read."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(_REDIRECTED.sub(" ", line), posix=True, punctuation_chars=";&|")
        lexer.whitespace_split = True
        words: list[str] = []
        with suppress(ValueError):  # a quotation that is not closed
            for word in lexer:
                if set(word) <= _BETWEEN:
                    yield words
                    words = []
                else:
                    words.append(os.path.expanduser(os.path.expandvars(word)))
            yield words


def _do(words: list[str], folder: str) -> bool:
    """Do one command, if it is known here, and forgive what goes wrong, as a notebook would."""
    make = {"mkdir": _make_folder, "touch": _make_file}.get(words[0])
    if make is None:
        return False
    for name in (word for word in words[1:] if not word.startswith("-")):
        with suppress(OSError, ValueError):
            make(os.path.join(folder, name))
    return True


def _make_folder(path: str) -> None:
    os.makedirs(path, exist_ok=True)


def _make_file(path: str) -> None:
    with open(path, "ab"):
        pass
