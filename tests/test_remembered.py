"""Numbered references are those of Sphinx, and read each page once."""

from __future__ import annotations

import re
from collections import Counter
from types import SimpleNamespace

import pytest
from small_book import CONF, extension
from sphinx.environment import BuildEnvironment
from sphinx.testing.util import SphinxTestApp

INDEX = """# First

{{toctree}}

```{{figure}} line.svg
:name: fig-line
:alt: A line

A line.
```

{references}
"""
OTHER = """# Other

```{{code-block}} python
:caption: Code
:name: code-one
pass
```

{references}
"""
REFERENCES = "\n\n".join(f"{{numref}}`{name}`" for name in ("fig-line", "code-one") * 3)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


def built(folder, monkeypatch, extensions):
    """The paragraphs of both pages, and how often each page was loaded."""
    source = folder / "source"
    source.mkdir(parents=True)
    (source / "conf.py").write_text(CONF.format(extensions=["myst_parser", *extensions]))
    toctree = "```{toctree}\n:numbered:\nother\n```"
    index = INDEX.format(references=REFERENCES).replace("{toctree}", toctree)
    (source / "index.md").write_text(index)
    (source / "other.md").write_text(OTHER.format(references=REFERENCES))
    (source / "line.svg").write_text(SVG)
    loads: Counter[str] = Counter()
    load = BuildEnvironment.get_doctree

    def counted(env, doc):
        loads[doc] += 1
        return load(env, doc)

    with monkeypatch.context() as patch:
        patch.setattr(BuildEnvironment, "get_doctree", counted)
        app = SphinxTestApp("html", srcdir=source, builddir=folder / "build")
        try:
            app.build()
            assert app.warning.getvalue() == ""
        finally:
            app.cleanup()
    pages = [(folder / f"build/html/{name}.html").read_text() for name in ("index", "other")]
    return [re.findall("<p><a .*?</a></p>", page) for page in pages], loads


@pytest.mark.slow
def test_numbers_are_those_of_sphinx_and_each_page_is_read_once_for_them(tmp_path, monkeypatch):
    plain, often = built(tmp_path / "plain", monkeypatch, [])
    quick, seldom = built(tmp_path / "quick", monkeypatch, ["remembered"])
    assert quick == plain
    assert "Fig. 1" in plain[1][0]
    assert "Listing 1" in plain[0][1]
    assert [len(page) for page in plain] == [6, 6]
    for page in ("index", "other"):
        assert often[page] - seldom[page] == 5


def test_the_names_of_numbers_stay_with_their_book():
    """Sphinx's default is one dictionary for all books that a process builds."""
    default: dict[str, str] = {}
    config = SimpleNamespace(numfig_format=default)
    extension("exercise").name_numbers(None, config)
    assert (default, config.numfig_format["figure"]) == ({}, "Figure %s")
