"""Search: the index that the reader's browser searches, and what opens it.

``search-index.js`` holds the entries of all pages (`search_entries.py`) as data, so that a page
opened from a folder can load it too; `_static/js/search.js` makes the index of it. Sphinx's own
index is not built.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from search_entries import entries
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from autograder.authoring.scan import CHAPTER

NAME = "search-index.js"
BEFORE = "(window.dropoutCourse ??= {}).searchIndex = "
HIGHLIGHTER = "sphinx_highlight.js"  # works with Sphinx's own search alone
Page = dict[str, Any]


def own_search_only(app: Sphinx) -> None:
    """Tell the builder to leave Sphinx's search out; no other builder has one."""
    app.builder.search = False
    app.course_search = {}  # type: ignore[attr-defined]


def glossary_terms(env: BuildEnvironment) -> list[str]:
    """Return the terms of the glossary in small letters."""
    objects = env.get_domain("std").get_objects()
    return sorted({name.lower() for name, _, kind, _, _, _ in objects if kind == "term"})


def number_of(env: BuildEnvironment, page: str, anchor: str) -> str:
    """Return the number of an exercise, as in "3.2"."""
    numbers = env.toc_fignumbers.get(page, {}).get("exercise", {}).get(anchor, ())
    return ".".join(map(str, numbers))


def papers(env: BuildEnvironment) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return title and authors of the sources in the list of references, by their ids there."""
    found = {}
    for one in env.get_domain("cite").citations:
        people = one.entry.persons.get("author", [])
        names = tuple(" ".join(person.prelast_names + person.last_names) for person in people)
        title = re.sub(r"[{}]", "", one.entry.fields.get("title", one.key))
        found[one.citation_id] = (title, names)
    return found


def index_page(
    app: Sphinx, name: str, template: str, context: Page, doctree: nodes.document | None
) -> None:
    """Gather the entries of a page as it is written, unless it asks to be left out."""
    scripts = context.get("script_files", [])
    context["script_files"] = [one for one in scripts if HIGHLIGHTER not in str(one.filename)]
    if name == "search":
        app.add_css_file("css/search.css")
    if doctree is None or "nosearch" in (app.env.metadata.get(name) or {}):
        return
    found = entries(doctree, glossary_terms(app.env))
    sources = papers(app.env)
    for one in found:
        if one.kind == "exercise":
            one.names = (f"Exercise {number_of(app.env, name, one.anchor)}", *one.names)
        elif one.kind == "source":
            one.title, one.names = sources[one.anchor]
    chapter = CHAPTER.match(name)
    title = app.env.titles[name].astext()
    app.course_search[name] = {  # type: ignore[attr-defined]
        "url": app.builder.get_target_uri(name),
        "title": f"{int(chapter[1])} · {title}" if chapter else title,
        "entries": [one.row() for one in found],
    }


def earlier(path: Path) -> dict[str, Page]:
    """Return the pages of the last build's index by their name: not every build writes them all."""
    try:
        text = path.read_text("utf-8")
        return json.loads(text.removeprefix(BEFORE).rstrip(";\n"))
    except (OSError, ValueError):
        return {}


def write_index(app: Sphinx, exception: Exception | None) -> None:
    """Write the index, in the order of the pages' names."""
    if exception is not None or app.builder.name != "html":
        return
    path = Path(app.outdir) / NAME
    made = earlier(path) | app.course_search  # type: ignore[attr-defined]
    kept = {name: made[name] for name in sorted(made) if name in app.env.all_docs}
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    path.write_text(f"{BEFORE}{text};\n", "utf-8")


def search_page(app: Sphinx) -> list[tuple[str, Page, str]]:
    """Return the page of results, which Sphinx writes only with its own search."""
    return [("search", {}, "search.html")] if app.builder.name == "html" else []


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.connect("builder-inited", own_search_only)
    app.connect("html-collect-pages", search_page)
    app.connect("html-page-context", index_page, priority=800)  # all scripts are there by then
    app.connect("build-finished", write_index)
    app.add_js_file("js/search-open.js", defer="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
