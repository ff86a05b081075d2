"""The arithmetic of a plan: rows to API calls, calls to minutes and days; no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from tap_zohobooks.cli.row_count import Count
from tap_zohobooks.resources import ENTITIES
from tap_zohobooks.streams.lists import ListStream
from tap_zohobooks.streams.nested import ChildStream
from tap_zohobooks.streams.organization import CustomFieldStream
from tap_zohobooks.streams.per_row import PerRowStream
from tap_zohobooks.streams.reports.books import find_zone
from tap_zohobooks.streams.two_ways import WholeFirstStream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_zohobooks.cli.common import SelectedStream
    from tap_zohobooks.resources import Resource


@dataclass(frozen=True, slots=True)
class Cost:
    """The rows and API calls of a stream of an organization; `rows` is None if not counted.

    Of a list of which most runs request the last days only, `whole` are the calls of a whole read,
    and `between` those of another run; None if not known.
    """

    stream: str
    organization: str
    rows: int | None
    calls: int
    is_exact: bool
    note: str = ""
    whole: int | None = None
    between: int | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What all streams of an organization cost; None if the quota is unknown, or allows no call."""

    organization: str
    calls: int
    is_exact: bool
    minutes: float
    calls_left_today: int | None = None
    calls_a_day: int | None = None
    days: int | None = None
    ends_on: str | None = None


def count_pages(rows: int, size: int) -> int:
    """Return the calls that list so many rows: each page repeats the last row of the one before."""
    return 1 if rows <= size else ceil((rows - 1) / max(1, size - 1))


def is_countable(stream: SelectedStream) -> bool:
    """Tell whether the cost of a stream depends on the rows of a list."""
    return issubclass(stream.kind, ListStream) and not issubclass(stream.kind, CustomFieldStream)


def find_counted(stream: SelectedStream) -> Resource:
    """Return the list whose rows a stream costs: its own, if that shows the rows of all parents."""
    return stream.resource if issubclass(stream.kind, WholeFirstStream) else stream.list_resource


def count_calls(
    stream: SelectedStream,
    rows: Count,
    size: int,
    listed: Count | None = None,
    *,
    is_first: bool = False,
) -> Count:
    """Return the API calls that read so many rows of a stream.

    `listed` counts all rows of the list, if it is read whole for its rows without a time of change.
    A first run makes one more call on a list of several pages, to find such rows behind the last.
    """
    kind = stream.kind
    if issubclass(kind, CustomFieldStream):
        return Count(len(ENTITIES))
    if not issubclass(kind, ListStream):
        return Count(1)
    read = listed or rows
    has_extra_call = is_first and stream.is_incremental and read.rows > size
    listing = count_pages(read.rows, size) + has_extra_call
    if not issubclass(kind, PerRowStream) or issubclass(kind, WholeFirstStream):
        return Count(listing, read.is_exact)
    per_row = ceil(rows.rows * kind.calls_per_row)
    is_fixed = listed is None and not issubclass(kind, ChildStream)  # children have pages, or none
    return Count(listing + per_row, rows.is_exact and is_fixed)


@dataclass(frozen=True, slots=True)
class Day:
    """The API calls that an organization has left today, and has on every other day."""

    left: int
    daily: int
    resets_at: datetime
    time_zone: str


def count_days(calls: int, day: Day) -> int | None:
    """Return over how many days a run extends; None if the quota allows no call."""
    if calls <= max(0, day.left):
        return 1
    if day.daily <= 0:
        return None
    return 1 + ceil((calls - max(0, day.left)) / day.daily)


def find_last_day(days: int, now: datetime, day: Day) -> date:
    """Return the date of the last of so many days, in the organization's time zone."""
    end = now if days == 1 else day.resets_at + timedelta(days=days - 2)
    zone = find_zone(day.time_zone)
    return (end.astimezone(zone) if zone else end).date()


def combine_minutes(minutes: Sequence[float], parallel: int) -> float:
    """Return the least minutes of a run that reads so many organizations at the same time."""
    return max(*minutes, sum(minutes) / parallel)
