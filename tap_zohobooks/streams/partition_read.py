"""What the responses of one stream of one organization have shown so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_zohobooks.singer.state import check_start
from tap_zohobooks.singer.unread import UnreadDocuments
from tap_zohobooks.transform.timestamps import subtract_lookback

if TYPE_CHECKING:
    from datetime import datetime

    from tap_zohobooks.singer.unread import Checkpoint

NEVER = ""  # before all instants: a bookmark that may not pass it does not move


@dataclass(slots=True)
class PartitionRead:
    """What the responses of one stream of one organization have shown so far.

    `start` and `limit` are UTC texts: from when on it is read, and the newest instant whose rows
    are settled, `lookback` seconds before the first response. `has_bookmark` says that an earlier
    run has left one, `has_list` that a response held a list of rows, `has_documents` and
    `has_missing` that a document was found, or not found, `is_bookmark_held` that the bookmark
    stays before one that was not read. A stream of documents `keeps_unread` ones in the state.
    `is_reread` if its list is read once more: what it lacks was counted before. It `is_whole` until
    a row may be missing that the next read may bring; what is refused, it refuses again.
    `is_next_here` says that the next document has come, so that both are written together.
    """

    organization: str
    start: str | None = None
    lookback: int = 0
    has_bookmark: bool = False
    limit: str | None = None
    served: datetime | None = None
    has_documents: bool = False
    has_missing: bool = False
    has_list: bool = False
    is_bookmark_held: bool = False
    keeps_unread: bool = False
    is_reread: bool = False
    is_whole: bool = True
    is_next_here: bool = True
    unread: UnreadDocuments = field(default_factory=UnreadDocuments)
    _held: str | None = None

    def open(self, stream: str, served: str) -> None:
        """Check the start by the service's clock, and bound the bookmark.

        Raises:
            ConfigError: The start lies in the future.
        """
        if self.start is not None:
            check_start(stream, self.organization, self.start, served)
        self.limit = subtract_lookback(served, self.lookback)

    def hold_bookmark(self, instant: str | None) -> None:
        """Let no bookmark pass an instant, so that the next run reads again from there."""
        if instant is not None:
            self._held = instant if self._held is None else min(self._held, instant)

    def bookmark(self, safe_bookmark: str | None) -> str | None:
        """Return how far the bookmark may move; None if it stays.

        It stays while no document was found: the service may be wrong about all of them, and if it
        is right, they are not listed again and cost no request.
        """
        if not safe_bookmark or (self.has_missing and not self.has_documents):
            return None
        settled = self._settle(safe_bookmark)
        return settled if settled is None or self._held is None else min(settled, self._held)

    def _settle(self, instant: str) -> str | None:
        """Return an instant if its rows are settled; else None, or the limit without a bookmark.

        A newer row may have come while the list was read. Rows that come late do so shortly before
        the newest one, so the next run must begin at the newest row that was there before.
        """
        if self.limit is None or instant <= self.limit:
            self.has_bookmark = True
            return instant
        return None if self.has_bookmark else self.limit

    def checkpoint(self, safe_bookmark: str | None) -> Checkpoint | str | None:
        """Return what the state says once the records so far are written: the bookmark, and more.

        None if nothing changes.
        """
        bookmark = self.bookmark(safe_bookmark)
        return self.unread.checkpoint(bookmark) if self.keeps_unread else bookmark
