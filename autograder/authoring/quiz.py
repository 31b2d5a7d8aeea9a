"""The body of a `{quiz}`: a question, then a task list with feedback.

    Which entries of the mask are kept?

    - [ ] Those that are `False`.
      > `True` means kept.
    - [x] Those that are `True`.
      > The others are dropped.

The page's directive and the notebook's text both read a quiz through `parse_quiz`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

OPTION = re.compile(r"- \[([ xX])\](?:[ \t]+(.*))?\Z")
BULLET = re.compile(r"[-*+] ")
QUOTE = re.compile(r" {2,}> ?(.*)\Z")
ASKS = "It asks"  # in the foot of the objectives, before the count


class QuizError(ValueError):
    """A quiz that can't be read; `line` counts from 1 within the body."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line} of the quiz: {message}")
        self.line = line
        self.message = message


@dataclass
class Option:
    """One answer. `text` and `feedback` are MyST; `line` counts from 1 within the body."""

    text: str
    right: bool
    feedback: str
    line: int = 0


@dataclass
class Quiz:
    """A question in MyST and its answers, in the order of the source."""

    question: str
    options: list[Option]

    @property
    def multiple(self) -> bool:
        """Whether more than one answer is right (checkboxes instead of radio buttons)."""
        return sum(option.right for option in self.options) > 1


@dataclass
class _Draft:
    line: int
    right: bool
    text: list[str]
    feedback: list[str] = field(default_factory=list)

    def read(self, number: int, line: str) -> None:
        """Take one line below the option: its feedback, or more of its text."""
        if quoted := QUOTE.match(line):
            self.feedback.append(quoted[1])
        elif not line.strip():
            (self.feedback or self.text).append("")
        elif not line.startswith("  "):
            raise QuizError(number, "indent what belongs to an option by two spaces")
        elif self.feedback:
            raise QuizError(number, "text after the feedback: start each of its lines with `>`")
        else:
            self.text.append(line[2:])

    def option(self) -> Option:
        text, feedback = (_trimmed(lines) for lines in (self.text, self.feedback))
        if not text:
            raise QuizError(self.line, "an option without text: write it after the brackets")
        if not feedback:
            raise QuizError(self.line, "an option without feedback: add `  > …` below it")
        return Option(text, self.right, feedback, self.line)


def count_of(questions: Sequence[object]) -> str:
    """How many there are: "1 question", "8 questions"."""
    return f"{len(questions)} question{'s' if len(questions) != 1 else ''}"


def parse_quiz(lines: Sequence[str]) -> Quiz:
    """Read the body of a `{quiz}` directive.

    Parameters
    ----------
    lines : sequence of str
        The body, options of the directive already taken off, no line ends.

    Raises
    ------
    QuizError
        With the line within the body, and what to do.
    """
    question: list[str] = []
    drafts: list[_Draft] = []
    for number, line in enumerate(lines, 1):
        if found := OPTION.match(line.rstrip()):
            drafts.append(_Draft(number, found[1] != " ", [found[2] or ""]))
        elif drafts and BULLET.match(line):
            raise QuizError(number, "begin an option with `- [ ]`, or with `- [x]` if it is right")
        elif drafts:
            drafts[-1].read(number, line.rstrip())
        else:
            question.append(line.rstrip())
    options = [draft.option() for draft in drafts]
    if not _trimmed(question):
        raise QuizError(1, "no question: write it before the options")
    if len(options) < 2:
        last = drafts[-1].line if drafts else 1
        raise QuizError(last, "fewer than two options: add lines `- [ ] …`")
    if not any(option.right for option in options):
        raise QuizError(options[0].line, "no right option: mark one with `- [x]`")
    return Quiz(_trimmed(question), options)


def _trimmed(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
