"""What a cell gets that names a library which is not there."""

from __future__ import annotations

import contextlib
import importlib.util
import linecache
import math
import sys
import warnings

import pytest
from absent_cells import BARS, FAILS, USED, USES

from dropout_course.engine.inside import absent

ABSENT = {name.partition(".")[0] for name in (*absent.OFTEN, *absent.ARRAYS)}


@pytest.fixture(params=["numpy", "torch"])
def library(request):
    return request.param


@pytest.fixture
def run(monkeypatch, library):
    """Run cells as a jail would, in which none of these libraries is installed."""
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(importlib.util, "find_spec", importlib.util.find_spec)
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if _of(name)}
    absent.stand_in(library)
    sys.meta_path[1:1] = sys.meta_path[-2:-1]  # before what is installed here
    names: dict[str, object] = {}

    def cell(source):
        filename = f"<cell {len(linecache.cache)}>"
        linecache.cache[filename] = len(source), None, source.splitlines(True), filename
        try:
            exec(compile(source, filename, "exec"), names)
        finally:
            absent.forget()
        return names

    yield cell
    absent.forget()
    sys.modules.update(kept)


def _of(name):
    return name.partition(".")[0] in ABSENT


@pytest.mark.parametrize("source", USES)
def test_what_does_no_harm_runs(run, source, recwarn):
    run(source)


@pytest.mark.parametrize("source", FAILS)
def test_an_import_that_may_fail_fails(run, source):
    assert run(f"F = 0\n{source}")["F"]


@pytest.mark.parametrize("kind", ["KeyError", "(KeyError, OSError)", "Mine"])
def test_what_catches_other_errors_is_no_guard(run, kind):
    run("class Mine(Exception): pass")
    assert run(f"try:\n    import pandas\nexcept {kind}:\n    pass")["pandas"]


def test_who_imported_colab_is_not_on_colab_in_later_cells(run):
    run("from google.colab import drive")
    assert run("import sys\nthere = 'google.colab' in sys.modules")["there"] is False


@pytest.mark.parametrize("used", USED)
def test_what_is_used_says_what_to_do(run, library, used):
    run("import math, torch, numpy as np\nx = np.ones(2)\nclass Net(torch.nn.Module): pass")
    run("def with_torch():\n    with torch.x: pass")
    with pytest.raises(ModuleNotFoundError) as raised:
        run(used)
    said = str(raised.value)
    if library == "numpy":
        assert said.startswith("this exercise is to be done in NumPy; torch is not available")
        assert said.endswith("does with NumPy")
    else:
        assert said.startswith("torch is not installed where notebooks are graded: do without tor")
    assert "NotAvailable" not in said
    assert "_" not in said


def test_silent_things_are_not_computed_with(run):
    run("import wandb")
    with pytest.raises(ModuleNotFoundError, match=r"wandb is not installed .* wandb\.config\.lr"):
        run("wandb.config.lr * 2")


@pytest.mark.parametrize("name", ["__file__", "__doc_url__"])
def test_what_a_module_has_not_is_told_with_its_library(run, name):
    with pytest.raises(AttributeError, match="pandas is not there where notebooks are graded"):
        run(f"import pandas\npandas.{name}")


def test_what_is_installed_is_asked_no_more(run):
    """A part that an installed library has not is no part of a stand-in."""
    sys.modules["pandas"] = math
    try:
        with pytest.raises(ModuleNotFoundError, match="No module named"):
            run("import pandas.nothing")
    finally:
        del sys.modules["pandas"]


@pytest.mark.parametrize("source", BARS)
def test_bars(run, source):
    with contextlib.redirect_stdout(None), warnings.catch_warnings():
        run(source)
