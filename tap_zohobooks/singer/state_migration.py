"""Bookmarks that another tap, or an older version, has written: read where that is sound.

What cannot be gone on from is named: reading a stream from the start may cost a day's calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.resources import FIRST_READ, MODIFIED, ORGANIZATION, TIMELESS, UNREAD
from tap_zohobooks.singer.period_state import CLOSED, COVERAGE, KEY, VALUE
from tap_zohobooks.singer.turns import MISSED
from tap_zohobooks.singer.whole_reads import COLUMNS, READ_AT, VERSION
from tap_zohobooks.transform.timestamps import to_date, to_utc

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable, Mapping, Sequence

    Bookmark = dict[str, Any]

PARTITIONS, CONTEXT, PROGRESS = "partitions", "context", "progress_markers"
_OF_ONE_RUN = {"starting_replication_value", "replication_key_signpost", PROGRESS}
_KNOWN = {
    *_OF_ONE_RUN, KEY, VALUE, PARTITIONS, CONTEXT, TIMELESS, UNREAD, FIRST_READ, COVERAGE, CLOSED,
    READ_AT, COLUMNS, VERSION, MISSED,
}  # fmt: skip

# Streams of hotglue's tap-zohobooks that go by another name here, and so into another table: with
# a bookmark, that table would lack all that changed before.
RENAMED = {
    "bills_details": "bill_details",
    "credit_notes_details": "credit_note_details",
    "credit_notes_id": "credit_notes",
    "estimates_details": "estimate_details",
    "expenses_details": "expense_details",
    "journals_id": "journals",
    "organization_id": "organizations",
    "purchase_orders_details": "purchase_order_details",
    "sales_orders_details": "sales_order_details",
    "vendor_credit_ids_stream": "vendor_credits",
    "vendors": "contacts",
}


@dataclass(frozen=True, slots=True)
class StateMigration:
    """Bookmarks as this tap goes on from them, and what there is to say of the others.

    `streams` tells of each stream of which key its bookmark is; empty if it is read whole.
    """

    streams: Mapping[str, str]
    bookmarks: dict[str, Bookmark] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def take(self, stream: str, bookmark: Bookmark) -> None:
        """Take over what a state of the right shape says of a stream.

        Raises:
            ConfigError: A bookmark that matters is no instant.
        """
        parts: list[Bookmark] = bookmark.get(PARTITIONS, [])
        own = [part for part in parts if part[CONTEXT].keys() == {ORGANIZATION}]
        if stream in RENAMED:
            if _has_bookmark([bookmark, *parts]):
                self._warn(stream, f"the stream is called '{RENAMED[stream]}' here")
            return
        if len(own) < len(parts) and self.streams.get(stream, MODIFIED):
            count = len(parts) - len(own)
            self._warn(stream, f"it is kept by document ({count}), not by organization")
        if self.streams.get(stream):
            own = [self._readable(stream, part) for part in own]
            bookmark = self._readable(stream, bookmark)
        elif stream not in self.streams and _tells([bookmark, *own]):
            found = f"The state holds a bookmark of '{stream}', which is no stream here"
            self.warnings.append(f"{found}; it is kept.")
        self.bookmarks[stream] = {**bookmark, PARTITIONS: own} if parts else bookmark

    def _readable(self, stream: str, part: Bookmark) -> Bookmark:
        """Return an entry whose bookmark, if there is one, is an instant in UTC, or a day."""
        wanted = self.streams[stream]
        without = {name: part[name] for name in part if name not in {KEY, VALUE}}
        value, key = part.get(VALUE), part.get(KEY) or wanted
        if not value:
            if part.get(PROGRESS, {}).get(VALUE) or part.keys() - _KNOWN:
                self._warn(stream, "an entry holds none that is sure")
            return without
        if key != wanted:
            self._warn(stream, f"it is of '{key}', not of '{wanted}'")
            return without
        read = to_utc if wanted == MODIFIED else to_date
        instant = read(value) if isinstance(value, str) else None
        if instant is None:
            raise Reason.BOOKMARK_UNREADABLE.error(stream=stream, value=repr(value))
        return {**without, KEY: wanted, VALUE: instant}

    def _warn(self, stream: str, why: str) -> None:
        found = f"The bookmark of '{stream}' cannot be gone on from: {why}."
        self.warnings.append(f"{found} What it stood for is read from the start.")


def _tells(parts: Iterable[Bookmark]) -> bool:
    """Tell whether an entry may hold a time of change, in any shape."""
    return any(part.get(VALUE) or part.get(PROGRESS) or part.keys() - _KNOWN for part in parts)


def _has_bookmark(parts: Iterable[Bookmark]) -> bool:
    return any(part.get(VALUE) or part.get(PROGRESS) for part in parts)


def migrate_state(
    state: Mapping[str, Any], streams: Mapping[str, str], logger: logging.Logger
) -> dict[str, Any]:
    """Return a state of the right shape as this tap goes on from it, and say what is left out.

    Raises:
        ConfigError: A bookmark that matters is no instant.
    """
    intake = StateMigration(streams)
    for stream, bookmark in state.get("bookmarks", {}).items():
        intake.take(stream, bookmark)
    for warning in intake.warnings:
        logger.warning("%s", warning)
    return {"bookmarks": intake.bookmarks}


def bookmarks_without_organization(
    state: Mapping[str, Any], streams: Mapping[str, str]
) -> dict[str, Bookmark]:
    """Return the bookmarks, by stream, that do not name their organization."""
    bookmarks = state.get("bookmarks", {}).items()
    return {name: one for name, one in bookmarks if streams.get(name) and VALUE in one}


def assign_organization(organizations: Sequence[str], bookmarks: Mapping[str, Bookmark]) -> None:
    """Give bookmarks to the one organization that is read, in place.

    Raises:
        ConfigError: There is more than one.
    """
    if len(organizations) != 1:
        raise Reason.BOOKMARK_AMBIGUOUS.error(
            streams=", ".join(bookmarks), organizations=", ".join(organizations)
        )
    context = {ORGANIZATION: organizations[0]}
    for bookmark in bookmarks.values():
        found = {name: bookmark.pop(name) for name in (KEY, VALUE)}
        for name in _OF_ONE_RUN:
            bookmark.pop(name, None)
        parts = bookmark.setdefault(PARTITIONS, [])
        if all(part[CONTEXT] != context or not part.get(VALUE) for part in parts):
            rest = [part for part in parts if part[CONTEXT] != context]
            bookmark[PARTITIONS] = [*rest, {CONTEXT: context, **found}]
