"""`zohobooks plan`: the API calls, minutes and days of the next run."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli import common, cost, terminal
from tap_zohobooks.cli.common import build_tap, load_config, select_streams
from tap_zohobooks.cli.cost import Cost, Day, Forecast
from tap_zohobooks.cli.dated_cost import estimate_dated
from tap_zohobooks.cli.last_run import ALL, recall_costs
from tap_zohobooks.cli.list_check import collect_lists
from tap_zohobooks.cli.plan_table import create_organization_table, create_stream_table
from tap_zohobooks.cli.report_cost import estimate_reports
from tap_zohobooks.cli.row_count import Count, RowCounter, find_partition
from tap_zohobooks.cli.schedule_table import print_schedule, read_every
from tap_zohobooks.cli.state_file import read_state
from tap_zohobooks.errors import AccessDenied, NotFound, ParameterRefused, UnexpectedResponse
from tap_zohobooks.resources import ORGANIZATION, ORGANIZATIONS, TIMELESS, Dated, Report
from tap_zohobooks.singer.period_state import VALUE
from tap_zohobooks.singer.state import check_start
from tap_zohobooks.streams.discovery import count_discovery_calls
from tap_zohobooks.streams.discovery_cache import DiscoveryCache
from tap_zohobooks.transform.timestamps import subtract_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tap_zohobooks.cli.common import SelectedStream
    from tap_zohobooks.tap import TapZohoBooks

DISCOVERY = "(discovery)"
NOTE = "estimate, without the custom modules that it finds"
LEAST = "at least, rows are not counted"
UNREADABLE = (AccessDenied, NotFound, ParameterRefused, UnexpectedResponse)


Plan = tuple[list[Cost], list[Forecast]]


def plan(
    config: Sequence[str],
    catalog: Path | None,
    streams: Sequence[str],
    state: Path | None,
    *,
    every: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Print what a run costs, or a day of runs: as the last one, or by a count of its rows.

    Raises:
        TapError: A setting, file or token is wrong, or the quota is used up.
    """
    seconds = None if every is None else read_every(every)
    selected = select_streams(catalog, streams)
    tap = build_tap(load_config(config))
    found = None if yes or state else _recall(tap, selected)
    if found is None:
        planner = Planner(tap, selected, read_state(state, tap), discovers=catalog is None)
        found = _count(planner, tap.organization_ids, yes=yes)
    if found is None:
        terminal.print_message("Nothing was counted.")
    elif seconds is None:
        _print_plan(found, tap, as_json=as_json)
    else:
        limits = {one.organization: one.calls_a_day for one in found[1]}
        print_schedule(tap, selected, found[0], limits, seconds, as_json=as_json)


def _recall(tap: TapZohoBooks, streams: Sequence[SelectedStream]) -> Plan | None:
    """Return what the last runs have spent on some streams; None unless all were read."""
    costs = recall_costs(tap, streams)
    if not costs:
        return None
    terminal.print_message("As the last run: no call was made. --yes asks the service instead.")
    calls = sum(one.calls for one in costs)
    minutes = round(calls / tap.config["requests_per_minute"], 1)
    return costs, [Forecast(ALL, calls, is_exact=False, minutes=minutes)]


def _count(planner: Planner, organizations: Iterable[str], *, yes: bool) -> Plan | None:
    """Count rows, and return what reading them costs; None if the user does not want that."""
    if not _confirm_counting(planner, yes=yes):
        return None
    costs = list(planner.estimate_costs())
    return costs, [planner.forecast(one, costs) for one in organizations]


def _confirm_counting(planner: Planner, *, yes: bool) -> bool:
    """Prompt before rows are counted; without a terminal, print that they are not."""
    least = planner.count_least_calls()
    planner.counts_rows = terminal.can_spend(least, yes=yes)
    if planner.counts_rows:
        question = "Counting takes {}, more where lists are long."
        return terminal.confirm_calls(question, least, yes=yes)
    terminal.print_message(
        f"Rows are not counted: that takes {least} calls of the day or more, and no terminal can "
        "confirm them. What follows is the least that a run costs; --yes counts."
    )
    return True


def _print_plan(found: Plan, tap: TapZohoBooks, *, as_json: bool) -> None:
    costs, forecasts = found
    if as_json:
        terminal.print_json({"streams": [asdict(one) for one in costs],
                             "organizations": [asdict(one) for one in forecasts]})  # fmt: skip
        return
    terminal.print_result(create_stream_table(costs))
    terminal.print_result()
    terminal.print_result(create_organization_table(forecasts))
    if len(forecasts) > 1:
        parallel = tap.config["max_parallel_organizations"]
        minutes = cost.combine_minutes([one.minutes for one in forecasts], parallel)
        reason = f"as {parallel} organizations are read at the same time"
        terminal.print_result(f"Together {minutes:.1f} minutes, {reason}.")


