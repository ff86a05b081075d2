"""A plan of lists that most runs read from a day on: a whole read, and the runs between two."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tap_zohobooks.cli.common import SelectedStream, select_streams
from tap_zohobooks.cli.cost import Cost
from tap_zohobooks.cli.dated_cost import estimate_dated
from tap_zohobooks.cli.last_run import recall_costs
from tap_zohobooks.cli.row_count import RowCounter
from tap_zohobooks.cli.schedule import StreamSchedule, forecast_day, schedule_streams
from tap_zohobooks.resources import Dated
from tests.gateway import Place, make_place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

HOUR, DAY = 3600, 86_400
STREAM, PATH = "bank_transactions", "banktransactions"


def estimate(place: Place, run: Run | None, stream: str = STREAM, **settings: Any) -> Cost:
    """Return what the plan of a stream expects after a run, or of the first one."""
    tap = place.quiet_tap(**settings)
    (selected,) = select_streams(None, [stream])
    assert isinstance(selected.resource, Dated)
    return estimate_dated(
        tap, RowCounter(tap.client, tap.sync_context.page_size), selected, selected.resource,
        run.state if run else {}, place.organizations[0],
    )  # fmt: skip


def count_calls(run: Run, stream: str = STREAM) -> int:
    """Return the calls that a run made for a stream."""
    return run.tap.sync_context.stats.calls[stream]


def schedule(costs: list[Cost], names: list[str], **config: Any) -> list[StreamSchedule]:
    """Return the schedule of streams."""
    settings = {"full_refresh_interval": "0", **config}
    return [*schedule_streams(costs, select_streams(None, names), settings, 200, 1)]


@pytest.mark.parametrize("stream", ["bank_transactions", "time_entries"])
def test_each_run_costs_what_was_planned(stream: str) -> None:
    """A first run, one an hour later, and one a day later."""
    place = make_place(900)
    planned = estimate(place, None, stream)
    first = place.complete([stream])
    assert (planned.calls, planned.rows) == (count_calls(first, stream), 900) == (5, 900)
    assert (planned.whole, planned.between) == (5, 1)
    place.clock.sleep(HOUR)
    planned = estimate(place, first, stream)
    between = place.complete([stream], deepcopy(first.state))
    assert planned.calls == count_calls(between, stream) == 1
    assert planned.rows == len(between.records(stream)) < 100
    assert planned.whole == 5
    place.clock.sleep(DAY)
    planned = estimate(place, between, stream)
    assert planned.calls == count_calls(place.complete([stream], deepcopy(between.state)), stream)


def test_the_last_days_may_have_several_pages() -> None:
    """The pages of a run between two whole reads are counted."""
    place = make_place(30)
    for number in range(450):
        place.world.insert(place.organizations[0], PATH, date=f"2026-11-{1 + number % 20:02}")
    first = place.complete([STREAM])
    place.clock.sleep(HOUR)
    planned = estimate(place, first)
    assert planned.calls == count_calls(place.complete([STREAM], deepcopy(first.state))) == 3


@pytest.mark.parametrize("habit", ["ignored", "refused"])
@pytest.mark.parametrize(("interval", "between"), [("0", 5), ("1d", 0)])
def test_a_list_that_takes_no_days(
    habit: Literal["ignored", "refused"], interval: str, between: int
) -> None:
    """Each run reads it whole, or with an interval none before it is due."""
    place = make_place(900)
    place.world.behaviour[PATH].days = habit
    first = place.complete([STREAM])
    place.clock.sleep(HOUR)
    planned = estimate(place, first, full_refresh_interval=interval)
    assert (planned.calls, planned.whole, planned.between) == (between, 5, between)


def test_a_day_has_one_whole_read() -> None:
    """An hourly schedule makes the calls of a whole read, and of 23 other runs."""
    cost = Cost(STREAM, "1", 100_000, 503, is_exact=True, whole=503, between=4)
    (found,) = schedule([cost], [STREAM])
    assert (found.calls, found.between, found.interval) == (503, 4, DAY)
    assert found.count_day(HOUR) == 503 + 23 * 4
    assert found.count_day(2 * DAY) == 252  # each run reads it whole, every other day
    day = forecast_day("1", [found], HOUR, None)
    assert (day.calls_a_run, day.calls_a_day) == (1 + 4, 24 + 503 + 23 * 4)


@pytest.mark.parametrize(
    ("interval", "own", "calls"),
    [("0", 6 * HOUR, 4 * 503 + 20 * 4), ("6h", None, 4 * 503), ("0", 0, 24 * 503)],
)
def test_the_interval_of_a_schedule(interval: str, own: int | None, calls: int) -> None:
    """The setting leaves the list out of other runs, the metadata of the stream do not."""
    cost = Cost(STREAM, "1", 100_000, 503, is_exact=True, whole=503, between=4)
    (one,) = select_streams(None, [STREAM])
    chosen = SelectedStream(one.resource, one.kind, is_incremental=False, refresh_interval=own)
    seconds = {"6h": "21600", "0": "0"}[interval]
    config = {"full_refresh_interval": seconds}
    (found,) = schedule_streams([cost], [chosen], config, 200, 1)
    assert found.count_day(HOUR) == calls


def test_before_any_other_run_a_call_is_expected() -> None:
    """After a whole read alone nothing is known of other runs: a call each is the least."""
    (found,) = schedule([Cost(STREAM, "1", 500, 3, is_exact=False, whole=3)], [STREAM])
    assert found.count_day(HOUR) == 3 + 23


def test_runs_keep_what_both_kinds_cost(tmp_path: Path) -> None:
    """A run between two whole reads says what it has cost, and not that a whole read costs it."""
    place, settings = make_place(900, 2), {"token_cache": str(tmp_path / "cache")}
    run = place.complete([STREAM], **settings)
    found = []
    for hours in (1, 1, 24):
        (cost,) = recall_costs(run.tap, select_streams(None, [STREAM]))
        found.append((cost.calls, cost.rows, cost.whole, cost.between))
        place.clock.sleep(hours * HOUR)
        run = place.complete([STREAM], deepcopy(run.state), **settings)
    assert found == [(10, 1800, 10, None), (10, 1800, 10, 2), (10, 1800, 10, 2)]
    assert cost.note == "as in the last whole read; 2 in other runs"
