"""Figures that computed cells draw: one drawing for wide columns, one for a phone.

The kernel hands over an SVG that carries its narrow drawing inside (``dropout_course.lab.narrow``).
Here the two become files of their own, and a `<picture>` that loads the one that fits, late, in a
place that is kept free for it.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx

from dropout_course.lab.narrow import HIDDEN

# Where text of the wide drawing would be smaller than 11 px. Paper is never a phone.
PHONE = "screen and (max-width: 767.98px)"
SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)pt" height="([\d.]+)pt"')
PIXELS = 96 / 72  # a point


class picture(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes so
    """The drawings of a figure, the narrow one first."""


class plot(nodes.image):  # noqa: N801
    """One of the drawings; `media` says when it is shown, `size` is width and height in pixels."""


def split(path: Path) -> Path | None:
    """Take the narrow drawing out of a file, into one beside it; None if there was none."""
    narrow = path.with_name(f"{path.stem}-narrow.svg")
    text = path.read_text("utf-8")
    start, end = text.find(HIDDEN[0]), text.rfind(HIDDEN[1])
    if start < 0:  # a page that is read again finds the files as they were left
        return narrow if narrow.exists() else None
    narrow.write_text(text[start + len(HIDDEN[0]) : end], "utf-8")
    path.write_text(text[:start] + text[end + len(HIDDEN[1]) :], "utf-8")
    return narrow


def drawing(image: nodes.image, path: Path, uri: str, media: str = "") -> plot:
    """Return a drawing as a node, with the size that its file names."""
    node = plot("", **{**image.attributes, "uri": uri})
    node["media"] = media
    found = SIZE.search(path.read_text("utf-8"))
    node["size"] = [round(float(length) * PIXELS) for length in found.groups()] if found else []
    return node


def pair(app: Sphinx, doctree: nodes.document) -> None:
    """Put both drawings where a figure had one."""
    for image in list(doctree.findall(nodes.image)):
        if isinstance(image, plot) or not image["uri"].endswith(".svg"):
            continue
        path = Path(app.env.relfn2path(image["uri"], app.env.docname)[1])
        narrow = split(path) if path.exists() else None
        if narrow is not None:
            uri = posixpath.join(posixpath.dirname(image["uri"]), narrow.name)
            drawings = picture("", drawing(image, narrow, uri, PHONE))
            drawings += drawing(image, path, image["uri"])
            image.replace_self(drawings)


def visit_picture(self, node: picture) -> None:
    """Begin the element."""
    self.body.append("<picture>")


def depart_picture(self, node: picture) -> None:
    """End the element."""
    self.body.append("</picture>\n")


def visit_plot(self, node: plot) -> None:
    """Write a source, or the image itself with its description."""
    place = posixpath.join(self.builder.imgpath, quote(self.builder.images[node["uri"]]))
    size = dict(zip(("width", "height"), node["size"], strict=False))
    if node["media"]:
        attributes = {"media": node["media"], "srcset": place, **size}
        self.body.append(self.emptytag(node, "source", "", **attributes, classes=[]))
    else:
        attributes = {"alt": node.get("alt", ""), "src": place, "loading": "lazy", **size}
        self.body.append(self.emptytag(node, "img", "", **attributes, decoding="async"))
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.add_node(picture, html=(visit_picture, depart_picture))
    app.add_node(plot, html=(visit_plot, None))
    app.connect("doctree-read", pair, priority=400)  # before Sphinx collects the images
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
