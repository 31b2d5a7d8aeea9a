"""What the interactive figures share: a numbered figure around an element, and its own files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def figure_of(directive: SphinxDirective, html: str, kind: str) -> list[nodes.Node]:
    """Return an element as a figure; the directive's content is its caption, and a legend.

    Parameters
    ----------
    directive
        Whose content it is; an error if it does not begin with a paragraph.
    html
        The element, complete without JavaScript.
    kind
        The class of the figure, by which `load_with` knows it.
    """
    figure = nodes.figure("", nodes.raw("", html, format="html"), classes=[kind])
    directive.set_source_info(figure)
    box = nodes.Element()
    content = directive.content or StringList()
    directive.state.nested_parse(content, directive.content_offset, box)
    if not box.children or not isinstance(box[0], nodes.paragraph):
        raise directive.error(f"{{{directive.name}}}: its content is the caption, a paragraph")
    figure += nodes.caption(box[0].rawsource, "", *box[0].children)
    if box.children[1:]:
        figure += nodes.legend("", *box.children[1:])
    directive.add_name(figure)
    return [figure]


def load_with(app: Sphinx, kind: str, css: str, scripts: Sequence[str]) -> dict[str, Any]:
    """Load files on the pages that show a kind of figure, and on no other; give the metadata."""

    def load(app: Sphinx, page: str, template: str, context: dict, doctree: Any) -> None:
        figures = doctree.findall(nodes.figure) if doctree is not None else ()
        if any(kind in figure["classes"] for figure in figures):
            app.add_css_file(f"css/{css}")
            for name in scripts:
                app.add_js_file(f"js/{name}", defer="defer")

    connect: Callable[..., Any] = app.connect
    connect("html-page-context", load)
    return {
        "version": "1",
        "env_version": 1,  # raise it with every change of a picture: doctrees hold them
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
