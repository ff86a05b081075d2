"""`zohobooks plan`: what the next run would cost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli.common import KIND_OF, build_tap, load_config, reset_of, select_streams
from tap_zohobooks.cli.cost import Cost, Day, calls, days, last_day, together
from tap_zohobooks.cli.probe import lists
from tap_zohobooks.cli.row_count import Count, Survey, kept
from tap_zohobooks.cli.terminal import affordable, show, show_json, table, tell
from tap_zohobooks.errors import AccessDenied, NotFound, ParameterRefused, UnexpectedResponse
from tap_zohobooks.resources import ENTITIES, ORGANIZATION, ORGANIZATIONS, TIMELESS
from tap_zohobooks.singer.catalog import read_json
from tap_zohobooks.singer.state import check_start, check_state
from tap_zohobooks.singer.state_migration import (
    VALUE,
    assign_organization,
    bookmarks_without_organization,
    migrate_state,
)
from tap_zohobooks.streams.lists import ListStream
from tap_zohobooks.streams.organization import CustomFieldStream
from tap_zohobooks.transform.timestamps import subtract_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from rich.table import Table

    from tap_zohobooks.cli.common import SelectedStream
    from tap_zohobooks.tap import TapZohoBooks

DISCOVERY = "(discovery)"
NOTE = "estimate, without the custom modules that it finds"
NOWHERE = (AccessDenied, NotFound, ParameterRefused, UnexpectedResponse)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What all streams of an organization cost together; None is what nobody can tell."""

    organization: str
    calls: int
    is_exact: bool
    minutes: float
    calls_left_today: int | None
    calls_a_day: int | None
    days: int | None
    ends_on: str | None


