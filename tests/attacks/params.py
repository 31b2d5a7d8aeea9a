"""Attacks as parameters of a test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from attacks.model import Attack


def pytest_params(attacks: Iterable[Attack]) -> list[Any]:
    """One parameter for each; where a hole is known, the test must fail."""
    made = []
    for attack in attacks:
        marks = (
            [pytest.mark.xfail(strict=True, raises=AssertionError, reason=attack.broken)]
            if attack.broken
            else []
        )
        made.append(pytest.param(attack, id=attack.id, marks=marks))
    return made
