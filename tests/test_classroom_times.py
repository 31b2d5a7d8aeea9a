"""The times that count as known: year first, as ISO 8601 and nbgrader write them."""

from __future__ import annotations

from datetime import datetime

import pytest

from autograder.classroom.collecting.times import read_time


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-03-02 09:00:00 UTC\n", datetime(2026, 3, 2, 9)),
        ("2026-03-02 9:00", datetime(2026, 3, 2, 9)),
        ("2026-03-02", datetime(2026, 3, 2)),
        ("2026-03-02T09:00:00Z", datetime(2026, 3, 2, 9)),
        ("2026-03-02T10:00+01:00", datetime(2026, 3, 2, 9)),
        ("2026-03-02 10:00:00.5+0100", datetime(2026, 3, 2, 9, 0, 0, 500_000)),
        ("2026-12-01 18:00", datetime(2026, 12, 1, 18)),
        (
            "2015-02-02 15:58:23.948203 America/Los_Angeles",
            datetime(2015, 2, 2, 23, 58, 23, 948_203),
        ),
        ("2015-02-02 15:58:23.948203 UTC", datetime(2015, 2, 2, 15, 58, 23, 948_203)),
    ],
)
def test_a_time_with_its_year_first_is_read(text, when):
    assert read_time(text) == when


@pytest.mark.parametrize(
    "text",
    [
        "01.12.2026 18:00",
        "12/01/2026",
        "1 Dec 2026",
        "yesterday",
        "",
        "18:00",
        "2026",
        "2026-13-01",  # dateutil takes it for the 13th of January
        "2026-02-30 09:00:00 UTC",
        "2026-03-02 25:00",
        "2026-03-02 09:00:00 +01:00",  # nbgrader takes some of these for seconds
        "2026-03-02 09:00:00 PST",  # and this zone, which it doesn't know, for UTC
        "2026-03-02 09:00:00 Nowhere/Atall",
        "2026-03-02 09:00:00 /etc/localtime",
        "2026-03-02 09:00:00 UTC or so",
    ],
)
def test_what_can_be_misread_is_no_time(text):
    assert read_time(text) is None
