"""Helpers of the tests of pages: a small book with theme, templates and options of the real one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml
from browser import served
from small_book import EXTENSIONS
from sphinx.testing.util import SphinxTestApp

ROOT = Path(__file__).resolve().parents[1]
# Of `_config.yml`, what a book of plain Markdown files needs.
LEFT_OUT = {"jupyter_book", "sphinx_external_toc", "myst_nb"}
OWN = ("lean", "sphinx_design", "sphinx_book_theme", "sphinxcontrib.bibtex", "katex_offline")
OWN += ("numbering", "citing", "figures", "site_search", "typography", "colophon", "cards")


def configuration() -> str:
    """Return a ``conf.py`` with the settings of the real book."""
    data = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    settings = {
        name: value
        for name, value in data["sphinx"]["config"].items()
        if not name.startswith(("nb_", "copybutton_", "extensions"))
    }
    settings["html_theme_options"] = {
        **settings["html_theme_options"],
        "repository_url": data["repository"]["url"],
        "repository_branch": data["repository"]["branch"],
        "path_to_docs": data["repository"]["path_to_book"],
    }
    settings |= {
        "project": data["title"],
        "html_theme": "sphinx_book_theme",
        "html_baseurl": data["html"]["baseurl"],
        "bibtex_bibfiles": data["bibtex_bibfiles"],
        "myst_enable_extensions": data["parse"]["myst_enable_extensions"],
        "extensions": ["myst_parser", *OWN],
        "templates_path": [str(ROOT / "book" / "_templates")],
        "suppress_warnings": ["toc.not_included"],
    }
    lines = [f"{name} = {value!r}" for name, value in settings.items()]
    return "\n".join(["import sys", f"sys.path[:0] = [{str(EXTENSIONS)!r}, {str(ROOT)!r}]", *lines])


@contextmanager
def themed_book(folder: Path, files: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Build a book without a warning, and serve it; yield its folder and its address.

    Parameters
    ----------
    folder : Path
        An empty folder.
    files : mapping of str to str
        Text by name, among them ``index.md``, and whatever the bibliography is called.
    """
    source = folder / "source"
    source.mkdir()
    (source / "_static").symlink_to(ROOT / "book" / "_static")
    (source / "conf.py").write_text(configuration())
    for name, text in files.items():
        (source / name).write_text(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        app = SphinxTestApp("html", srcdir=source, builddir=folder / "build")
        try:
            app.build()
            assert app.warning.getvalue() == "", app.warning.getvalue()
            with served(app.outdir) as home:
                yield Path(app.outdir), home
        finally:
            app.cleanup()
