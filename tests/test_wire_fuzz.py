"""Hostile messages are refused or heard, and nothing else happens; a million: `bench/fuzz.py`."""

from __future__ import annotations

import os
import struct

import fuzz
import fuzz_heavy
import pytest

from bench import fuzz as bench
from dropout_course.engine.inside import codec

pytestmark = pytest.mark.slow


def test_hostile_messages_neither_crash_nor_hang_nor_fill_the_memory():
    tally = bench.campaign(20_000, hang=15, progress=False)
    assert tally.crashes == []
    assert tally.total("accepted", "refused") == 20_000
    assert tally.total("accepted") > 2000
    assert tally.total("refused") > 2000
    assert tally.growth < bench.GROWTH


@pytest.mark.parametrize("kind", [*dict.fromkeys(fuzz.KINDS), fuzz.heavy], ids=lambda k: k.__name__)
def test_a_message_follows_from_its_number(kind):
    seed = next(s for s in range(10**6) if fuzz.message(s)[0] == kind.__name__)
    assert fuzz.message(seed) == fuzz.message(seed)


def test_a_crash_a_hang_and_a_death_are_noticed(monkeypatch):
    heard = iter([ZeroDivisionError("here"), (True, "value")])

    def hear(data):
        if isinstance(told := next(heard), Exception):
            raise told
        return told

    monkeypatch.setattr(fuzz, "VALID", [])
    monkeypatch.setattr(fuzz, "hear", hear)
    tally = bench.hear_all(range(2), note=lambda seed: None)
    assert len(tally.crashes) == 1
    assert "seed 0" in tally.crashes[0]
    assert "ZeroDivisionError: here" in tally.crashes[0]
    hung = bench.campaign(10**9, hang=-1, progress=False)  # nobody is done before the first look
    assert len(hung.crashes) == os.cpu_count()
    assert all("not done" in crash for crash in hung.crashes)


def test_the_colliding_numbers_collide():
    numbers = [complex(*pair) for pair in struct.iter_unpack("<dd", fuzz_heavy.COMPLEX)]
    assert len(numbers) == 1000 == len(set(numbers))
    assert {hash(number) for number in numbers} == {0}
    assert {hash(i * fuzz_heavy.MODULUS) for i in range(1000)} == {0}


def test_valid_messages_are_heard():
    assert {fuzz.hear(data) for data in fuzz.VALID[:-1]} == {(True, "value"), (True, "told")}
    assert fuzz.hear(codec.encode(None)) == (True, "lost")
