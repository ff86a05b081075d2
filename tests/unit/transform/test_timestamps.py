"""Instants and dates are read as text, and written in UTC."""

from __future__ import annotations

import pytest

from tap_zohobooks.transform.timestamps import subtract_seconds, to_date, to_utc


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-06-09T13:17:42-0400", "2026-06-09T17:17:42+00:00"),
        ("2026-06-09T13:17:42+0530", "2026-06-09T07:47:42+00:00"),
        ("2026-06-09T13:17:42+05:30", "2026-06-09T07:47:42+00:00"),
        ("2026-06-09T13:17:42Z", "2026-06-09T13:17:42+00:00"),
        ("2026-06-09T13:17:42.5Z", "2026-06-09T13:17:42.500000+00:00"),
        ("2026-11-01T01:30:00-0400", "2026-11-01T05:30:00+00:00"),
        ("2026-11-01T01:30:00-0500", "2026-11-01T06:30:00+00:00"),
        ("2026-06-09T13:17:42", None),
        ("2026-13-09T13:17:42Z", None),
        ("0001-01-01T00:00:00+0100", None),
        ("09 Jun 2026 09:47 AM", None),
        ("", None),
    ],
)
def test_instants(text: str, instant: str | None) -> None:
    """An instant is written in UTC, also in the hour that daylight saving repeats."""
    assert to_utc(text) == instant


@pytest.mark.parametrize(
    ("text", "date"),
    [("2026-06-09", "2026-06-09"), (" 2026-06-09 ", "2026-06-09"), ("2026-02-30", None),
     ("09/06/2026", None), ("", None)],
)  # fmt: skip
def test_dates(text: str, date: str | None) -> None:
    """A date is a day of the calendar, written year first."""
    assert to_date(text) == date


@pytest.mark.parametrize(
    ("instant", "seconds", "earlier"),
    [
        ("2026-03-01T00:00:00+00:00", 1, "2026-02-28T23:59:59+00:00"),
        ("2026-03-01T00:00:00.900000+00:00", 0, "2026-03-01T00:00:00+00:00"),
        ("0001-01-01T00:00:01+00:00", 300, "0001-01-01T00:00:00+00:00"),
    ],
)
def test_earlier_instants(instant: str, seconds: int, earlier: str) -> None:
    """An earlier instant is written to the second, and is not before the first one."""
    assert subtract_seconds(instant, seconds) == earlier
