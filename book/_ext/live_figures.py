"""What the interactive figures share: a numbered figure around an element, and its own files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def figure_of(directive: SphinxDirective, html: str, kind: str) -> list[nodes.Node]:
    """Return an element as a figure; the directive's content is its caption, and a legend.

    Parameters
    ----------
    directive
        Whose content it is; an error if it does not begin with a paragraph. Its option `live` is
        the end of the caption, see `asked`.
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
    figure += nodes.caption(box[0].rawsource, "", *box[0].children, *asked(directive))
    if box.children[1:]:
        figure += nodes.legend("", *box.children[1:])
    directive.add_name(figure)
    return [figure]


def asked(directive: SphinxDirective) -> list[nodes.Node]:
    """Return what the option `live` asks a reader to do.

    Only a script can answer, so paper and pages without JavaScript do not show it.
    """
    if not (words := directive.options.get("live")):
        return []
    box = nodes.Element()
    lines = StringList([words], source=directive.get_source_info()[0])
    directive.state.nested_parse(lines, directive.content_offset, box)
    return [nodes.Text(" "), nodes.inline("", "", *box[0].children, classes=["with-script"])]


def uniforms(seed: int, n: int) -> np.ndarray:
    """Return the first n numbers in [0, 1) of the figures' generator (mulberry32), as JavaScript.

    Parameters
    ----------
    seed : int
        32 bits of it are used.
    n : int
        How many.

    Returns
    -------
    ndarray of float64 (n,)
    """
    word = np.uint64(0xFFFFFFFF)
    steps = np.arange(1, n + 1, dtype=np.uint64)
    state = (np.uint64(seed) + steps * np.uint64(0x6D2B79F5)) & word
    t = ((state ^ (state >> np.uint64(15))) * (state | np.uint64(1))) & word
    t ^= (t + (((t ^ (t >> np.uint64(7))) * (t | np.uint64(61))) & word)) & word
    return (t ^ (t >> np.uint64(14))) / 2.0**32


def element(tag: str, attributes: Mapping[str, object], still: str, data: Any) -> str:
    """Return a custom element: its picture without JavaScript, and its data as JSON."""
    given = "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items())
    plain = json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    script = f'<script type="application/json">{plain}</script>'
    return f'<{tag} class="live"{given}>{still}{script}</{tag}>'


def load_with(
    app: Sphinx,
    kind: str,
    css: str | Sequence[str],
    scripts: Sequence[str],
    node: type[nodes.Element] = nodes.figure,
) -> dict[str, Any]:
    """Load files on the pages with a node of this class, and on no other; give the metadata."""
    sheets = [css] if isinstance(css, str) else css

    def load(app: Sphinx, page: str, template: str, context: dict, doctree: Any) -> None:
        figures = doctree.findall(node) if doctree is not None else ()
        if any(kind in figure["classes"] for figure in figures):
            for name in sheets:
                app.add_css_file(f"css/{name}")
            for name in scripts:
                app.add_js_file(f"js/{name}", defer="defer")

    connect: Callable[..., Any] = app.connect
    connect("html-page-context", load)
    return {
        "version": "1",
        "env_version": 2,  # raise it with every change of a picture: doctrees hold them
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
