"""Lets pages be executed on all cores before they are read, and only those that need it."""

from __future__ import annotations

from pathlib import Path

from jupyter_cache import get_cache
from myst_nb.core.read import create_nb_reader
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util import logging

from autograder.authoring.execution import Page, execute_stale

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]


class ExecutionFailed(SphinxError):
    """A page could not be executed."""

    category = "Execution failed"


def notebook_of(app: Sphinx, doc: str) -> Page | None:
    """Read a page as myst-nb will; None if it has no cells."""
    path = Path(app.env.doc2path(doc))
    text = path.read_text("utf-8")
    settings = app.env.mystnb_config  # type: ignore[attr-defined]
    reader = create_nb_reader(str(path), app.env.myst_config, settings, text)  # type: ignore[attr-defined]
    return Page(doc, path, reader.read(text)) if reader else None


def before_reading(app: Sphinx, env: object, docs: list[str]) -> None:
    """Fill the cache, from which myst-nb takes what it shows."""
    settings = app.env.mystnb_config  # type: ignore[attr-defined]
    if settings.execution_mode != "cache":
        return
    pages = [page for doc in docs if (page := notebook_of(app, doc))]
    cache = get_cache(settings.execution_cache_path or ".jupyter_cache")

    def say(doc: str, what: str) -> None:
        logger.info("book/%s.md: %s", doc, what)

    failed = execute_stale(pages, cache, ROOT, settings.execution_timeout, say)
    for doc, trace in failed.items():
        logger.warning("Executing notebook failed: %s", trace, location=(doc, None))
    if failed:
        raise ExecutionFailed(f"a cell failed on {', '.join(sorted(failed))}")


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.connect("env-before-read-docs", before_reading)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
