"""Building the book: what is executed again, what a failure leaves, and that bytes repeat."""

from __future__ import annotations

import hashlib
import re
import shutil

import pytest

from autograder.authoring import book
from autograder.authoring.book import BuildError, build_book
from autograder.authoring.reads import CONFIGURATION

pytestmark = pytest.mark.slow

TOC = """\
format: jb-book
root: index
parts:
  - caption: Chapters
    numbered: 1
    chapters: [{file: 03-small}]
  - caption: Reference
    chapters: [{file: claims}, {file: mistakes}, {file: status}]
"""
HEAD = """\
---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3}
---

"""
CHAPTER = r"""# Small

A page with a formula $\E[m] = q$, a figure and a question.

```{code-cell} ipython3
:tags: [demo]
:mystnb: {image: {alt: "A line that falls"}, figure: {caption: "A line.", name: fig-line}}

import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([0, 1], [1, 0])
print("executed");
```

:::{quiz} q-small
Which?

- [ ] this
  > Not this.
- [x] that
  > That.
:::
"""


@pytest.fixture
def small(root, tmp_path):
    """A repository with the site's configuration and a book of a few short pages."""
    skip = shutil.ignore_patterns("__pycache__", "*.md", "*.bib", "*.yml", "measured")
    shutil.copytree(root / "book", tmp_path / "book", ignore=skip)
    shutil.copytree(root / "autograder", tmp_path / "autograder", ignore=skip)
    for name in ("_config.yml", "CITATION.cff"):
        shutil.copy(root / name, tmp_path)
    shutil.copy(root / "book" / "status.md", tmp_path / "book")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "book" / "references.bib").write_text("")
    (tmp_path / "book" / "_toc.yml").write_text(TOC)
    for name in ("index", "claims", "mistakes"):  # the status page speaks of them
        (tmp_path / "book" / f"{name}.md").write_text(f"# The {name}\n\nWords.\n")
    (tmp_path / "book" / "03-small.md").write_text(HEAD + CHAPTER)
    return tmp_path


def hashes(site):
    return {
        str(path.relative_to(site)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*")
        if path.is_file()
    }


def test_two_cold_builds_give_the_same_bytes_but_for_the_status_page(small):
    first = hashes(build_book(small, quiet=True))
    shutil.rmtree(small / "build")
    second = hashes(build_book(small, quiet=True))
    assert any(name.endswith(".svg") and name.startswith("_images") for name in first)
    assert {
        name for name in first.keys() | second.keys() if first.get(name) != second.get(name)
    } <= {"status.html"}


def test_only_what_changed_is_done_again_and_a_failure_keeps_the_last_site(
    small, capfd, monkeypatch
):
    site = build_book(small)
    assert "Executed notebook" in capfd.readouterr().out
    good = hashes(site)

    with monkeypatch.context() as patch:
        patch.setattr(book, "run_sphinx", lambda *given, **more: pytest.fail("built again"))
        assert build_book(small) == site
    assert "up to date" in capfd.readouterr().out

    # words: the page is written again, its cells are not executed
    chapter = small / "book" / "03-small.md"
    chapter.write_text(HEAD + CHAPTER.replace("A page with", "One page with"))
    build_book(small)
    assert "Executed notebook" not in capfd.readouterr().out
    words = hashes(site)
    assert words["03-small.html"] != good["03-small.html"]

    # a reference that no cell imports: the site is not up to date, no cell is executed
    (small / "solutions" / "ch03_small.py").write_text('"""Nothing."""\n')
    build_book(small)
    assert "Executed notebook" not in capfd.readouterr().out
    assert hashes(site) == words

    # a cell that fails is reported, which and why, and so is each warning: of a cell, a formula
    # with a typo, a label that is nowhere. The site stays.
    for wrong, messages in (
        (CHAPTER.replace('print("executed");', "1 / 0"), [r"03-small\.md[\s\S]*ZeroDivisionError"]),
        (spoiled(CHAPTER), ["stderr", "Correct this formula", "undefined label: 'nowhere'"]),
    ):
        chapter.write_text(HEAD + wrong)
        with pytest.raises(BuildError) as failure:
            build_book(small, quiet=True)
        for message in messages:
            assert re.search(message, str(failure.value)), failure.value
        assert hashes(site) == words

    # mended: what was executed before stands, until the configuration of the kernels changes
    chapter.write_text(HEAD + CHAPTER.replace("A page with", "One page with"))
    build_book(small)
    assert "Executed notebook" not in capfd.readouterr().out
    with (small / CONFIGURATION).open("a") as configuration:
        configuration.write("# another\n")
    build_book(small)
    assert "Executed notebook" in capfd.readouterr().out


def spoiled(chapter):
    chapter = chapter.replace('print("executed");', 'import warnings; warnings.warn("odd")')
    chapter = chapter.replace(r"$\E[m] = q$", r"$\frac{1$")
    return chapter.replace("A page with", "See {ref}`nowhere`:")


def test_a_site_with_answers_has_a_folder_of_its_own(small):
    assert build_book(small, solutions=True, quiet=True) == small / "build/book-solutions/html"
    assert not (small / "build" / "book" / "html").exists()
