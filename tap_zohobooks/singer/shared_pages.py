"""First pages of lists that several streams of a run read, such as a list and its documents.

A stream that takes a page of another one is like one that has requested it at the same time, and
has waited since: so the page is only ever the first response of a read, to exactly the same
request, and the bookmark is bounded by when it was served.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from tap_zohobooks.http.responses import Response

    Query = frozenset[tuple[str, Hashable]]

MAX_ROWS_HELD = 5_000  # in a run: 50 MB


@dataclass(slots=True)
class SharedList:
    """One list of one organization: the streams that have yet to read it, and pages for them."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    readers: set[str] = field(default_factory=set)
    pages: dict[Query, Response] = field(default_factory=dict)


class SharedPages:
    """Requests the first page of a list once for all streams that request the same."""

    def __init__(self) -> None:
        """Start empty."""
        self._lists: dict[tuple[str, str], SharedList] = defaultdict(SharedList)
        self._lock = threading.Lock()
        self._rows_held = 0

    def expect(self, organization: str, listed: str, stream: str) -> None:
        """Note that a stream is going to read a list; to be called before any is read."""
        with self._lock:
            self._lists[organization, listed].readers.add(stream)

    def get(
        self,
        organization: str,
        listed: str,
        stream: str,
        params: Mapping[str, str | int],
        request: Callable[[], Response],
    ) -> Response:
        """Return the first response of a stream; others wait for it that read the same list.

        Raises:
            TapError: Why it cannot be requested; the next stream requests it itself.
        """
        with self._lock:
            shared = self._lists[organization, listed]
        query = frozenset(params.items())
        with shared.lock:
            found = shared.pages.get(query)
            response = request() if found is None else copy_rows(found)
            shared.readers.discard(stream)
            if not shared.readers:
                self._release(shared)
            elif found is None and self._hold(count_rows(response)):
                shared.pages[query] = copy_rows(response)
        return response

    def _hold(self, rows: int) -> bool:
        """Tell whether there is room for so many rows more, and take it."""
        with self._lock:
            has_room = self._rows_held + rows <= MAX_ROWS_HELD
            self._rows_held += rows if has_room else 0
            return has_room

    def _release(self, shared: SharedList) -> None:
        """Let go the pages of a list that no stream has yet to read."""
        rows = sum(map(count_rows, shared.pages.values()))
        shared.pages.clear()
        with self._lock:
            self._rows_held -= rows


def count_rows(response: Response) -> int:
    """Return how many values the lists of a response hold."""
    return sum(len(held) for held in response.document.values() if isinstance(held, list))


def copy_rows(response: Response) -> Response:
    """Return a response with rows of its own: a stream may name the key of a row anew."""
    document = {
        name: [dict(one) if isinstance(one, dict) else one for one in held]
        if isinstance(held, list)
        else held
        for name, held in response.document.items()
    }
    return replace(response, document=document)
