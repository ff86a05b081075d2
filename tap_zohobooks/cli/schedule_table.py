"""Print what a schedule costs: `zohobooks plan --every 1h`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from tap_zohobooks.cli import terminal
from tap_zohobooks.cli.schedule import FREE_PLAN, forecast_day, format_interval, schedule_streams
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.setting_values import to_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_zohobooks.cli.common import SelectedStream
    from tap_zohobooks.cli.cost import Cost
    from tap_zohobooks.cli.schedule import DayForecast, StreamSchedule
    from tap_zohobooks.tap import TapZohoBooks

MIN_EVERY = 60  # seconds
TITLES = ("Calls a read", "Calls a day")


def read_every(text: str) -> int:
    """Return the seconds between two runs.

    Raises:
        ConfigError: It is no time, or less than a minute.
    """
    try:
        every = int(to_interval(text))
    except ValueError as error:
        raise Reason.SETTING_WRONG.error(setting="--every", problem=error) from error
    if every < MIN_EVERY:
        problem = "it is less than a minute"
        raise Reason.SETTING_WRONG.error(setting="--every", problem=problem)
    return every


def print_schedule(
    tap: TapZohoBooks,
    streams: Sequence[SelectedStream],
    costs: Sequence[Cost],
    limits: Mapping[str, int | None],
    every: int,
    *,
    as_json: bool,
) -> None:
    """Print the calls of a run and a day, by stream and by organization.

    `limits` are the calls of a day that each organization may make; None if that is not known.
    """
    known = {one.organization for one in costs}
    together = len(tap.config["organization_ids"]) if len(known) == 1 else 1
    found = list(schedule_streams(
        costs, streams, tap.config, tap.sync_context.page_size, max(1, together)
    ))  # fmt: skip
    days = [forecast_day(one, found, every, limit) for one, limit in limits.items()]
    if as_json:
        terminal.print_json({
            "every": every,
            "streams": [{**asdict(one), "calls_a_day": one.count_day(every)} for one in found],
            "organizations": [asdict(one) for one in days],
        })  # fmt: skip
        return
    _print_streams(found, every)
    for day in days:
        _print_day(day, every)


def _print_streams(streams: Sequence[StreamSchedule], every: int) -> None:
    """Print the streams, those that cost most a day first."""
    table = terminal.create_table(["Stream"], TITLES)
    table.add_column("Read", overflow="fold")
    for one in sorted(streams, key=lambda one: -one.count_day(every)):
        when = format_interval(max(every, one.interval))
        how = f"whole, every {when}" if one.is_whole else f"every {when}"
        if one.between and one.interval > every:
            how += f"; {one.between:,} in other runs"
        table.add_row(one.stream, f"{one.calls:,}", f"{one.count_day(every):,}", how)
    terminal.print_result(table)
    terminal.print_result()


def _print_day(day: DayForecast, every: int) -> None:
    limit = (
        f"{FREE_PLAN:,} of the Free plan (that of the organization is not known: --yes asks)"
        if day.limit is None else f"{day.limit:,}"
    )  # fmt: skip
    verdict = "It fits" if day.fits else "It does not fit"
    terminal.print_result(
        f"Organization {terminal.escape_text(day.organization)}, every {format_interval(every)}, "
        f"nothing changed: {day.calls_a_run:,} calls a run, {day.calls_a_day:,} a day, of {limit}. "
        f"{verdict}. Changes cost more: a call for 200 changed rows of a list, and one for each "
        "document."
    )
    for line in day.advice:
        terminal.print_result(line)