class Planner:
    """Estimates what a run of some streams costs."""

    def __init__(
        self,
        tap: TapZohoBooks,
        streams: Iterable[SelectedStream],
        state: Mapping[str, Any],
        *,
        discovers: bool,
    ) -> None:
        """Prepare the plan, without a request."""
        self._tap = tap
        self._streams = [one for one in streams if one.name != ORGANIZATIONS.name]
        self._state = state
        self._discovers = discovers
        self.counts_rows = True
        self._pages: set[tuple[str, str, str | None]] = set()
        self._counter = RowCounter(tap.client, tap.sync_context.page_size)

    def count_least_calls(self) -> int:
        """Return how many API calls counting takes at least."""
        streams = [one for one in self._streams if cost.is_countable(one)]
        return len(collect_lists(streams)) * len(self._tap.organization_ids)

    def estimate_costs(self) -> Iterator[Cost]:
        """Yield the cost of each stream in each organization."""
        for organization in self._tap.organization_ids:
            if self._discovers:
                calls = self._count_discovery(organization)
                yield Cost(DISCOVERY, organization, None, calls, is_exact=False, note=NOTE)
            for stream in self._streams:
                if not isinstance(stream.resource, Report):
                    yield self._estimate_cost(stream, organization)
            yield from estimate_reports(self._tap, self._streams, self._state, organization)

    def _count_discovery(self, organization: str) -> int:
        cache = DiscoveryCache(self._tap.sync_context)
        flattens = self._tap.config["flatten_custom_fields"]
        return count_discovery_calls(cache, organization, flattens=flattens)

    def _estimate_cost(self, stream: SelectedStream, organization: str) -> Cost:
        rows, listed, since = Count(0), None, None
        if cost.is_countable(stream) and not self.counts_rows:
            least = cost.count_calls(stream, rows, self._tap.sync_context.page_size)
            return Cost(stream.name, organization, None, least.rows, is_exact=False, note=LEAST)
        try:
            if isinstance(stream.resource, Dated):
                return estimate_dated(
                    self._tap, self._counter, stream, stream.resource, self._state, organization
                )
            if cost.is_countable(stream):
                since = self._find_start(stream, organization)
                rows = self._counter.count(cost.find_counted(stream), organization, since)
                if since and find_partition(self._state, stream.name, organization).get(TIMELESS):
                    listed = self._counter.count(stream.list_resource, organization, None)
        except UNREADABLE:
            return self._estimate_refused(stream, organization)
        calls = cost.count_calls(
            stream, rows, self._tap.sync_context.page_size, listed, is_first=since is None
        )
        counted = rows.rows if cost.is_countable(stream) else None
        total = calls.rows - self._shares_page(stream, organization, since)
        return Cost(stream.name, organization, counted, total, calls.is_exact)

    def _shares_page(self, stream: SelectedStream, organization: str, since: str | None) -> bool:
        """Note the first page that a stream requests of a list; tell if another one requests it."""
        page = organization, stream.list_resource.name, since
        is_known = since is not None and page in self._pages
        self._pages.add(page)
        return is_known

    def _estimate_refused(self, stream: SelectedStream, organization: str) -> Cost:
        """Return the cost of a stream whose list is refused: the call, or one for each parent row.

        Raises:
            TapError: The parent rows may not be listed, for a reason that concerns more than them.
        """
        parent, size = stream.list_resource, self._tap.sync_context.page_size
        if cost.find_counted(stream) is not parent:
            with suppress(*UNREADABLE):
                rows = self._counter.count(parent, organization, None)
                calls = 1 + cost.count_pages(rows.rows, size) + rows.rows
                note = f"a call for each of {rows.rows:,} {parent.name}"
                return Cost(stream.name, organization, None, calls, is_exact=False, note=note)
        return Cost(stream.name, organization, None, 1, is_exact=True, note="not to be read")

    def _find_start(self, stream: SelectedStream, organization: str) -> str | None:
        """Return the instant from which a run would read, or None if it reads all rows."""
        if not stream.is_incremental:
            return None
        found = find_partition(self._state, stream.name, organization).get(VALUE)
        start: str | None = self._tap.config.get("start_date")
        if found:
            start = subtract_seconds(found, max(1, self._tap.sync_context.lookback_seconds))
        check_start(stream.name, organization, start, datetime.now(UTC).isoformat())
        return start

    def forecast(self, organization: str, costs: Iterable[Cost]) -> Forecast:
        """Return the cost of all streams of an organization."""
        own = [one for one in costs if one.organization == organization]
        total = sum(one.calls for one in own)
        is_exact = all(one.is_exact for one in own)
        minutes = round(total / self._tap.config["requests_per_minute"], 1)
        day = self._find_day(organization)
        if day is None:
            return Forecast(organization, total, is_exact, minutes)
        days = cost.count_days(total, day)
        now = datetime.now(UTC)
        end = None if days is None else cost.find_last_day(days, now, day).isoformat()
        return Forecast(organization, total, is_exact, minutes, day.left, day.daily, days, end)

    def _find_day(self, organization: str) -> Day | None:
        quota = self._tap.client.quotas.get(organization)
        if quota is None:
            return None
        reserve = self._tap.config["quota_reserve"]
        rows = self._tap.organizations.wanted
        zones = {str(row[ORGANIZATION]): str(row.get("time_zone")) for row in rows}
        return Day(
            quota.remaining - reserve,
            quota.limit - reserve,
            common.compute_reset(self._tap, quota),
            zones.get(organization, "UTC"),
        )
