"""The command that says which sentences would not hold under other seeds."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from autograder.authoring.source import read_chapter
from bench import seeds
from dropout_course import lab
from dropout_course.lab import evidence

PAGE = """---
kernelspec: {name: python3, display_name: Python 3}
---

# Title

The first number is the smaller one.
Every number is smaller than one.

```{code-cell} ipython3
:tags: [demo]

a, b = np.random.default_rng(3).random(2)
```

```{code-cell} ipython3
:tags: [evidence]

lab.record("ch01.numbers", {"a": a, "b": b})
lab.claim("The first number is the smaller one", bool(a < b))
lab.claim("Every number is smaller than one", max(a, b) < 1)
```
"""
SETUP = """
```{code-cell} ipython3
:tags: [setup]

import numpy as np

from dropout_course import lab
```
"""
CLAIMS = """
- ids: [S1]
  claim: b is large.
  verdict: right
  because: It is measured.
  at: x
  evidence:
    - measured: ch01.numbers["b"] > 2
"""


@pytest.fixture
def unshifted(monkeypatch):
    """Undo what a run changes in this process."""
    monkeypatch.setattr(np.random, "default_rng", np.random.default_rng)
    if torch := sys.modules.get("torch"):  # shifted too, where another test has loaded it
        monkeypatch.setattr(torch, "manual_seed", torch.manual_seed)
    monkeypatch.setattr(evidence, "_publish", evidence._publish)
    monkeypatch.setenv(evidence.BUILD, "")


@pytest.fixture
def chapter(tmp_path):
    book = tmp_path / "book"
    (book / "_data" / "claims").mkdir(parents=True)
    (book / "_data" / "claims" / "ch01.yml").write_text(CLAIMS, "utf-8")
    path = book / "01-short.md"
    path.write_text(PAGE.replace("\n# Title\n", "\n# Title\n" + SETUP), "utf-8")
    return read_chapter(path)[0]


def test_every_kind_of_seed_names_another_stream_and_the_same_each_time(unshifted):
    kinds = (3, np.int64(3), [3, 1], (3, 1), np.array([3, 1]))
    before = [np.random.default_rng(seed).random() for seed in kinds]
    seeds.shift_seeds(1)
    after = [np.random.default_rng(seed).random() for seed in kinds]
    assert after == [np.random.default_rng(seed).random() for seed in kinds]
    assert not set(before) & set(after)
    assert np.random.default_rng().random() != np.random.default_rng().random()
    rng = np.random.default_rng(3)
    assert np.random.default_rng(rng) is rng


def test_what_does_not_hold_is_named_with_line_and_both_sides(unshifted, chapter, tmp_path):
    numbers = np.random.default_rng(3).random(2)
    assert numbers[0] < numbers[1]
    found = seeds.execute(chapter, 0)
    lines, count = seeds.broken(tmp_path, chapter, found)
    assert count == 3
    assert lines == [
        f'book/_data/claims/ch01.yml:8: S1 “right”: ch01.numbers["b"] > 2: '
        f"ch01.numbers[b] = {numbers[1]:.4g}"
    ]
    shift = next(
        s
        for s in range(1, 99)
        if np.greater(*np.random.default_rng([3, seeds.SHIFTED, s]).random(2))
    )
    lines, _ = seeds.broken(tmp_path, chapter, seeds.execute(chapter, shift))
    assert lines[0].startswith("book/01-short.md:15: “The first number is the smaller one”")
    assert "(a = 0." in lines[0]
    assert "; b = 0." in lines[0]


def test_a_chapter_that_is_not_there_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["seeds", "77"])
    with pytest.raises(SystemExit):
        seeds.main()
    assert "there is no chapter 77: choose from 01, 02" in capsys.readouterr().err


def test_a_kernel_of_blas_that_is_used_anyway_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(seeds, "arithmetic", lambda: {"OPENBLAS_CORETYPE": "sandybridge"})
    if seeds.kernel_of("") != "Sandybridge":
        pytest.skip("NumPy has no OpenBLAS that can be told which kernel to use")
    assert seeds.kernel_of("nehalem") == "Nehalem"
    monkeypatch.setattr("sys.argv", ["seeds", "01", "--blas", "SandyBridge"])
    with pytest.raises(SystemExit):
        seeds.main()
    assert "kernel for Sandybridge, as the book does here" in capsys.readouterr().err


def test_a_condition_over_many_is_reported_item_by_item():
    space = {"lab": lab, "a": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])}
    condition = "all(lab.below(a[k], 5) for k in range(2)) and max(a[0]) < min(b for b in a[1])"
    found = list(seeds.comparisons(f'lab.claim("x", {condition})', "x", space))
    assert found == [
        "item 1: a − b = +0 [-2.484, +2.484] over 3 paired runs",
        "max(a[0]) = 3.",
        "min((b for b in a[1])) = 4.",
    ]


def test_a_condition_that_cannot_be_taken_apart_is_passed_over():
    assert list(seeds.comparisons('lab.claim("x", missing < 3)', "x", {})) == []