def plan(
    config: Sequence[str],
    catalog: Path | None,
    streams: Sequence[str],
    state: Path | None,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Count, reckon, and show.

    Raises:
        TapError: Something is wrong, nobody can be asked, or the day is over.
    """
    selected = select_streams(catalog, streams)
    tap = build_tap(load_config(config))
    planner = Planner(tap, selected, _read(state, tap), discovers=catalog is None)
    least = planner.least_calls()
    if not affordable("Counting takes {}, more where lists are long.", least, yes=yes):
        tell("Nothing was counted.")
        return
    costs = list(planner.costs())
    forecasts = [planner.forecast(one, costs) for one in tap.organization_ids]
    if as_json:
        told = {"streams": [asdict(one) for one in costs],
                "organizations": [asdict(one) for one in forecasts]}  # fmt: skip
        show_json(told)
        return
    show(_by_stream(costs))
    show()
    show(_by_organization(forecasts))
    if len(forecasts) > 1:
        most = tap.config["max_parallel_organizations"]
        minutes = together([one.minutes for one in forecasts], most)
        show(f"Together {minutes:.1f} minutes, as {most} organizations are read at the same time.")


def _read(path: Path | None, tap: TapZohoBooks) -> dict[str, Any]:
    """Return a state as a run would go on from it."""
    if path is None:
        return {}
    with path.open(encoding="utf-8") as file:
        given = check_state(read_json("state", file) or {})
    streams = {name: kind.is_incremental for name, kind in KIND_OF.items()}
    state = migrate_state(given, streams, tap.logger)
    if found := bookmarks_without_organization(state, streams):
        assign_organization(tap.organization_ids, found)
    return state


class Planner:
    """Reckons what a run of some streams costs."""

    def __init__(
        self,
        tap: TapZohoBooks,
        streams: Iterable[SelectedStream],
        state: Mapping[str, Any],
        *,
        discovers: bool,
    ) -> None:
        """Prepare; nothing is asked yet."""
        self._tap = tap
        self._streams = [one for one in streams if one.name != ORGANIZATIONS.name]
        self._state = state
        self._discovers = discovers
        self._survey = Survey(tap.client, tap.sync_context.page_size)

    def least_calls(self) -> int:
        """Return how many calls counting takes at least."""
        counted = [one for one in self._streams if _is_counted(one)]
        return len(lists(counted)) * len(self._tap.organization_ids)

    def costs(self) -> Iterator[Cost]:
        """Yield what each stream costs in each organization."""
        for organization in self._tap.organization_ids:
            if self._discovers:
                entities = len(ENTITIES) if self._tap.config["flatten_custom_fields"] else 0
                yield Cost(DISCOVERY, organization, None, entities + 1, is_exact=False, note=NOTE)
            for stream in self._streams:
                yield self._cost(stream, organization)

    def _cost(self, stream: SelectedStream, organization: str) -> Cost:
        rows, listed, since = Count(0), None, None
        try:
            if _is_counted(stream):
                since = self._start(stream, organization)
                rows = self._survey.count(stream.listed, organization, since)
                if since and kept(self._state, stream.name, organization).get(TIMELESS):
                    listed = self._survey.count(stream.listed, organization, None)
        except NOWHERE:
            return Cost(stream.name, organization, None, 1, is_exact=True, note="not to be read")
        cost = calls(stream, rows, self._tap.sync_context.page_size, listed, is_whole=since is None)
        known = rows.rows if _is_counted(stream) else None
        return Cost(stream.name, organization, known, cost.rows, cost.is_exact)

    def _start(self, stream: SelectedStream, organization: str) -> str | None:
        """Return from when on a run would read, or None for all."""
        if not stream.is_incremental:
            return None
        found = kept(self._state, stream.name, organization).get(VALUE)
        start: str | None = self._tap.config.get("start_date")
        if found:
            start = subtract_seconds(found, max(1, self._tap.sync_context.lookback_seconds))
        check_start(stream.name, organization, start, datetime.now(timezone.utc).isoformat())
        return start

    def forecast(self, organization: str, costs: Iterable[Cost]) -> Forecast:
        """Return what all streams of an organization cost together."""
        own = [one for one in costs if one.organization == organization]
        total = sum(one.calls for one in own)
        is_exact = all(one.is_exact for one in own)
        minutes = round(total / self._tap.config["requests_per_minute"], 1)
        day = self._day(organization)
        if day is None:
            return Forecast(organization, total, is_exact, minutes, None, None, None, None)
        lasts = days(total, day)
        now = datetime.now(timezone.utc)
        end = None if lasts is None else last_day(lasts, now, day).isoformat()
        return Forecast(organization, total, is_exact, minutes, day.left, day.daily, lasts, end)

    def _day(self, organization: str) -> Day | None:
        quota = self._tap.client.quotas.get(organization)
        if quota is None:
            return None
        reserve = self._tap.config["quota_reserve"]
        rows = self._tap.organizations.wanted
        zones = {str(row[ORGANIZATION]): str(row.get("time_zone")) for row in rows}
        return Day(
            quota.remaining - reserve,
            quota.limit - reserve,
            reset_of(self._tap, quota),
            zones.get(organization, "UTC"),
        )


def _is_counted(stream: SelectedStream) -> bool:
    return issubclass(stream.kind, ListStream) and not issubclass(stream.kind, CustomFieldStream)


def _how(*, is_exact: bool) -> str:
    return "counted" if is_exact else "estimate"


def _by_stream(costs: Iterable[Cost]) -> Table:
    """Return the cost of each stream, the dearest first, over all organizations."""
    together: dict[str, list[Cost]] = defaultdict(list)
    for one in costs:
        together[one.stream].append(one)
    shown = table(["Stream"], ["Rows", "Calls"])
    shown.add_column("How", overflow="fold")
    for name, own in sorted(together.items(), key=lambda one: -sum(c.calls for c in one[1])):
        known = [one.rows for one in own if one.rows is not None]
        notes = {one.note for one in own} - {""}
        how = ", ".join(notes) or _how(is_exact=all(one.is_exact for one in own))
        rows = f"{sum(known):,}" if known else ""
        shown.add_row(name, rows, f"{sum(one.calls for one in own):,}", how)
    return shown


def _by_organization(forecasts: Iterable[Forecast]) -> Table:
    titles = ("Calls", "Minutes", "Left today", "A day", "Days", "Ends on")
    shown = table(["Organization"], titles)
    for one in forecasts:
        about = "" if one.is_exact else "about "
        numbers = (f"{about}{one.calls:,}", one.minutes, one.calls_left_today, one.calls_a_day)
        never = "never" if one.calls_a_day is not None and one.days is None else "?"
        ends = (one.days or never, one.ends_on or never)
        shown.add_row(one.organization, *("?" if cell is None else str(cell)
                                          for cell in (*numbers, *ends)))  # fmt: skip
    return shown
