"""The page of feedback: what it says, what it keeps to itself, and when it is written anew."""

from __future__ import annotations

import re
import zipfile
from html.parser import HTMLParser

import pytest
from classroom_tiny import STEM, filled
from tiny_home import change, grade, half, hand_in, home, tiny_course  # noqa: F401
from typer.testing import CliRunner

from autograder.classroom.folder.coursedir import Course
from autograder.classroom.returns import returning
from autograder.classroom.returns.page_style import prose
from autograder.classroom.returns.returning import pack, stale, write_pages
from autograder.cli import app

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type <Submitted"),
]


def page(home, student):  # noqa: F811
    folder = Course(home).folder("feedback", student, STEM)
    return (folder / f"{STEM}.html").read_text("utf-8")


class Tags(HTMLParser):
    """Collect tags and addresses, and see that what is opened is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.fetched = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag not in ("meta", "img"):
            self.open.append(tag)
        self.fetched += [v for k, v in attributes if k in ("src", "srcset", "data", "action")]
        assert not any(name.startswith("on") for name, _ in attributes)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_what_is_lost_comes_first_with_its_reason(home):  # noqa: F811
    hand_in(home, "ann", filled(pair="def first(x):\n    half"))
    hand_in(home, "bob", half())
    grade(home)
    assert write_pages(Course(home), STEM, progress=False) == 2
    text = page(home, "ann")
    assert text.index("6 of 12") < text.index("8 of 8")
    assert "14 of 20 points" in text
    text = page(home, "bob")
    for words in ("Factor &amp; missing.", "Kept units are not divided by 1 - p.", "&lt;wrong&gt;"):
        assert words in text
    assert 'href="https://example.org/page.html#ex"' in text
    assert "✗ The factor is there" in text


def test_comments_penalty_and_waiting_are_there(home):  # noqa: F811
    hand_in(home, "ann", filled(ch03_why="Because."))
    grade(home)
    write_pages(Course(home), STEM, progress=False)
    assert "A person has still to look at" in page(home, "ann")

    def review(gradebook):
        found = gradebook.find_grade("ch03-why", STEM, STEM, "ann")
        found.manual_score, found.extra_credit, found.needs_manual_grade = 0, 2, False
        comment = gradebook.find_comment("ch03-why", STEM, STEM, "ann")
        comment.manual_comment = "Well <b>put</b>.\nGo on."

    change(home, review)
    assert stale(Course(home), STEM) == ["ann"]
    assert write_pages(Course(home), STEM, progress=False) == 1
    text = page(home, "ann")
    assert "Well &lt;b&gt;put&lt;/b&gt;.\nGo on." in text
    assert "Extra credit: 2" in text
    assert "22 of 20 points" in text
    assert "still to look" not in text
    assert write_pages(Course(home), STEM, progress=False) == 0


def test_intake_is_told_and_a_failure_is_no_zero(home):  # noqa: F811
    hand_in(home, "ann", filled(), "mine.ipynb")
    hand_in(home, "dan", filled(pair="explode"))
    grade(home)
    write_pages(Course(home), STEM, progress=False)
    assert "mine.ipynb was recognised by its cells" in page(home, "ann")
    assert "Not graded yet" in page(home, "dan")
    assert "that is not your mistake" in page(home, "dan")
    assert "0 of" not in page(home, "dan")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Keep p < 1.", "Keep p &lt; 1."),
        ("Ask `not 0 <= p` first.", "Ask <code>not 0 &lt;= p</code> first."),
        ("No. More: https://x.org/a#b", 'No. <a href="https://x.org/a#b">More about it</a>'),
        ('No. More: https://"><b>', 'No. <a href="https://&quot;&gt;&lt;b&gt;">More about it</a>'),
        ("No. More: javascript:alert(1)", "No. More: javascript:alert(1)"),
    ],
)
def test_what_the_course_says_is_read_as_it_was_written(text, made):
    assert prose(text) == made


def test_nothing_acts_and_nothing_is_fetched(home):  # noqa: F811
    evil = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>"
    hand_in(home, "ann", filled(double=f"def double(x):\n    half  # {evil}", ch03_why=evil))
    grade(home)
    write_pages(Course(home), STEM, progress=False)
    text = page(home, "ann")
    found = Tags(text)
    assert found.open == []
    assert not found.tags & {"script", "iframe", "object", "form", "input", "link", "img", "base"}
    assert found.fetched == []
    assert "default-src 'none'" in text
    assert not re.search(r"url\(|@import", text)
    assert "&lt;script&gt;alert(1)" in text  # in the student's own answer, as text
    assert "prefers-color-scheme:dark" in text
    assert 'name="viewport"' in text


def test_a_page_that_was_lost_is_written_again(home):  # noqa: F811
    hand_in(home, "ann")
    grade(home)
    write_pages(Course(home), STEM, progress=False)
    (Course(home).folder("feedback", "ann", STEM) / f"{STEM}.html").unlink()
    assert stale(Course(home), STEM) == []
    assert write_pages(Course(home), STEM, progress=False) == 1


def test_the_zip_holds_every_page_and_no_secret(home):  # noqa: F811
    for student in ("ann", "bob"):
        path = hand_in(home, student)
        (path.parent / "submission_secret.txt").write_text("secret")
    grade(home)
    told = CliRunner().invoke(app, ["feedback", "03", "--zip"])
    assert told.exit_code == 0, told.output
    target = Course(home).root / "feedback" / f"{STEM}.zip"
    before = target.read_bytes()
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == [f"{s}/{STEM}.html" for s in ("ann", "bob")]
        assert archive.read(f"ann/{STEM}.html").decode() == page(home, "ann")
    assert pack(Course(home), STEM).read_bytes() == before
    assert (Course(home).folder("feedback", "ann", STEM) / "submission_secret.txt").is_file()


def test_a_full_disk_is_a_sentence(home, monkeypatch):  # noqa: F811
    hand_in(home, "ann")
    grade(home)

    def full(*where):
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr(returning, "_put", full)
    told = CliRunner().invoke(app, ["feedback", "03"])
    assert told.exit_code != 0
    assert "Make room" in str(told.exception)


def test_zip_without_feedback_says_what_to_do(home):  # noqa: F811
    hand_in(home, "ann")
    told = CliRunner().invoke(app, ["feedback", "03", "--zip"])
    assert told.exit_code != 0
    assert f"autograder autograde {STEM}" in str(told.exception)
