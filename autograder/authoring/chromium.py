"""The machine's own Chromium: it draws pictures, prints the book, and opens its pages in tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from autograder.root import SetUpError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

READERS = ("chromium", "chromium-browser", "google-chrome")
# First what is built to run without a screen: it draws the same, and takes half the processor time.
NAMES = ("chromium-headless-shell", *READERS)
NO_BROWSER = (
    "install Chromium (Debian: apt install chromium-headless-shell, or chromium), or set CHROMIUM "
    "to its path"
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",  # letters as wide as on a screen, where no screen is
]


class NoBrowserError(SetUpError):
    """Playwright or Chromium is not there."""


def path_of(names: tuple[str, ...] = NAMES) -> str | None:
    """Give the path of Chromium: ``CHROMIUM``, or the first of some names; None without one."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def launched(names: tuple[str, ...] = NAMES) -> Iterator[Browser]:
    """Start a headless Chromium, by Playwright's synchronous interface.

    Raises
    ------
    NoBrowserError
        If Playwright or Chromium is not there.
    """
    path = path_of(names)  # without one, Playwright looks for a Chromium that it has installed
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as missing:
        told = "Playwright is not installed: run `make`, which installs it"
        raise NoBrowserError(told) from missing
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as problem:
            why = problem.message.partition("\n")[0]
            what = f"{path} does not start ({why})" if path else "no Chromium"
            raise NoBrowserError(f"{what}: {NO_BROWSER}") from problem
        try:
            yield browser
        finally:
            browser.close()
