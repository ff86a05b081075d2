"""Says at the start of a run which selected streams cost a call a row, and what they have cost."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_zohobooks.singer.stream import SingerStream
from tap_zohobooks.streams.per_row import PerRowStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from singer_sdk import Stream

    from tap_zohobooks.http.shared_state import SharedValue
    from tap_zohobooks.singer.stats import SpentCalls, StreamStats

MAX_NAMES = 5


def list_costly(streams: Iterable[Stream]) -> list[str]:
    """Return the names of the selected streams that cost a call a row."""
    return [
        one.name for one in streams
        if isinstance(one, PerRowStream) and one.selected and one.calls_per_row >= 1
    ]  # fmt: skip


def log_costs(
    streams: Iterable[Stream], record: SharedValue[SpentCalls], logger: logging.Logger
) -> None:
    """Log what costs a call a row, as a warning unless the last run has read all of it."""
    names = list_costly(streams)
    if not names:
        return
    with record.change() as spent:
        known = {name: spent.calls[name] for name in names if name in spent.calls}
    shown = ", ".join(names[:MAX_NAMES])
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    level = logging.INFO if len(known) == len(names) else logging.WARNING
    logger.log(
        level, "%d selected streams cost a call a row: %s. %s", len(names), shown + more,
        describe_calls(len(names), known),
    )  # fmt: skip


def describe_calls(number: int, known: Mapping[str, int]) -> str:
    """Return what a number of streams costs, given what the last run has spent on some of them."""
    advice = "`zohobooks plan` counts them; leave out in the selection what you do not need."
    if not known:
        return f"How many calls that are depends on the rows. {advice}"
    which = "them" if len(known) == number else f"{len(known)} of them"
    return f"The last run made {sum(known.values()):,} calls for {which}. {advice}"


def shows_whole_cost(stream: SingerStream) -> bool:
    """Tell whether a run shows what a whole read of a stream costs: it was due everywhere."""
    return stream.is_due


def keep_costs(
    streams: Iterable[Stream], stats: StreamStats, record: SharedValue[SpentCalls]
) -> None:
    """Keep what a complete run has read of each selected stream, and spent on it.

    What was kept before stays for a stream of which an organization was not due: its next whole
    read costs more than this run has shown.
    """
    chosen = [one for one in streams if one.selected and isinstance(one, SingerStream)]
    names = [one.name for one in chosen if shows_whole_cost(one)]
    others = [one.name for one in chosen if one.is_between]
    with record.change() as spent:
        spent.calls = spent.calls | {name: stats.calls[name] for name in names}
        spent.rows = spent.rows | {name: stats.rows[name] for name in names}
        spent.between = spent.between | {name: stats.calls[name] for name in others}
