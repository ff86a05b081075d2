"""Counts the rows that a run would read, with as few calls as that takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli.probe import NEWEST_FIRST, asked, look
from tap_zohobooks.pagination.capabilities import EndpointCapabilities
from tap_zohobooks.resources import ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_zohobooks.client import Client
    from tap_zohobooks.pagination.page import Page
    from tap_zohobooks.resources import Resource

# Paths that tell a number without rows. Source: Zoho's OpenAPI files.
COUNTED = frozenset({"invoices"})
COUNT_ONLY: dict[str, str | int] = {"response_option": 2}


class _NoEnd(Exception):
    """A page neither obeys the filter nor shows by its order where the changes end."""


def kept(state: Mapping[str, Any], stream: str, organization: str) -> Mapping[str, Any]:
    """Return what a state keeps of a stream of an organization; empty where that is nothing."""
    for partition in state.get("bookmarks", {}).get(stream, {}).get("partitions", ()):
        if partition["context"][ORGANIZATION] == organization:
            found: Mapping[str, Any] = partition
            return found
    return {}


@dataclass(slots=True)
class Survey:
    """Counts each list once for each instant, whatever number of streams reads it."""

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
            except _NoEnd:
                whole = self.count(listed, organization, None)
                self._counts[key] = Count(whole.rows, is_exact=False)
        return self._counts[key]

    def _count(self, listed: Resource, organization: str, since: str | None) -> Count:
        capabilities = EndpointCapabilities(listed.filters, listed.sorts)
        told = None if since else self._told(listed, organization)  # a filter is believed by rows
        if told is not None:
            return told

        are_told = []

        def glance(number: int) -> Glance:
            params = {"page": number, "per_page": self.size} | (NEWEST_FIRST if since else {})
            page = look(self.client, listed, organization, capabilities, since, params)
            are_told.append(page.has_more_known)
            return _due(page, since)

        found = counted(glance, self.size)
        # Where an answer does not tell whether more follows, a run looks behind it.
        return Count(found.rows, found.is_exact and all(are_told))

    def _told(self, listed: Resource, organization: str) -> Count | None:
        """Return the number that the service itself tells, if it does."""
        if listed.list_path not in COUNTED:
            return None
        answer = self.client.get(*asked(listed, organization, COUNT_ONLY), organization)
        context = answer.document.get("page_context")
        total = context.get("total") if isinstance(context, dict) else None
        return Count(int(total)) if isinstance(total, int) else None


def _due(page: Page, since: str | None) -> Glance:
    """Count the rows of a page that changed at or after an instant.

    Raises:
        _NoEnd: Older rows stand between them.
    """
    has_more = page.has_more_known and page.has_more  # one that tells nothing may be all there is
    if since is None:
        return Glance(len(page.entries), has_more)
    due = sum((time or since) >= since for time in page.times)
    if due == len(page.entries):
        return Glance(due, has_more)
    if not page.is_sorted("D"):
        raise _NoEnd
    return Glance(due, has_more=False)


# A long list is not counted to the last row: that takes more calls than it is worth.
TOLERANCE = 0.1


MOST_LOOKS = 30


@dataclass(frozen=True, slots=True)
class Glance:
    """What a page has shown: how many rows count, and whether more follow."""

    rows: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Count:
    """A number of rows, and whether it is exact."""

    rows: int
    is_exact: bool = True


Look = Callable[[int], Glance]


def counted(look: Look, size: int) -> Count:
    """Count a list by pages of `size` rows: double the page past its end, then halve the rest."""
    full, empty, page = 0, 0, 1
    for _ in range(MOST_LOOKS):
        glance = look(page)
        if glance.has_more:
            full = page
        elif glance.rows or page == full + 1:
            return Count((page - 1) * size + glance.rows)
        else:
            empty = page
        if not empty:
            page *= 2
        elif empty - full <= 1 + full * TOLERANCE:
            return Count((full + empty - 1) * size // 2, is_exact=False)
        else:
            page = (full + empty) // 2
    return Count(full * size, is_exact=False)
