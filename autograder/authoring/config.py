"""The addresses of the course, which stand once, in `_config.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from .errors import SourceError


@dataclass(frozen=True)
class Site:
    """Where the course lives. `book_url` ends in a slash, `repository` does not."""

    repository: str
    branch: str
    book_url: str

    @property
    def slug(self) -> str:
        """Owner and name of the repository, as hosts of notebooks want it."""
        return "/".join(self.repository.split("/")[-2:])

    def page(self, doc: str, anchor: str = "") -> str:
        """Address of a page of the online book."""
        return f"{self.book_url}{doc}.html" + (f"#{anchor}" if anchor else "")


def read_site(root: Path) -> Site:
    """Read the addresses from `_config.yml` under `root`.

    Raises
    ------
    SourceError
        If one is missing.
    """
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8")) or {}
    course = config.get("course") or config.get("sphinx", {}).get("config", {}).get("course") or {}
    repository = config.get("repository") or {}
    for key, value in (
        ("repository: url", repository.get("url")),
        ("course: book_url", course.get("book_url")),
    ):
        if not value:
            raise SourceError("_config.yml", 1, f"no `{key}`: add the address there")
    return Site(
        repository=repository["url"].rstrip("/"),
        branch=repository.get("branch") or "main",
        book_url=course["book_url"].rstrip("/") + "/",
    )
