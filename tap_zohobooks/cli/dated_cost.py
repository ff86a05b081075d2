"""What a plan says of lists of which most runs request the last days only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_zohobooks.cli.cost import Cost, count_pages
from tap_zohobooks.cli.row_count import Count, find_partition
from tap_zohobooks.singer.whole_reads import WholeRead
from tap_zohobooks.streams.by_need import choose_interval
from tap_zohobooks.streams.dated import choose_dated_interval, takes_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_zohobooks.cli.common import SelectedStream
    from tap_zohobooks.cli.row_count import RowCounter
    from tap_zohobooks.resources import Dated
    from tap_zohobooks.tap import TapZohoBooks


def estimate_dated(
    tap: TapZohoBooks,
    counter: RowCounter,
    stream: SelectedStream,
    listed: Dated,
    state: Mapping[str, object],
    organization: str,
) -> Cost:
    """Return what the next run costs, and what a whole read and another run do.

    Raises:
        TapError: The list may not be read.
    """
    size, now = tap.sync_context.page_size, tap.sync_context.get_now()
    rows = counter.count(listed, organization, None)
    whole = count_pages(rows.rows, size)
    read = WholeRead.load(find_partition(state, stream.name, organization))
    interval = choose_dated_interval(stream.refresh_interval, tap.config)
    due = read.find_due(read.columns, interval, now)
    is_due = due is None or due <= now
    found = None
    if takes_part(stream.refresh_interval, tap.config):
        found = counter.count_days(listed, organization, now if is_due else read.at or now, now)
    is_left_out = bool(choose_interval(stream.name, stream.refresh_interval, tap.config))
    other, between = _choose_other(rows, found, size, is_left_out=is_left_out)
    chosen = rows if is_due else other
    return Cost(
        stream.name, organization, chosen.rows, whole if is_due else between, chosen.is_exact,
        whole=whole, between=between,
    )  # fmt: skip


def _choose_other(
    rows: Count, found: Count | None, size: int, *, is_left_out: bool
) -> tuple[Count, int]:
    """Return the rows and calls of a run between two whole reads.

    It reads those of the last days; if `found` is None, all rows, or it leaves the list out.
    """
    if found is None and is_left_out:
        return Count(0), 0
    chosen = rows if found is None else found
    return chosen, count_pages(chosen.rows, size)
