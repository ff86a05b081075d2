"""Count what the pages of a report list: rows at the border of two pages may be served twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tap_zohobooks.reports.postings import Item

MAX_UNCOUNTED = 10_000  # pages of a list that the service does not count


@dataclass(frozen=True, slots=True)
class Border:
    """The items with which a page begins as the one before ends, and the length of the page."""

    overlap: Sequence[Item]
    items: int


@dataclass(slots=True)
class PageBorders:
    """The pages of one range of days: what is new on each, and what may be there twice.

    Equal items may be different postings, so an overlap of two pages is held until the `total`
    that the service counts says whether it was served twice; None if the service does not count.
    """

    per_page: int
    total: int | None
    items: int = 0
    postings: int = 0
    has_more: bool = True
    _borders: list[Border] = field(default_factory=list)
    _last: Sequence[Item] = ()

    @property
    def pages(self) -> int:
        """The number of pages so far."""
        return len(self._borders)

    @property
    def max_pages(self) -> int:
        """After how many pages a list has no end: twice as many as it can have."""
        return MAX_UNCOUNTED if self.total is None else 2 * (self.total // self.per_page + 1)

    def add(self, page: Sequence[Item], context: Mapping[str, Any]) -> Sequence[Item]:
        """Add a page, and what its response says of itself (`page_context`).

        Returns:
            Its items without those with which the page before ends.
        """
        length = _measure_overlap([one.content for one in self._last],
                                  [one.content for one in page])  # fmt: skip
        self._borders.append(Border(page[:length], len(page)))
        self.items += len(page)
        self.postings += sum(one.postings for one in page)
        self._last = page or self._last
        per_page = context.get("per_page")
        if type(per_page) is int and per_page > 0:
            self.per_page = per_page
        self.has_more = self._find_more(page[length:], context.get("has_more_page"))
        return page[length:]

    def _find_more(self, found: Sequence[Item], stated: object) -> bool:
        """Tell whether another page follows; the total shows what a response does not state."""
        if self.total is None:
            return stated is True or (stated is not False and bool(found))
        overlaps = [item for border in self._borders for item in border.overlap]
        is_short = (len(overlaps) + self.total > self.items
                    and _count_postings(overlaps) + self.total > self.postings)  # fmt: skip
        return stated is True or (is_short and bool(found))

    def find_held(self) -> Sequence[Item] | None:
        """Return the overlaps that were not served twice; None if the total says otherwise.

        The total counts items, or the postings in them. Without a total each overlap was served
        twice.
        """
        if self.total is None:
            return []
        for count in (_count_places, _count_postings):
            found = self._resolve(self.total, count)
            if found is not None:
                return found
        return None

    def _resolve(self, total: int, count: Callable[[Sequence[Item]], int]) -> list[Item] | None:
        """Return the overlaps that make up the total, as a measure counts it."""
        every = [item for border in self._borders for item in border.overlap]
        received = self.items if count is _count_places else self.postings
        if received == total:
            return every
        if received - count(every) == total:
            return []
        surplus = self._list_surplus(total) if count is _count_places else []
        if sum(surplus) == received - total and _fits(surplus, self._borders):
            return [item for repeats, border in zip(surplus, self._borders, strict=True)
                    for item in border.overlap[repeats:]]  # fmt: skip
        return None

    def _list_surplus(self, total: int) -> list[int]:
        """Return by how many items each page is longer than its place in the list allows."""
        left = [max(0, total - number * self.per_page) for number in range(self.pages)]
        return [max(0, border.items - min(self.per_page, places))
                for border, places in zip(self._borders, left, strict=True)]  # fmt: skip


def _fits(surplus: Sequence[int], borders: Sequence[Border]) -> bool:
    """Tell whether each page begins with as many repeats as it is too long."""
    return len(surplus) == len(borders) and all(
        repeats <= len(border.overlap) for repeats, border in zip(surplus, borders, strict=True)
    )


def _count_places(items: Sequence[Item]) -> int:
    return len(items)


def _count_postings(items: Sequence[Item]) -> int:
    return sum(one.postings for one in items)


def _measure_overlap(before: Sequence[bytes], page: Sequence[bytes]) -> int:
    """Return the length of the longest end of one page with which the next one begins."""
    for length in range(min(len(before), len(page)), 0, -1):
        if before[-length] == page[0] and before[-length:] == page[:length]:
            return length
    return 0
