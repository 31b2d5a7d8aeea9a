"""What the questions of the chapters promise: how many, of which kinds, with no letter to guess."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.authoring.quiz import Quiz, parse_quiz
from autograder.authoring.source import chapter_paths

ROOT = Path(__file__).parents[1]
QUESTION = re.compile(r"^:::\{quiz\} (?P<name>\S+)\n(?P<body>.*?)\n:::$", re.M | re.S)
MEASURED = re.compile(r"\{measured\}`(ch\d\d\.\w+)")
CITED = re.compile(r"\{cite:[pt]\}`([^`]+)`")
VERDICT = re.compile(r"(right|yes|no|wrong|correct)\b[.,:;!]", re.I)
PREDICT, BUG = "**Predict.**", "**Spot the bug.**"


@dataclass(frozen=True)
class Question:
    """A question of a page; `at` is its offset in the page's source."""

    name: str
    quiz: Quiz
    at: int


@dataclass(frozen=True)
class Page:
    """A chapter's source and its questions, in their order."""

    source: str
    questions: list[Question]

    def starting(self, words: str) -> list[Question]:
        """Questions that begin with some words."""
        return [one for one in self.questions if one.quiz.question.startswith(words)]


def read(path: Path) -> Page:
    """Read a chapter's questions."""
    source = path.read_text("utf-8")
    found = QUESTION.finditer(source)
    questions = [Question(m["name"], parse_quiz(m["body"].splitlines()), m.start()) for m in found]
    return Page(source, questions)


PAGES = {path.stem: read(path) for path in chapter_paths(ROOT)}
every_chapter = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


def longest(quiz: Quiz) -> bool:
    """Whether the right answer is longer than all others."""
    lengths = {option.right: 0 for option in quiz.options}
    for option in quiz.options:
        lengths[option.right] = max(lengths[option.right], len(option.text))
    return lengths[True] > lengths[False]


def places(questions: list[Question]) -> Counter[int]:
    """How often the right answer stands at each place, where one answer is right."""
    single = [one.quiz.options for one in questions if not one.quiz.multiple]
    return Counter([option.right for option in options].index(True) for options in single)


@every_chapter
def test_a_chapter_has_five_to_eight_questions(page):
    assert 5 <= len(page.questions) <= 8
    assert page.source.count("\n:::{quiz} ") == len(page.questions)  # the pattern sees them all
    assert page.source.count("\n## Quiz\n") == 1


def test_no_two_questions_have_one_name():
    names = [one.name for page in PAGES.values() for one in page.questions]
    assert len(names) == len(set(names))


@every_chapter
def test_a_chapter_asks_to_predict_what_it_measures_further_down(page):
    asked = page.starting(PREDICT)
    assert asked
    for one in asked:
        for option in one.quiz.options:
            names = MEASURED.findall(option.feedback)
            assert names, f"{one.name}: the words on `{option.text}` don't say what was measured"
            for name in names:
                assert page.source.find(f'lab.record("{name}"', one.at) > 0, (one.name, name)
                assert page.source.find(f'lab.record("{name}"', 0, one.at) < 0, (one.name, name)


@every_chapter
def test_a_chapter_has_a_bug_of_a_real_repository_to_spot(page):
    asked = page.starting(BUG)
    assert asked
    library = (ROOT / "book/references.bib").read_text("utf-8")
    for one in asked:
        question = one.quiz.question
        assert re.search(r"^~~~python\n.*?\n~~~$", question, re.M | re.S), one.name
        keys = [key for found in CITED.findall(question) for key in found.split(",")]
        assert keys, f"{one.name}: where was this seen?"
        for key in keys:
            entry = re.search(rf"@misc\{{{key},\n.*?\n\}}\n", library, re.S)
            assert entry, key
            assert r"\url{https://github.com/" in entry[0], key


@every_chapter
def test_every_choice_is_answered_by_a_reason(page):
    for one in page.questions:
        said = [option.feedback for option in one.quiz.options]
        assert len(said) == len(set(said)) or one.quiz.question.startswith(PREDICT), one.name
        for option in one.quiz.options:
            reason = option.feedback
            assert len(reason.split()) >= 3, f"{one.name}: `{option.text}`: {reason}"
            assert not VERDICT.match(reason), f"{one.name}: the page says the verdict itself"


@every_chapter
def test_no_choice_is_about_the_other_choices(page):
    for one in page.questions:
        for option in one.quiz.options:
            assert not re.search(r"(all|none|both) of (the above|these)\b", option.text, re.I)


@every_chapter
def test_no_place_and_no_length_gives_a_chapters_answers_away(page):
    found = places(page.questions)
    assert max(found.values()) <= 0.6 * found.total(), found
    single = [one for one in page.questions if not one.quiz.multiple]
    assert sum(longest(one.quiz) for one in single) <= 0.6 * len(single)


def test_no_place_and_no_length_gives_the_books_answers_away():
    questions = [one for page in PAGES.values() for one in page.questions]
    found = places(questions)
    assert max(found.values()) <= 0.4 * found.total(), found
    assert min(found[place] for place in range(3)) >= 0.25 * found.total(), found
    single = [one for one in questions if not one.quiz.multiple]
    assert 0.2 < sum(longest(one.quiz) for one in single) / len(single) < 0.45
