"""The row below a chapter's title: open its notebook in Colab or Binder, or download it.

Plain links, made from the repository's address in ``_config.yml``. The notebook itself is copied
into the site, so that the download works wherever the site is read, also from a folder.
"""

from __future__ import annotations

import re
import shutil
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = re.compile(r"\d\d-[a-z0-9-]+")
FOLDER = "_downloads"


def notebook_of(page: str) -> Path | None:
    """Return the notebook of a chapter, None for another page or while there is none."""
    path = ROOT / "notebooks" / f"{page}.ipynb"
    return path if CHAPTER.fullmatch(page) and path.exists() else None


def links(repository: str, branch: str, page: str) -> list[tuple[str, str, str]]:
    """Return (class, text, address) for each button of a chapter."""
    name = urlsplit(repository).path.strip("/").removesuffix(".git")
    path = f"notebooks/{page}.ipynb"
    return [
        (
            "colab",
            "Open in Colab",
            f"https://colab.research.google.com/github/{name}/blob/{branch}/{path}",
        ),
        (
            "binder",
            "Launch Binder",
            f"https://mybinder.org/v2/gh/{name}/{branch}?urlpath=lab/tree/{path}",
        ),
        ("download", "Download notebook", f"{FOLDER}/{page}.ipynb"),
    ]


def add_row(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Put the row after the title of a chapter."""
    if doctree is None or notebook_of(page) is None:
        return
    options = app.config.html_theme_options
    items = []
    for kind, text, address in links(
        options["repository_url"], options.get("repository_branch", "main"), page
    ):
        extra = " download" if kind == "download" else ' rel="noopener"'
        items.append(
            f'<li><a class="notebook-{kind}" href="{escape(address)}"{extra}>'
            f"{escape(text)}</a></li>"
        )
    row = f'<ul class="notebook-row" aria-label="This chapter as a notebook">{"".join(items)}</ul>'
    context["body"] = context["body"].replace("</h1>", f"</h1>\n{row}", 1)


def copy_notebooks(app: Sphinx, exception: Exception | None) -> None:
    """Copy the notebooks of the chapters into the site."""
    if exception is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir) / FOLDER
    for page in app.env.found_docs:
        notebook = notebook_of(page)
        if notebook is not None:
            folder.mkdir(exist_ok=True)
            shutil.copyfile(notebook, folder / notebook.name)


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.connect("html-page-context", add_row)
    app.connect("build-finished", copy_notebooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
