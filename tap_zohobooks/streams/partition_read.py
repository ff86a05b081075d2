"""What the responses of one stream of one organization have shown so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_zohobooks.singer.state import check_start
from tap_zohobooks.singer.unread import UnreadDocuments
from tap_zohobooks.transform.timestamps import subtract_seconds

if TYPE_CHECKING:
    from datetime import datetime

    from tap_zohobooks.singer.unread import Checkpoint

NEVER = ""  # before all instants: a bookmark that may not pass it does not move


@dataclass(slots=True)
class PartitionRead:
    """What the responses of one stream of one organization have shown so far.

    `start` and `max_bookmark` are UTC texts: from when on it is read, and the instant that no
    bookmark of this read may pass, `lookback` seconds before the first response. `has_list` says
    that a response held a list of rows, `has_documents` and `has_missing` that a document was
    found, or not found, `is_bookmark_held` that the bookmark stays before one that was not read.
    A stream of documents `keeps_unread` ones in the state.
    """

    organization: str
    start: str | None = None
    lookback: int = 0
    max_bookmark: str | None = None
    served: datetime | None = None
    has_documents: bool = False
    has_missing: bool = False
    has_list: bool = False
    is_bookmark_held: bool = False
    keeps_unread: bool = False
    unread: UnreadDocuments = field(default_factory=UnreadDocuments)

    def open(self, stream: str, served: str) -> None:
        """Check the start by the service's clock, and bound the bookmark.

        Raises:
            ConfigError: The start lies in the future.
        """
        if self.start is not None:
            check_start(stream, self.organization, self.start, served)
        self.max_bookmark = subtract_seconds(served, self.lookback)

    def hold_bookmark(self, instant: str | None) -> None:
        """Let no bookmark pass an instant, so that the next run reads again from there."""
        if instant is not None:
            held = instant if self.max_bookmark is None else self.max_bookmark
            self.max_bookmark = min(held, instant)

    def bookmark(self, safe_bookmark: str | None) -> str | None:
        """Return how far the bookmark may move; None if it stays.

        It stays while no document was found: the service may be wrong about all of them, and if it
        is right, they are not listed again and cost no request.
        """
        if not safe_bookmark or (self.has_missing and not self.has_documents):
            return None
        return min(safe_bookmark, safe_bookmark if self.max_bookmark is None else self.max_bookmark)

    def checkpoint(self, safe_bookmark: str | None) -> Checkpoint | str | None:
        """Return what the state says once the records so far are written: the bookmark, and more.

        None if nothing changes.
        """
        bookmark = self.bookmark(safe_bookmark)
        return self.unread.checkpoint(bookmark) if self.keeps_unread else bookmark
