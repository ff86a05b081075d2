"""Bookmarks and start date: an incremental run brings what is new, and nothing older."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tap_zohobooks.resources import METADATA
from tests.e2e.tap_tester.conftest import LOOKBACK
from tests.e2e.tap_tester.runner import ORGANIZATION, TIME

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.tap_tester.runner import Promise, Record, Sync


DAYS = {"bank_transactions": "date", "time_entries": "log_date"}


def since(bound: Callable[[str], str], seconds: int) -> Callable[[Record], bool]:
    """Return what tells records of a time from older ones, given the bound of an organization.

    A row without a time of change counts as new.
    """

    def is_new(record: Record) -> bool:
        if record[TIME] is None:
            return True
        moment = datetime.fromisoformat(bound(record[ORGANIZATION]))
        return datetime.fromisoformat(record[TIME]) >= moment - timedelta(seconds=seconds)

    return is_new


def test_every_incremental_stream_has_a_bookmark(full: Sync, promised: dict[str, Promise]) -> None:
    """The last state holds a bookmark for each organization of each incremental stream only."""
    organizations = {organization for _, organization in full.bookmarks}
    assert len(organizations) == 2
    documented = {name for name, promise in promised.items() if promise.is_incremental}
    modules = {(name, record[ORGANIZATION]) for name, records in full.records.items()
               for record in records if is_module_document(name)}  # fmt: skip
    assert modules
    assert (
        full.bookmarks.keys() == {(n, one) for n in documented for one in organizations} | modules
    )


def test_a_bookmark_is_the_latest_change(full: Sync) -> None:
    """A bookmark is the latest time of the stream's records in its organization."""
    latest = {(name, one): max(record[TIME] for record in full.records[name]
                               if record[ORGANIZATION] == one and record[TIME])
              for name, one in full.bookmarks}  # fmt: skip
    assert full.bookmarks == latest


def test_a_second_run_brings_what_is_new(
    full: Sync, second: Sync, middle: dict[tuple[str, str], str]
) -> None:
    """From a bookmark in the middle on, exactly the rows from there on come again."""
    for stream in {name for name, _ in middle}:
        is_new = since(lambda one, stream=stream: middle[stream, one], LOOKBACK)  # type: ignore[misc]
        assert second.keys(stream) == full.keys(stream, is_new), stream
        assert second.keys(stream) < full.keys(stream), stream


def whole(full: Sync, promised: dict[str, Promise]) -> set[str]:
    """Return the streams that every run reads whole; custom modules are not documented by name."""
    return {
        name for name in full.schemas
        if (promised[name].is_whole if name in promised else not is_module_document(name))
    }  # fmt: skip


def is_module_document(stream: str) -> bool:
    """Tell whether a stream holds the whole records of a custom module: by time of change."""
    return stream.startswith("cm_") and stream.endswith("_details")


def test_a_second_run_reads_whole_what_has_no_bookmark(
    full: Sync, second: Sync, promised: dict[str, Promise]
) -> None:
    """A FULL_TABLE stream brings the same rows in every run; metadata are read once a day."""
    names = whole(full, promised)
    metadata = names & METADATA
    assert metadata
    assert not any(second.keys(name) for name in metadata)
    names -= METADATA
    assert len(names) > 50
    assert {name: second.keys(name) for name in names} == {n: full.keys(n) for n in names}


def test_a_second_run_brings_the_last_days_of_lists_with_a_date(
    full: Sync, second: Sync, promised: dict[str, Promise]
) -> None:
    """Rows come again from 31 days before the last whole read on, and no older ones."""
    assert {name for name in full.schemas if name in promised and promised[name].is_dated} == {
        *DAYS
    }
    for stream, day in DAYS.items():
        read_at = full.states[-1]["bookmarks"][stream]["partitions"][0]["whole_read_at"]
        first = (datetime.fromisoformat(read_at) - timedelta(days=31)).date().isoformat()
        recent = full.keys(stream, lambda row, day=day, first=first: row[day] >= first)  # type: ignore[misc]
        assert second.keys(stream) == recent < full.keys(stream)


def test_bookmarks_end_where_they_would_have_ended(full: Sync, second: Sync) -> None:
    """Where a run began makes no difference to where its bookmarks end."""
    assert second.bookmarks == full.bookmarks


def test_a_later_start_date_brings_less(full: Sync, later: Sync, start: str) -> None:
    """A first run with a start date brings exactly the rows that have changed since."""
    for stream in {name for name, _ in full.bookmarks}:
        assert later.keys(stream) == full.keys(stream, since(lambda _: start, 0)), stream
        assert later.keys(stream) < full.keys(stream), stream


def test_a_start_date_is_nothing_to_whole_streams(
    full: Sync, later: Sync, promised: dict[str, Promise]
) -> None:
    """A FULL_TABLE stream brings all its rows whatever the start date."""
    names = whole(full, promised)
    assert {name: later.keys(name) for name in names} == {n: full.keys(n) for n in names}
