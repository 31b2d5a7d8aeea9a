"""The first view of a page on a phone: few bytes, and nothing that jumps while it loads."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from browser import pages, site  # noqa: F401 - a fixture

from bench.pages import DESKTOP, PHONE, compressed, first_view

pytestmark = pytest.mark.slow

MOST = 300  # KB without figures, text compressed
SHIFT = 0.1
DEVICES = {  # a connection that makes things arrive one after the other; no slower processor
    "phone": replace(PHONE, slower=1, kilobits=8_192),
    "desktop": DESKTOP,
}


@pytest.fixture(scope="module")
def home(site):  # noqa: F811
    with compressed(site) as address:
        yield address


@pytest.mark.parametrize("device", DEVICES)
def test_a_first_view_is_light_and_still(browser, home, site, device):  # noqa: F811
    chapters = [name for name in pages(site) if re.match(r"\d\d-|index", name)]
    chosen = chapters[::2] if device == "phone" else ["index.html", "03-dropout-forward.html"]
    found = {name: first_view(browser, site, f"{home}/{name}", DEVICES[device]) for name in chosen}
    heavy = {name: one["kilobytes"] for name, one in found.items() if one["kilobytes"] > MOST}
    jumpy = {name: one["shift"] for name, one in found.items() if one["shift"] >= SHIFT}
    assert (heavy, jumpy) == ({}, {})
    assert all(one["first"] > 0 for one in found.values())  # Chromium did measure
