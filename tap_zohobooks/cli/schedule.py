"""The API calls of a schedule: a run, a day, and what to change so that the quota suffices."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from tap_zohobooks.cli.cost import Cost, count_pages
from tap_zohobooks.resources import Dated
from tap_zohobooks.singer.whole_reads import DAY
from tap_zohobooks.streams.by_need import choose_interval
from tap_zohobooks.streams.dated import choose_dated_interval, takes_part
from tap_zohobooks.streams.lists import ListStream
from tap_zohobooks.streams.reports.base import ReportStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tap_zohobooks.cli.common import SelectedStream

FREE_PLAN = 1_000  # calls a day
INTERVALS = (3600, 7200, 10_800, 14_400, 21_600, 28_800, 43_200, DAY)  # of a schedule, in seconds
MAX_NAMED = 3
UNITS = {DAY: "d", 3600: "h", 60: "m", 1: "s"}


@dataclass(frozen=True, slots=True)
class StreamSchedule:
    """What a stream costs in a schedule while nothing changes.

    `calls` are those of a run that reads it, `interval` the least seconds between two such runs,
    `between` the calls of each other run.
    """

    stream: str
    organization: str
    calls: int
    interval: int
    is_whole: bool
    between: int = 0

    def count_day(self, every: int, least: int = 0) -> int:
        """Return its calls of a day; `least` seconds lie between two whole reads."""
        interval = max(self.interval, least if self.is_whole else 0)
        reads = DAY / max(every, interval)
        return ceil(round(self.calls * reads + self.between * (DAY / every - reads), 6))


@dataclass(frozen=True, slots=True)
class DayForecast:
    """The calls of a day of an organization; `limit` is None if the service was not asked."""

    organization: str
    calls_a_run: int
    calls_a_day: int
    limit: int | None
    fits: bool
    advice: list[str]


def schedule_streams(
    costs: Iterable[Cost],
    streams: Sequence[SelectedStream],
    config: Mapping[str, object],
    size: int,
    organizations: int,
) -> Iterator[StreamSchedule]:
    """Yield what each stream costs in a schedule, given what one run costs.

    `organizations` are those of which a cost is the sum.
    """
    known = {one.name: one for one in streams}
    for cost in costs:
        stream = known.get(cost.stream)
        if stream is None:  # discovery
            yield StreamSchedule(cost.stream, cost.organization, cost.calls, DAY, is_whole=False)
            continue
        is_by_time = stream.is_incremental or issubclass(stream.kind, ReportStream)
        calls = _count_quiet(cost, stream, size, organizations) if is_by_time else cost.calls
        if isinstance(stream.resource, Dated):
            yield _schedule_dated(cost, stream, config, organizations)
            continue
        is_chosen = stream.kind.is_incremental and stream.refresh_interval is None
        interval = 0
        if not (is_by_time or is_chosen):
            interval = choose_interval(stream.name, stream.refresh_interval, config)
        is_whole = not (is_by_time or is_chosen)
        yield StreamSchedule(stream.name, cost.organization, calls, interval, is_whole)


def _schedule_dated(
    cost: Cost, stream: SelectedStream, config: Mapping[str, object], organizations: int
) -> StreamSchedule:
    """Return the schedule of a list that runs between two whole reads request from a day on."""
    interval = choose_dated_interval(stream.refresh_interval, config)
    whole = cost.calls if cost.whole is None else cost.whole
    between = min(whole, organizations) if cost.between is None else cost.between
    if not takes_part(stream.refresh_interval, config):
        between = 0
    return StreamSchedule(
        stream.name, cost.organization, whole, interval, is_whole=True, between=between
    )


def _count_quiet(cost: Cost, stream: SelectedStream, size: int, organizations: int) -> int:
    """Return the calls of a run in which nothing changed: without those that rows have taken."""
    if not issubclass(stream.kind, ListStream) or not cost.rows:
        return cost.calls
    per_row = ceil(cost.rows * stream.kind.calls_per_row) if stream.kind.calls_per_row >= 1 else 0
    listing = count_pages(cost.rows, size) + (cost.rows > size)
    least = organizations * (1 + (stream.kind.calls_per_row >= 1))  # the newest row comes again
    return max(least, cost.calls - per_row - listing + least)


def forecast_day(
    organization: str, streams: Sequence[StreamSchedule], every: int, limit: int | None
) -> DayForecast:
    """Return what a schedule costs an organization, and what to change if the quota is less."""
    own = [one for one in streams if one.organization == organization]
    quota = FREE_PLAN if limit is None else limit
    total = _count_total(own, every)
    run = 1 + sum(one.calls if one.interval <= every else one.between for one in own)
    fits = total <= quota
    advice = [] if fits else [*_advise(own, every, quota)]
    return DayForecast(organization, run, total, limit, fits, advice)


def _count_total(streams: Iterable[StreamSchedule], every: int, least: int = 0) -> int:
    """Return the calls of a day; each run requests the list of organizations."""
    return ceil(DAY / every) + sum(one.count_day(every, least) for one in streams)


def _advise(streams: Sequence[StreamSchedule], every: int, quota: int) -> Iterator[str]:
    """Yield what to change, with the calls of a day that remain."""
    least = 0
    by_need = _count_total(streams, every, DAY)
    if by_need < _count_total(streams, every):
        least = DAY
        yield f"Set full_refresh_interval to 1d: {by_need:,} calls a day."
    slower = [one for one in INTERVALS if one > every]
    fitting = next((one for one in slower if _count_total(streams, one, least) <= quota), None)
    if by_need > quota and fitting is not None:
        calls = _count_total(streams, fitting, least)
        beside = " as well" if least else ""
        yield f"Run every {format_interval(fitting)}{beside}: {calls:,} calls a day."
    costly = sorted(streams, key=lambda one: -one.count_day(every))[:MAX_NAMED]
    names = ", ".join(f"{one.stream} {one.count_day(every):,}" for one in costly)
    yield f"Or leave streams out of the selection. These cost most a day: {names}."


def format_interval(seconds: int) -> str:
    """Return a number of seconds as `6h` or `1d`."""
    unit = next(one for one in UNITS if seconds % one == 0)
    return f"{seconds // unit}{UNITS[unit]}"
