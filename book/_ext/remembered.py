"""What is asked for again and again while a book is built, and found once.

Sphinx unpickles a whole page for every ``{numref}``, and the page of mistakes has hundreds. pybtex
searches all installed packages for every citation. Together these were more than half of the time
of a build that executes nothing.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import pybtex.plugin
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment


class Remembering:
    """An environment that reads of each page once what numbers need: its targets, without text."""

    def __init__(self, env: BuildEnvironment) -> None:
        self._env = env
        self._pages: dict[str, SimpleNamespace] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)

    def get_doctree(self, doc: str) -> SimpleNamespace:
        """The targets of a page by their labels, as a document has them."""
        if doc not in self._pages:
            targets = self._env.get_doctree(doc).ids
            self._pages[doc] = SimpleNamespace(ids={k: slim(node) for k, node in targets.items()})
        return self._pages[doc]


def slim(node: nodes.Element) -> nodes.Element:
    """Copy a target with its attributes, and its children without theirs: no tree hangs on it."""
    made = node.copy()
    if not isinstance(node, nodes.section):
        made += [child.copy() for child in node.children]
    return made


class Domain(StandardDomain):
    """Sphinx's domain of labels."""

    remembering: Remembering | None = None

    def _resolve_numref_xref(self, env: BuildEnvironment, *rest: Any) -> nodes.Element | None:
        self.remembering = self.remembering or Remembering(env)
        return super()._resolve_numref_xref(self.remembering, *rest)


def forget(app: Sphinx, env: BuildEnvironment) -> None:
    """Pages may have been read again."""
    domain = env.get_domain("std")
    assert isinstance(domain, Domain)
    domain.remembering = None


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    if not hasattr(pybtex.plugin._load_entry_point, "cache_info"):  # Sphinx may run here again
        pybtex.plugin._load_entry_point = cache(pybtex.plugin._load_entry_point)
    app.add_domain(Domain, override=True)
    app.connect("env-updated", forget)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
