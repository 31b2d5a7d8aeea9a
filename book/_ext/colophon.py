"""What a page says about itself: its name on a phone, how to cite it, and where to change it.

Authors, version and date come from ``CITATION.cff``, addresses from ``_config.yml``; nothing here
depends on the day of the build.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import yaml
from docutils import nodes
from sphinx.application import Sphinx

from autograder.authoring.scan import CHAPTER

CITATION = Path(__file__).resolve().parents[2] / "CITATION.cff"


def edition() -> dict[str, str]:
    """Return title, authors, version and date of the course."""
    data = yaml.safe_load(CITATION.read_text("utf-8"))
    authors = " and ".join(
        one.get("name") or f"{one['given-names']} {one['family-names']}" for one in data["authors"]
    )
    return {
        "title": data["title"],
        "authors": authors,
        "version": str(data["version"]),
        "released": str(data["date-released"]),
    }


def heading(page: str, title: str) -> str:
    """Return the short name of a page: a chapter's begins with its number."""
    chapter = CHAPTER.match(page)
    return f"{int(chapter[1])}. {title}" if chapter else title


def citation(page: str, title: str, address: str, about: dict[str, str]) -> dict[str, str]:
    """Return a sentence that cites a page, and its BibTeX entry."""
    year = about["released"][:4]
    chapter = CHAPTER.match(page)
    part = f"Chapter {int(chapter[1])}: {title}" if chapter else title
    fields = {
        "author": f"{{{about['authors']}}}",
        "title": part,
        "booktitle": about["title"],
        "year": year,
        "note": f"Version {about['version']}",
        "url": address,
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    key = f"dropoutcourse-{page.replace('/', '-')}"
    return {
        "text": f"{about['authors']} ({year}). {part}. "
        f"In {about['title']}, version {about['version']}. {address}",
        "bibtex": f"@incollection{{{key},\n{lines}\n}}",
    }


def source(page: str, title: str, suffix: str, options: dict[str, Any]) -> dict[str, str]:
    """Return where a page's source can be edited, and where its mistakes are reported."""
    repository, branch = options["repository_url"], options.get("repository_branch", "main")
    path = "/".join(filter(None, [options.get("path_to_docs", "").strip("/"), page + suffix]))
    issue = urlencode({"title": f"{title}: ", "body": f"On the page {page}:\n\n"}, quote_via=quote)
    return {
        "edit": f"{repository}/edit/{branch}/{path}",
        "issue": f"{repository}/issues/new?{issue}",
    }


def describe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the templates what they say of a page."""
    about = edition()
    context["course_edition"] = about
    title = app.env.titles.get(page)
    if title is None or doctree is None:
        return
    name = title.astext()
    if page != app.config.root_doc:
        context["course_heading"] = heading(page, name)
    address = f"{app.config.html_baseurl}{app.builder.get_target_uri(page)}"
    context["course_citation"] = citation(page, name, address, about)
    suffix = Path(app.env.doc2path(page)).suffix
    context["course_source"] = source(page, name, suffix, app.config.html_theme_options)


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.connect("html-page-context", describe)
    app.add_js_file("js/way.js", defer="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
