"""Philox against its published answers, the kernel against its twin, records, and the page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dropout_course.lab import gpu_philox, gpu_records, gpu_timing, gpu_triton

ROOT = Path(__file__).resolve().parents[1]
# counter, key, words: Random123's known answers for philox4x32-10
KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


def words_of(text):
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_philox_gives_the_published_answers(counter, key, words):
    got = gpu_philox.philox(np.array(words_of(counter), np.uint32), tuple(words_of(key)))
    assert got.tolist() == words_of(words)


def test_philox_works_on_many_counters_at_once():
    counters = np.random.default_rng(0).integers(0, 2**32, (5, 3, 4), dtype=np.uint32)
    together = gpu_philox.philox(counters, (7, 9))
    for at in np.ndindex(5, 3):
        np.testing.assert_array_equal(together[at], gpu_philox.philox(counters[at], (7, 9)))


def test_all_four_words_of_a_call_are_used_in_order():
    words = gpu_philox.words(11, seed=2**40 + 3)
    for element in range(11):
        counter = np.array([element // 4, 0, 0, 0], np.uint32)
        one = gpu_philox.philox(counter, (3, 2**8))
        assert words[element] == one[element % 4]


@pytest.mark.parametrize("p", [0.1, 0.3, 0.8])
def test_masks_have_the_share_and_no_pattern(p):
    n = 400_000
    mask = gpu_philox.keep_mask(n, p, seed=11)
    sigma = np.sqrt(p * (1 - p) / n)
    assert abs(mask.mean() - (1 - p)) < 5 * sigma
    for word in range(4):
        assert abs(mask[word::4].mean() - (1 - p)) < 10 * sigma
    centred = mask - mask.mean()
    for lag in (1, 2, 3, 4, 1024):
        assert abs(np.mean(centred[:-lag] * centred[lag:])) < 5 * p * (1 - p) / np.sqrt(n)
    assert not np.array_equal(mask, gpu_philox.keep_mask(n, p, seed=12))


def test_the_twin_is_dropout_behind_bias_and_relu():
    x = np.random.default_rng(1).normal(size=(30, 8)).astype(np.float32)
    bias = np.linspace(-1, 1, 8, dtype=np.float32)
    kept = gpu_philox.keep_mask(x.size, 0.25, 5).reshape(x.shape)
    want = np.where(kept, np.maximum(x + bias, 0) / np.float32(0.75), 0)
    np.testing.assert_allclose(gpu_philox.on_arrays(x, 0.25, 5, bias), want, rtol=1e-6)
    assert gpu_philox.on_arrays(x, 0.25, 5).dtype == np.float32


IN_THE_INTERPRETER = """
import numpy as np, torch
from dropout_course.lab import gpu_philox, gpu_triton
for shape in ((4096,), (7, 300), (3, 5), (2, 2049)):
    for p, seed in ((0.3, 0), (0.9, 7), (0.1, 2**40 + 3)):
        x, bias = torch.randn(shape), torch.randn(shape[-1])
        got = gpu_triton.launch(x, p, seed).numpy()
        assert np.array_equal(got, gpu_philox.on_arrays(x.numpy(), p, seed)), (shape, p, seed)
        y = gpu_triton.launch(x, p, seed, bias)
        want = gpu_philox.on_arrays(x.numpy(), p, seed, bias.numpy())
        assert np.array_equal(y.numpy() != 0, want != 0)
        assert np.allclose(y.numpy(), want, rtol=1e-6)
        g = torch.randn(shape)
        dx = gpu_triton.launch_behind_relu(y, g, p)
        assert torch.allclose(dx, torch.where(y > 0, g / (1 - p), 0.0))
print("the same")
"""


@pytest.mark.slow
@pytest.mark.skipif(not gpu_triton.is_installed(), reason="Triton, an optional extra, is not here")
def test_the_kernel_is_its_twin_bit_by_bit():
    env = {**os.environ, "TRITON_INTERPRET": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run(
        [sys.executable, "-c", IN_THE_INTERPRETER],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert said.stdout == "the same\n", said.stderr


def test_the_page_shows_the_kernel_as_it_is():
    page = (ROOT / "book" / "11-gpu-pytorch.md").read_text("utf-8")
    (shown,) = re.findall(r"~~~python\n(start = .*?)~~~", page, re.S)
    source = (ROOT / "dropout_course" / "lab" / "gpu_triton.py").read_text("utf-8")
    assert re.sub(r"^(?=.)", " " * 8, shown, flags=re.M) in source


# records --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(gpu_records.FOLDER.glob("*.json")), ids=lambda p: p.name)
def test_records_say_where_they_were_made_and_what_they_measured(path):
    record = json.loads(path.read_text("utf-8"))
    for key in ("device", "kind", "threads", "driver", "torch", "date", "code", "seed", "p"):
        assert key in record
    assert all(row["seconds"] > 0 for row in record["rows"])
    assert {"copy", "eager", "seeded", "fused eager"} <= {row["name"] for row in record["rows"]}
    assert record["kept"]["seeded, float32"] == 0


def test_the_committed_record_is_of_this_code():
    kinds = {record["kind"]: record for record in gpu_records.load(None)}
    assert "made by other code" not in gpu_records.remark(kinds["cpu"])


def test_a_record_of_other_code_is_told_so():
    record = {**gpu_records.load(None)[-1], "code": "0" * 12}
    assert gpu_records.remark(record).endswith("made by other code than this")


@pytest.mark.slow
def test_without_records_this_machine_is_measured(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(gpu_timing, "DTYPES", ("float32",))
    monkeypatch.setattr(gpu_timing, "step_ratios", lambda device: {"8": [1.1, 1.2]})
    plain = gpu_timing.implementations

    def few(device, seeded):
        return [pair for pair in plain(device, seeded) if "compiled" not in pair[0]]

    monkeypatch.setattr(gpu_timing, "implementations", few)
    (record,) = gpu_records.load(lambda x, p, seed: torch.nn.functional.dropout(x, p), tmp_path)
    assert record["kind"] == "cpu"
    assert set(gpu_records.over_copy(record, "eager", "float32")) == {16, 18}
    assert record["kept"]["eager, float32"] == 4
    assert gpu_records.step_runs(record)["8"] == pytest.approx([10, 20])
    assert "eager" in str(gpu_records.kept_table({**record, "kept": {
        f"eager, {dtype}": 4.0 for dtype in ("float32", "bfloat16")}}))  # fmt: skip
