"""Read dates in the display format of an organization, as the journal writes them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_zohobooks.transform.periods import Period

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SHORT_YEARS, CENTURY = 100, 2000  # 26 is 2026

_NUMBERS = re.compile(r"\d+", re.ASCII)
_WORDS = re.compile(r"[^\W\d_]+")


def read_display_date(text: str, within: Period) -> date | None:
    """Return the only day of a range that a text can mean; None if there is none, or several.

    The text holds year, month and day in any order, the month as a number or by its English name.
    A range of one day is that day: nothing else was requested.
    """
    if within.days == 1:
        return within.first
    found = {day for day in _list_days(text) if within.first <= day <= within.last}
    return found.pop() if len(found) == 1 else None


def _list_days(text: str) -> Iterable[date]:
    numbers = [int(one) for one in _NUMBERS.findall(text)]
    named = [MONTHS.index(one[:3].lower()) + 1 for one in _WORDS.findall(text)
             if one[:3].lower() in MONTHS]  # fmt: skip
    match numbers, named:
        case [first, second], [month]:
            orders = [(first, month, second), (second, month, first)]
        case [first, second, third], []:
            orders = [(first, second, third), (third, second, first), (third, first, second)]
        case _:
            return
    for year, month, day in orders:
        full = year + CENTURY if year < SHORT_YEARS else year
        if date.min.year <= full <= date.max.year and _is_day(full, month, day):
            yield date(full, month, day)


def _is_day(year: int, month: int, day: int) -> bool:
    """Tell whether a month of a year has a day; if not, the parts have another order."""
    return 1 <= month <= len(MONTHS) and 1 <= day <= monthrange(year, month)[1]
