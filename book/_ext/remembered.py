"""What is asked for again and again while a book is built, and found once.

Sphinx unpickles a whole page for every ``{numref}``; the page of mistakes has hundreds, to a few
chapters in turn. pybtex searches all installed packages for every citation. Together these were
half of the time of a build that executes nothing.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import pybtex.plugin
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment

PAGES = 4  # kept at a time: a chapter takes some ten megabytes


class Remembering:
    """An environment that keeps the last pages it was asked for; nobody may change them."""

    def __init__(self, env: BuildEnvironment) -> None:
        self._env = env
        self.get_doctree = lru_cache(PAGES)(env.get_doctree)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)


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
