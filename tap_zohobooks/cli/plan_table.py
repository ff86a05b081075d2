"""The tables of `zohobooks plan`: what streams cost, and what organizations."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tap_zohobooks.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from tap_zohobooks.cli.cost import Cost, Forecast


def create_stream_table(costs: Iterable[Cost]) -> Table:
    """Return the cost of each stream over all organizations, the highest first."""
    by_stream: dict[str, list[Cost]] = defaultdict(list)
    for one in costs:
        by_stream[one.stream].append(one)
    table = terminal.create_table(["Stream"], ["Rows", "Calls"])
    table.add_column("How", overflow="fold")
    for name, own in sorted(by_stream.items(), key=lambda one: -sum(c.calls for c in one[1])):
        counts = [one.rows for one in own if one.rows is not None]
        notes = {one.note for one in own} - {""}
        how = ", ".join(notes) or ("counted" if all(one.is_exact for one in own) else "estimate")
        rows = f"{sum(counts):,}" if counts else ""
        table.add_row(name, rows, f"{sum(one.calls for one in own):,}", how)
    return table


def create_organization_table(forecasts: Iterable[Forecast]) -> Table:
    """Return what each organization spends, and when it is done."""
    titles = ("Calls", "Minutes", "Left today", "A day", "Days", "Ends on")
    table = terminal.create_table(["Organization"], titles)
    for one in forecasts:
        about = "" if one.is_exact else "about "
        numbers = (f"{about}{one.calls:,}", one.minutes, one.calls_left_today, one.calls_a_day)
        never = "never" if one.calls_a_day is not None and one.days is None else "?"
        ends = (one.days or never, one.ends_on or never)
        table.add_row(one.organization, *("?" if cell is None else str(cell)
                                          for cell in (*numbers, *ends)))  # fmt: skip
    return table
