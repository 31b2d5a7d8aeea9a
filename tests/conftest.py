"""What the tests of the whole course share."""

from __future__ import annotations

import gc
import os
import random
import shutil
import sys
from pathlib import Path

import hypothesis
import numpy as np
import pytest

# Before torch is imported anywhere: threads that wait for each other in small networks take eight
# times the processor time of one.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / ".autograder"  # where the doctor's verdict on this machine is kept
for place in (ROOT, ROOT / "tests"):
    if str(place) not in sys.path:
        sys.path.insert(0, str(place))

import autograder  # noqa: E402, F401 - before nbformat, of whose start it takes off a second

# Nothing depends on chance or on how busy the machine is: the same examples, and the same inputs
# for the same hand-in, in every run.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("same")
os.environ.setdefault("AUTOGRADER_KEY", "the tests' own")

# Long files whose tests share little: two processes take turns at them. Every other file is run
# by one process, so that the class that it grades, or the page that it opens, is made once; but
# tests of one exercise, in whatever file, by one, so that its answers are judged once.
SHARED_OUT = {"test_attacks", "test_attacks_controls", "test_site_browser"}
SHARED_OUT |= {"test_sandbox_as_user", "test_reach"}
# Begun first, so that no process is left alone with one of them at the end. The book is built
# while the class is graded; what needs the book as well comes when it is there.
FIRST = (
    "test_site",
    "test_nbgrader_class",
    "test_lint",
    "test_sandbox_as_user",
    "test_nbgrader_stock",
)
FIRST += ("test_classroom_pool", "test_reach", "test_site_build", "test_attacks")
FIRST += ("test_exercises", "test_site_browser", "test_classroom_torch", "test_form_book")


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in a hook of the same name
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(FIRST)))
    for item in items:
        subject = item.callspec.params.get("subject") if hasattr(item, "callspec") else None
        if subject is not None:
            item.add_marker(pytest.mark.xdist_group(f"exercise-{subject.exercise.id}"))
        elif item.path.stem not in SHARED_OUT:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def pytest_collection_finish() -> None:
    """Let the collector of garbage leave alone what stays to the end, and look seldom.

    In a process full of torch and thousands of tests it took a tenth of the time and more.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def no_luck(request, monkeypatch):
    """Let a test's name decide what nobody has seeded: known mistakes draw as students do."""
    name = request.node.nodeid.partition("@")[0]  # without the group of pytest-xdist
    entropy = random.Random(name)
    monkeypatch.setattr("numpy.random.bit_generator.randbits", entropy.getrandbits)
    np.random.seed(entropy.getrandbits(32))
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(entropy.getrandbits(32))


@pytest.fixture(autouse=True, scope="session")
def one_sandbox_of_a_kind():
    """Open one for all course folders of this process, and give each the doctor's verdict.

    For a folder of its own each would be examined first, for seconds, and stay open to the end.
    """
    from autograder.referee import sandboxes

    opened, open_sandbox = {}, sandboxes.open_sandbox

    def shared(level, library, *, state, chapter):
        if level == "unsafe":
            return open_sandbox(level, library, state=state, chapter=chapter)
        kind = level, library, chapter
        if kind not in opened:
            opened[kind] = open_sandbox(level, library, state=STATE, chapter=chapter)
        if state != STATE:
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copy(STATE / "doctor.json", state)
        return opened[kind]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandboxes, "open_sandbox", shared)
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium, for the tests of a file."""
    from browser import browser as headless

    with headless() as chromium:
        yield chromium


@pytest.fixture
def page(browser, address):
    """A page of a small book, whose `address` the test's file has as a fixture."""
    from small_book import opened

    with opened(browser, address) as tab:
        yield tab


@pytest.fixture(scope="module")
def same_page(browser, address):
    """One page for all tests that change nothing on it."""
    from small_book import opened

    with opened(browser, address) as tab:
        yield tab
