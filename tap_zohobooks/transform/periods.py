"""Cut a range of days into periods, by the fiscal year of an organization; no clock is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from typing_extensions import override

DAY, MONTH, QUARTER, YEAR, WHOLE = "day", "month", "quarter", "year", "whole"
MONTHS = {MONTH: 1, QUARTER: 3, YEAR: 12}
NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
WEEK = 7
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """The number of its days."""
        return (self.last - self.first).days + 1

    def is_closed(self, today: date) -> bool:
        """Tell whether its last day is over."""
        return self.last < today

    def overlaps(self, other: Period) -> bool:
        """Tell whether a day is in both."""
        return self.first <= other.last and other.first <= self.last

    def clip(self, first: date, last: date) -> Period:
        """Return what of it lies within these days."""
        return Period(max(self.first, first), min(self.last, last))

    def split(self) -> list[Period]:
        """Return shorter periods of the same days: months, weeks or days; none of a day."""
        months = cut(self.first, self.last, MONTH, 1)
        if len(months) > 1:
            return months
        if self.days == 1:
            return []
        step = WEEK if self.days > WEEK else 1
        starts = range(0, self.days, step)
        pieces = (self.first + timedelta(days=at) for at in starts)
        return [Period(one, min(one + timedelta(days=step - 1), self.last)) for one in pieces]

    @override
    def __str__(self) -> str:
        """Return both days."""
        return f"{self.first} to {self.last}"


def read_fiscal_month(value: object) -> int | None:
    """Return the first month of a fiscal year, 1 is January; None if the value is not sure.

    The list of organizations counts months from 0 (3 is April), a document names the month.
    Digits in a text are counted from 0 or from 1: see `read_month_digits`.
    """
    if type(value) is int and 0 <= value < len(NAMES):
        return value + 1
    word = value.strip().lower() if isinstance(value, str) else ""
    found = [at for at, name in enumerate(NAMES, 1) if word in {name, name[:3]}]
    return found[0] if found else None


def read_month_digits(value: object) -> int | None:
    """Return the month that digits in a text mean, counted from 1; None if they mean none."""
    word = value.strip() if isinstance(value, str) else ""
    return int(word) if word.isascii() and word.isdigit() and 0 < int(word) <= len(NAMES) else None


def find_fiscal_year(day: date, month: int) -> Period:
    """Return the fiscal year of a day; it starts in a month, 1 is January."""
    return _find_unit(day, MONTHS[YEAR], month)


def find_default_start(day: date, month: int) -> date:
    """Return the first day of the fiscal year before that of a day."""
    first = find_fiscal_year(day, month).first
    return first if first == date.min else find_fiscal_year(first - _A_DAY, month).first


def find_unit(day: date, kind: str, month: int) -> Period:
    """Return the day, month, fiscal quarter or fiscal year that a day is in."""
    return Period(day, day) if kind == DAY else _find_unit(day, MONTHS[kind], month)


def cut(first: date, last: date, kind: str, month: int) -> list[Period]:
    """Return the periods of these days, oldest first; quarters and years are fiscal ones.

    The first and the last one are cut to the range.
    """
    if first > last:
        return []
    if kind == WHOLE:
        return [Period(first, last)]
    found, day = [], first
    while True:
        unit = find_unit(day, kind, month)
        found.append(unit.clip(first, last))
        if unit.last >= last:
            return found
        day = unit.last + _A_DAY


def _find_unit(day: date, months: int, month: int) -> Period:
    """Return the unit of some months that a day is in, counted from a month of the year."""
    index = day.year * 12 + day.month - 1
    start = index - (index - (month - 1)) % months
    return Period(_first_day(start), _last_day(start + months - 1))


def _first_day(index: int) -> date:
    return date(index // 12, index % 12 + 1, 1) if index >= 12 else date.min  # noqa: PLR2004


def _last_day(index: int) -> date:
    """Return the last day of a month; the last of all days beyond the calendar."""
    year, month = divmod(index + 1, 12)
    return date(year, month + 1, 1) - _A_DAY if year <= date.max.year else date.max
