"""The small parts of the site that need no build: the builder's report, KaTeX, the links."""

from __future__ import annotations

import re
import sys

import pytest

from autograder.authoring import book


@pytest.fixture(scope="module", autouse=True)
def extensions(root):
    sys.path.insert(0, str(root / "book" / "_ext"))
    yield
    sys.path.remove(str(root / "book" / "_ext"))


def test_a_failed_build_reports_the_trouble_without_the_progress():
    lines = [
        "\x1b[01mreading sources... \x1b[39;49;00m[ 50%] intro\n",
        "\x1b[91mbook/intro.md:3: WARNING: unknown document: 'nowhere' [ref.doc]\x1b[39;49;00m\n",
        "writing output... [100%] intro\n",
        "build finished with problems, 1 warning.\n",
        "Traceback (most recent call last):\n",
        '  File "/x/bin/jupyter-book", line 6, in <module>\n',
        "RuntimeError: There was an error in building your book. Look above for the cause.\n",
    ]
    report = book.interesting(lines)
    assert (
        report.splitlines()[0] == "book/intro.md:3: WARNING: unknown document: 'nowhere' [ref.doc]"
    )
    assert "writing output" not in report
    assert "RuntimeError" not in report


def test_a_build_that_says_nothing_useful_is_reported_by_its_last_lines():
    assert book.interesting(["a\n", "killed\n"]) == "a\nkilled"


def test_the_digest_sees_names_and_contents_and_no_bytecode(tmp_path):
    (tmp_path / "a.py").write_text("1")
    first = book.digest(tmp_path, ["**/*.py", "**/*.pyc"])
    cache = tmp_path / "__pycache__"
    cache.mkdir()
    (cache / "a.pyc").write_text("x")
    assert book.digest(tmp_path, ["**/*.py", "**/*.pyc"]) == first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    renamed = book.digest(tmp_path, ["**/*.py"])
    assert renamed != first
    (tmp_path / "b.py").write_text("2")
    assert book.digest(tmp_path, ["**/*.py"]) != renamed


def test_katex_is_one_version_in_the_page_and_at_build_time(root):
    import sphinxcontrib.katex

    css = (root / "book/_static/katex/katex.min.css").read_text()
    assert f'"{sphinxcontrib.katex.katex_version}"' in css


def test_every_font_that_a_stylesheet_names_is_there(root):
    static = root / "book" / "_static"
    for sheet in ("katex/katex.min.css", "css/fonts.css"):
        path = static / sheet
        named = re.findall(r"url\(([^)]+\.woff2)\)", path.read_text())
        assert named
        assert [name for name in named if not (path.parent / name).exists()] == []


def test_a_formula_becomes_html_and_mathml():
    import katex_offline

    html = katex_offline.render(r"\E[m] = q", {"displayMode": True})
    assert 'class="katex-display"' in html
    assert "<math" in html


def test_a_formula_that_cannot_be_read_stops_the_build_and_is_named():
    import katex_offline
    from sphinx.errors import ExtensionError

    with pytest.raises(ExtensionError, match=r"Correct this formula:\n\\frac\{1"):
        katex_offline.render(r"\frac{1")


def test_the_buttons_lead_to_the_notebook_in_the_repository():
    import buttons

    found = buttons.links("https://github.com/someone/thing", "trunk", "03-dropout-forward")
    assert [address for _, _, address in found] == [
        "https://colab.research.google.com/github/someone/thing/blob/trunk"
        "/notebooks/03-dropout-forward.ipynb",
        "https://mybinder.org/v2/gh/someone/thing/trunk"
        "?urlpath=lab/tree/notebooks/03-dropout-forward.ipynb",
        "_downloads/03-dropout-forward.ipynb",
    ]


def test_no_button_without_a_notebook():
    import buttons

    assert buttons.notebook_of("glossary") is None
    assert buttons.notebook_of("99-no-such-chapter") is None


def test_own_scripts_neither_evaluate_nor_write_markup(root):
    for name in ("quiz.js", "page.js"):
        code = (root / "book/_static/js" / name).read_text()
        assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|Function\(", code) == []
