"""Assignments in the course that are not ours: they take nbgrader's own steps, untouched.

Each class here is nbgrader's step of the same name, settings included, and leaves our notebooks
alone. What is ours is never taken for another's: a student's code would run without the sandbox.
So it is what was released that decides, and not what was handed in; in doubt it is ours.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import ClearMetadataPreprocessor as StockClearMetadata
from nbformat.notebooknode import NotebookNode
from nbgrader import preprocessors as stock

from autograder.classroom.submissions.submission import OURS

FOREIGN = "nbgrader_alone"  # in the resources of a conversion


def marked_ours(notebook: Any) -> bool:
    """Tell whether a source or released notebook is one of ours."""
    return "chapter" in notebook.get("metadata", {}).get(OURS, {})


def is_foreign(release: Path, source: Path) -> bool:
    """Tell whether an assignment is an instructor's own, by its notebooks.

    Parameters
    ----------
    release, source : Path
        Its folders.
    """
    for folder in (release, source):
        found = sorted(folder.glob("*.ipynb"))
        if found:
            return all(_unmarked(path, path.stat().st_mtime_ns) for path in found)
    return False


@lru_cache(maxsize=256)
def _unmarked(path: Path, changed: int) -> bool:
    try:
        return not marked_ours(json.loads(path.read_bytes()))
    except (OSError, ValueError, AttributeError, TypeError):
        return False


class _OfOthers:
    """A step of nbgrader for notebooks that are not ours."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Take nbgrader's step, or none."""
        if not resources.get(FOREIGN):
            return nb, resources
        result: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources)  # type: ignore[misc]
        return result


class ClearOutput(_OfOthers, stock.ClearOutput):
    """nbgrader's, for others."""


class DeduplicateIds(_OfOthers, stock.DeduplicateIds):
    """nbgrader's, for others."""


class Execute(_OfOthers, stock.Execute):
    """nbgrader's, for others: what they hand in runs in a kernel, without a sandbox."""


class IgnorePattern(_OfOthers, stock.IgnorePattern):
    """nbgrader's, for others."""


class ClearMetadataPreprocessor(_OfOthers, StockClearMetadata):
    """nbconvert's, for others."""


class LimitOutput(_OfOthers, stock.LimitOutput):
    """nbgrader's, for others."""


class _OfOthersSources:
    """A step of the release for sources that are not ours: ours have their stubs already."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Take nbgrader's step, or none."""
        if marked_ours(nb):
            return nb, resources
        result: tuple[NotebookNode, dict[str, Any]] = super().preprocess(nb, resources)  # type: ignore[misc]
        return result


class InstantiateTests(_OfOthersSources, stock.InstantiateTests):
    """nbgrader's, for others."""


class ClearSolutions(_OfOthersSources, stock.ClearSolutions):
    """nbgrader's, for others."""


class ClearHiddenTests(_OfOthersSources, stock.ClearHiddenTests):
    """nbgrader's, for others."""


class ClearMarkScheme(_OfOthersSources, stock.ClearMarkScheme):
    """nbgrader's, for others."""
