"""The ``{build-status}`` directive: what built this book, and how long each page took to execute.

It is rendered after every page has been read. Its page is the only one whose bytes depend on the
machine and the day; it stays out of the search index for that reason.
"""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from docutils import nodes
from myst_nb.sphinx_ import SphinxEnvType
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

PACKAGES = [
    "jupyter-book",
    "Sphinx",
    "myst-nb",
    "sphinxcontrib-katex",
    "numpy",
    "torch",
    "scipy",
    "scikit-learn",
    "matplotlib",
    "ipykernel",
    "nbgrader",
]


class build_status(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes so
    """A place for a table that is filled in at the end; ``topic`` says which."""


class BuildStatus(SphinxDirective):
    """``{build-status} versions`` or ``{build-status} pages``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a placeholder."""
        topic = self.arguments[0]
        if topic not in ("versions", "pages"):
            raise self.error(f"build-status: 'versions' or 'pages', not '{topic}'")
        return [build_status(topic=topic)]


def cell(*children: nodes.Node) -> nodes.entry:
    """Return a cell of a table."""
    return nodes.entry("", nodes.paragraph("", "", *children))


def table(heads: list[str], rows: list[list[nodes.Node]]) -> nodes.table:
    """Return a table with a head row."""
    columns = [nodes.colspec(colwidth=1) for _ in heads]
    head = nodes.thead("", nodes.row("", *(cell(nodes.Text(text)) for text in heads)))
    body = nodes.tbody("", *(nodes.row("", *(cell(node) for node in row)) for row in rows))
    group = nodes.tgroup("", *columns, head, body, cols=len(heads))
    return nodes.table("", group, classes=["status-table"])


def versions() -> nodes.table:
    """Return what built the book."""
    rows = [["Python", platform.python_version()]]
    for name in PACKAGES:
        try:
            rows.append([name, version(name)])
        except PackageNotFoundError:
            rows.append([name, "not installed"])
    return table(["Package", "Version"], [[nodes.Text(text) for text in row] for row in rows])


def pages(app: Sphinx, docname: str) -> nodes.Element:
    """Return the time that the cells of each page took when they last ran."""
    env: SphinxEnvType = app.env  # type: ignore[assignment]
    metadata = getattr(env, "nb_metadata", {})  # absent while no notebook was read
    rows: list[list[nodes.Node]] = []
    total = 0.0
    for page in sorted(env.found_docs):
        data = metadata.get(page, {}).get("exec_data")
        if not data:
            continue
        seconds = data["runtime"]
        total += seconds or 0.0
        link = nodes.reference("", env.titles[page].astext(), internal=True)
        link["refuri"] = app.builder.get_relative_uri(docname, page)
        time = "not measured" if seconds is None else f"{seconds:.1f} s"
        rows.append([link, nodes.Text(time), nodes.Text("yes" if data["succeeded"] else "NO")])
    if not rows:
        return nodes.paragraph("", "No page of this build holds cells.")
    rows.append([nodes.strong("", "Together"), nodes.Text(f"{total:.1f} s"), nodes.Text("")])
    return table(["Page", "Execution time", "All cells ran"], rows)


def fill_in(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace the placeholders."""
    for node in list(doctree.findall(build_status)):
        made = versions() if node["topic"] == "versions" else pages(app, docname)
        node.replace_self(made)


def always_outdated(app: Sphinx, env: SphinxEnvType) -> list[str]:
    """Write the page again whenever any page was read."""
    return [page for page in env.found_docs if page == "status"]


def setup(app: Sphinx) -> dict[str, object]:
    """Register the directive."""
    app.add_node(build_status)
    app.add_directive("build-status", BuildStatus)
    app.connect("doctree-resolved", fill_in)
    app.connect("env-updated", always_outdated)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
