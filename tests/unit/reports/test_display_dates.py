"""Dates in the display format of an organization, within the range that was requested."""

from __future__ import annotations

from datetime import date

import pytest

from tap_zohobooks.reports.display_dates import read_display_date
from tap_zohobooks.transform.periods import Period

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    "text",
    ["04 May 2026", "4 May 2026", "May 4, 2026", "2026-05-04", "04/05/2026", "05/04/2026",
     "04.05.26", "Mon, 04 May 2026", "2026年5月4日", "4. may. 2026", "04-MAY-2026"],
)  # fmt: skip
def test_a_day_of_a_month(text: str) -> None:
    """The order of day and month is that which lies in the range."""
    assert read_display_date(text, MAY) == date(2026, 5, 4)


@pytest.mark.parametrize(
    "text", ["", "soon", "04 mai 2026", "04/06/2026", "2026", "31/31/2026", "1 2 3 4", "04 May"]
)
def test_no_day_of_a_month(text: str) -> None:
    """A text that means no day of the range, or that cannot be read, is no day."""
    assert read_display_date(text, MAY) is None


def test_two_days_of_a_year() -> None:
    """Where both orders lie in the range, neither is chosen."""
    assert read_display_date("04/05/2026", YEAR) is None
    assert read_display_date("05/05/2026", YEAR) == date(2026, 5, 5)
    assert read_display_date("14/05/2026", YEAR) == date(2026, 5, 14)


@pytest.mark.parametrize("text", ["", "4 mai 2026", "令和8年5月4日"])
def test_a_range_of_one_day(text: str) -> None:
    """Whatever the language, the only day that was requested is meant."""
    day = date(2026, 5, 4)
    assert read_display_date(text, Period(day, day)) == day


def test_years_beyond_the_calendar() -> None:
    """A year of which there are no dates is none."""
    assert read_display_date("04 May 99999", MAY) is None
    assert read_display_date("05/04/0000", MAY) is None
