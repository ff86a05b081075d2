"""Count the rows that a run would read, with as few API calls as possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli.list_check import NEWEST_FIRST, request_page
from tap_zohobooks.errors import ParameterRefused, UnexpectedResponse
from tap_zohobooks.pagination.capabilities import EndpointCapabilities
from tap_zohobooks.pagination.page import parse_page
from tap_zohobooks.resources import ORGANIZATION, build_request
from tap_zohobooks.streams.dated import build_window, find_disregard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_zohobooks.client import Client
    from tap_zohobooks.pagination.page import Page
    from tap_zohobooks.resources import Dated, Resource

# Paths that return a total without rows. Source: Zoho's OpenAPI files.
WITH_TOTAL = frozenset({"invoices"})
COUNT_ONLY: dict[str, str | int] = {"response_option": 2}
TOLERANCE = 0.1  # of the rows: an exact count of a long list takes too many calls
MAX_REQUESTS = 30


class _Uncountable(Exception):
    """A page that is neither filtered nor sorted by time of change."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number of rows or of calls; an estimate if it is not exact."""

    rows: int
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class PageCount:
    """The rows of a page that count, and whether more pages follow."""

    rows: int
    has_more: bool


CountPage = Callable[[int], PageCount]


def find_partition(state: Mapping[str, Any], stream: str, organization: str) -> Mapping[str, Any]:
    """Return the state of a stream of an organization; empty if there is none."""
    for partition in state.get("bookmarks", {}).get(stream, {}).get("partitions", ()):
        if partition["context"][ORGANIZATION] == organization:
            found: Mapping[str, Any] = partition
            return found
    return {}


@dataclass(slots=True)
class RowCounter:
    """Counts each list once per organization and start, for all streams that read it."""

    client: Client
    size: int
    _counts: dict[tuple[str, str, str | None], Count] = field(default_factory=dict)

    def count(self, listed: Resource, organization: str, since: str | None) -> Count:
        """Return how many rows of a list changed at or after an instant (UTC text), or all.

        Raises:
            TapError: The list may not be read.
        """
        key = (listed.name, organization, since)
        if key not in self._counts:
            try:
                self._counts[key] = self._count(listed, organization, since)
            except _Uncountable:
                whole = self.count(listed, organization, None)
                self._counts[key] = Count(whole.rows, is_exact=False)
        return self._counts[key]

    def _count(self, listed: Resource, organization: str, since: str | None) -> Count:
        capabilities = EndpointCapabilities(listed.filters, listed.sorts)
        if since is None:  # the total may ignore a filter
            total = self._request_total(listed, organization)
            if total is not None:
                return Count(total)
        are_ends_known = []

        def count_page(number: int) -> PageCount:
            params = {"page": number, "per_page": self.size} | (NEWEST_FIRST if since else {})
            page = request_page(self.client, listed, organization, capabilities, since, params)
            are_ends_known.append(page.has_more_known)
            return _count_changed(page, since)

        count = count_rows(count_page, self.size)
        # If a response does not say whether more follows, a run requests one more page.
        return Count(count.rows, count.is_exact and all(are_ends_known))

    def count_days(
        self, listed: Dated, organization: str, read_at: float, now: float
    ) -> Count | None:
        """Return how many rows a run after a whole read requests; None if it reads all of them.

        Times are in seconds since 1970.

        Raises:
            TapError: The list may not be read.
        """
        window = build_window(listed, read_at, now)

        def count_page(number: int) -> PageCount:
            params: dict[str, str | int] = {**window, "page": number, "per_page": self.size}
            path, query = build_request(listed, organization, params)
            response = self.client.get(path, query, organization)
            if find_disregard(listed, response.document, query, read_at):
                raise _Uncountable
            page = parse_page(response.document, response.served, listed.rows_key, lambda _: "")
            return _count_changed(page, None)

        try:
            return count_rows(count_page, self.size)
        except (_Uncountable, ParameterRefused, UnexpectedResponse):
            return None

    def _request_total(self, listed: Resource, organization: str) -> int | None:
        """Return the total that the service returns, if the list has one."""
        if listed.list_path not in WITH_TOTAL:
            return None
        response = self.client.get(*build_request(listed, organization, COUNT_ONLY), organization)
        context = response.document.get("page_context")
        total = context.get("total") if isinstance(context, dict) else None
        return int(total) if isinstance(total, int) else None


def _count_changed(page: Page, since: str | None) -> PageCount:
    """Count the rows of a page that changed at or after an instant.

    Raises:
        _Uncountable: Older rows are among them.
    """
    has_more = page.has_more_known and page.has_more
    if since is None:
        return PageCount(len(page.entries), has_more)
    changed = sum((time or since) >= since for time in page.times)
    if changed == len(page.entries):
        return PageCount(changed, has_more)
    if not page.is_sorted("D"):
        raise _Uncountable
    return PageCount(changed, has_more=False)


def count_rows(count_page: CountPage, size: int) -> Count:
    """Count a list by pages of `size` rows: double the page past its end, then halve the rest."""
    full, empty, page = 0, 0, 1
    for _ in range(MAX_REQUESTS):
        found = count_page(page)
        if found.has_more:
            full = page
        elif found.rows or page == full + 1:
            return Count((page - 1) * size + found.rows)
        else:
            empty = page
        if not empty:
            page *= 2
        elif empty - full <= 1 + full * TOLERANCE:
            return Count((full + empty - 1) * size // 2, is_exact=False)
        else:
            page = (full + empty) // 2
    return Count(full * size, is_exact=False)
