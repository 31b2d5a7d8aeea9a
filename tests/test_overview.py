"""`check("03")`: a chapter at a glance, and the last cell of each notebook."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dropout_course import check, course
from dropout_course.engine.overview import NEXT

ROOT = Path(__file__).resolve().parents[1]


def reference(stem):
    names = {}
    path = ROOT / "solutions" / f"{course.module_name(stem)}.py"
    exec(compile(path.read_text("utf-8"), path.name, "exec"), names)
    return names


def test_a_complete_chapter_keeps_all_visible_laws():
    found = check("03", seed=1, namespace=reference("03-dropout-forward"))
    assert found.passed
    assert "6 of 6 exercises keep all visible laws" in repr(found)
    assert repr(found).endswith(NEXT)


def test_it_says_what_is_not_run_not_written_and_wrong():
    names = reference("03-dropout-forward")
    del names["draw_mask"]
    names["dropout_standard"] = lambda x, mask, p, training: x

    def todo(*given):
        raise NotImplementedError

    names["dropout_inverted"] = todo
    found = check("03", seed=1, namespace=names)
    lines = dict(zip(("3.1", "3.2", "3.3"), [words for _, words in found.lines], strict=False))
    assert not found.passed
    assert lines["3.1"].endswith("not defined here: run its cell, or write it again")
    assert lines["3.2"].endswith('check("dropout_standard") shows where it breaks one')
    assert lines["3.3"].endswith("not written yet")
    assert [holds for holds, _ in found.lines][:5] == [False, False, False, True, True]
    assert found._repr_html_().count("<li>") == 6


def test_while_stock_nbgrader_executes_it_prints_and_gives_no_score(monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check("03", seed=1, namespace={}) is None
    assert "0 of 6 exercises" in capsys.readouterr().out


WITH_EXERCISES = [n for n, c in course.chapters().items() if course.of_chapter(c["stem"])]


@pytest.mark.parametrize("number", WITH_EXERCISES)
def test_the_last_cell_of_a_notebook_looks_at_its_chapter(number):
    stem = course.chapters()[number]["stem"]
    notebook = json.loads((ROOT / "notebooks" / f"{stem}.ipynb").read_text("utf-8"))
    last = notebook["cells"][-1]
    assert "".join(last["source"]) == f'check("{number}")'
    assert last["metadata"]["tags"] == ["demo"]  # not run at grading, and no score
    assert not last["metadata"]["nbgrader"]["grade"]
