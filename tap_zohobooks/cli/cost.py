"""The arithmetic of a plan: rows to calls, calls to minutes and days; no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

import pendulum

from tap_zohobooks.cli.row_count import Count
from tap_zohobooks.resources import ENTITIES
from tap_zohobooks.streams.details import PerRowStream
from tap_zohobooks.streams.lists import ListStream
from tap_zohobooks.streams.nested import ChildStream
from tap_zohobooks.streams.organization import CustomFieldStream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_zohobooks.cli.common import SelectedStream


@dataclass(frozen=True, slots=True)
class Cost:
    """What a stream of an organization costs; `rows` only where they were counted."""

    stream: str
    organization: str
    rows: int | None
    calls: int
    is_exact: bool
    note: str = ""


def pages(rows: int, size: int) -> int:
    """Return the calls that list so many rows: each page repeats a row of the one before it."""
    return 1 if rows <= size else ceil((rows - 1) / max(1, size - 1))


def calls(
    stream: SelectedStream,
    count: Count,
    size: int,
    listed: Count | None = None,
    *,
    is_whole: bool = False,
) -> Count:
    """Return the calls that reading a stream takes, where its list has so many rows to read.

    `listed` tells how many it shows, where that is more: those of which nobody knows when they
    changed are found by reading it whole. `is_whole` tells that nothing has been read before: one
    call then looks behind several pages for rows that do not tell either.
    """
    kind = stream.kind
    if issubclass(kind, CustomFieldStream):
        return Count(len(ENTITIES))
    if not issubclass(kind, ListStream):
        return Count(1)
    shown = listed or count
    looks_behind = is_whole and stream.is_incremental and shown.rows > size
    listing = pages(shown.rows, size) + looks_behind
    if not issubclass(kind, PerRowStream):
        return Count(listing, shown.is_exact)
    followed = ceil(count.rows * kind.calls_per_row)
    is_sure = listed is None and not issubclass(kind, ChildStream)  # some ask more, some less
    return Count(listing + followed, count.is_exact and is_sure)


@dataclass(frozen=True, slots=True)
class Day:
    """What an organization may still ask today and on every other day, and when it may again."""

    left: int
    daily: int
    resets_at: datetime
    time_zone: str


def days(calls: int, day: Day) -> int | None:
    """Return on how many days a run goes on; None where it never ends."""
    if calls <= max(0, day.left):
        return 1
    if day.daily <= 0:
        return None
    return 1 + ceil((calls - max(0, day.left)) / day.daily)


def last_day(days: int, now: datetime, day: Day) -> date:
    """Return the organization's date of the last of so many days."""
    end = now if days == 1 else day.resets_at + timedelta(days=days - 2)
    try:
        return pendulum.instance(end).in_timezone(day.time_zone).date()
    except ValueError:
        return end.date()


def together(minutes: Sequence[float], most: int) -> float:
    """Return how long organizations take of which so many are read at the same time, at least."""
    return max(*minutes, sum(minutes) / most)
