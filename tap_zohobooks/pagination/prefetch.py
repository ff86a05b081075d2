"""Pages of a list that are asked for before their turn, where answers are slow.

Only a scan by place can do that: where each page is asked from the last row's time, nobody knows
the next one before. How far a list goes is not known either, so a call may be wasted at its end:
no more than one in `PAGES_READ`, and none where one call at a time fills the window.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from tap_zohobooks.pagination.offset_scan import next_window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from tap_zohobooks.pagination.page import Fetch, Page, Params

PAGES_READ = 10  # for each page ahead
MAX_AHEAD = 4  # a scan remembers the rows of five pages

PageRange = tuple[int, int]


@contextmanager
def ahead(fetch: Fetch, size: int, *, spare: Callable[[], int]) -> Iterator[Fetch]:
    """Yield what fetches the same pages as `fetch`, some of them early.

    `size` is how many rows a page may have; `spare` tells how many more calls in flight than now
    the limits leave room for.
    """
    pages = _Pages(fetch, size, spare)
    try:
        yield pages
    finally:
        pages.stop()


class _Pages:
    """Fetches pages; once one is not what was expected, none is asked for ahead any more."""

    def __init__(self, fetch: Fetch, size: int, spare: Callable[[], int]) -> None:
        self._fetch = fetch
        self._size = size
        self._spare = spare
        self._pool: ThreadPoolExecutor | None = None
        self._early: dict[PageRange, Future[Page]] = {}
        self._read = 0
        self._goes_on = True

    def __call__(self, params: Params) -> Page:
        window = int(params["page"]), int(params["per_page"])
        early = self._early.pop(window, None)
        if early is None and self._early:
            self.stop()
        self._ask_ahead(params, window, of_own=int(early is None))
        page = self._fetch(params) if early is None else replace(early.result(), is_early=True)
        self._read += 1
        if not page.has_more or not page.has_more_known or len(page.rows) != window[1]:
            self.stop()
        return page

    def _ask_ahead(self, params: Params, window: PageRange, *, of_own: int) -> None:
        """Ask for the pages that follow on one, which needs `of_own` calls itself."""
        most = min(MAX_AHEAD, self._read // PAGES_READ) if self._goes_on else 0
        spare = self._spare() - of_own if len(self._early) < most else 0
        for _ in range(most):
            window = next_window(window[0] * window[1], self._size)
            if window not in self._early and spare > 0:
                self._early[window] = self._submit(params, window)
                spare -= 1

    def _submit(self, params: Params, window: PageRange) -> Future[Page]:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1 + MAX_AHEAD)  # the page itself may be early
        asked = {**params, "page": window[0], "per_page": window[1]}
        return self._pool.submit(self._fetch, asked)

    def stop(self) -> None:
        """Ask for nothing ahead any more, and forget what was."""
        self._goes_on = False
        self._early.clear()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
