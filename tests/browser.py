"""Helpers of the browser tests: a server for a folder, and the machine's own Chromium."""

from __future__ import annotations

import fcntl
import functools
import http.server
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring import chromium

# Both widths and both themes of what is drawn by one style sheet; pages are seen in all.
VIEWS = ((1280, "light"), (390, "dark"))


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Keep the test's output clean."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine; yield its address, without a slash."""
    handler = functools.partial(_Silent, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def browser() -> Iterator[object]:
    """Yield a headless Chromium; skip the test without one, fail it in CI."""
    if chromium.path_of() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            f"no Chromium: {chromium.NO_BROWSER}"
        )
    with chromium.launched() as program:
        yield program


class Watch:
    """What went wrong on a page: console errors, failed requests, requests to other hosts.

    Create it before the page is opened.
    """

    def __init__(self, page: object, home: str) -> None:
        self.troubles: list[str] = []
        self.home = home
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def _failed(self, request: object) -> None:
        """Note a request that failed. A page that is left gives up on its pictures: no trouble."""
        picture = request.resource_type == "image" or request.url.endswith("/favicon.svg")
        if not (picture and request.failure == "net::ERR_ABORTED"):
            self.troubles.append(f"failed: {request.url}")

    def _console(self, message: object) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console {message.type}: {message.text}")

    def _request(self, request: object) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.troubles.append(f"another host: {request.url}")

    def _response(self, response: object) -> None:
        if response.status >= 400:
            self.troubles.append(f"{response.status}: {response.url}")


AXE: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}


def violations(
    page: Any, where: str | dict | None = None, options: dict[str, Any] = AXE
) -> list[str]:
    """Return what axe finds wrong in a part of a page: a selector, or what axe calls a context."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    program = "([where, options]) => axe.run(where ?? document, options)"
    return [
        f"{one['id']}: {one['help']} at {node['html'][:120]}"
        for one in page.evaluate(program, [where, options])["violations"]
        for node in one["nodes"][:4]
    ]


@pytest.fixture(scope="session")
def site(root: Path) -> Path:
    """The folder of the built book. Nothing is built if nothing has changed."""
    from autograder.authoring.book import build_book

    (root / "build").mkdir(exist_ok=True)
    with (root / "build" / "tests.lock").open("w") as lock:  # another process may want it too
        fcntl.flock(lock, fcntl.LOCK_EX)
        return build_book(root, quiet=True)


def pages(site: Path) -> list[str]:
    """Return the names of the pages of a site; the one for missing pages stands by itself."""
    return sorted(path.name for path in site.glob("*.html") if path.name != "404.html")


def search_index(site: Path) -> dict[str, dict]:
    """Return what search knows of each page: the data of the site's ``search-index.js``."""
    text = (site / "search-index.js").read_text("utf-8")
    return json.loads(text.partition(" = ")[2].rstrip(";\n"))
