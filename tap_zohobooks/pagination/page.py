"""One page of a list, parsed once: each row with its key and its time of change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_zohobooks.resources import MODIFIED
from tap_zohobooks.transform.timestamps import to_utc

if TYPE_CHECKING:
    from datetime import datetime

    from tap_zohobooks.transform.cleaner import Row

MAX_ROWS = 200

Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a page, its key, and its time of change as UTC text (None if it has none)."""

    key: Hashable
    time: str | None
    row: Row


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, and what its `page_context` states.

    If that does not state whether more rows follow (`has_more_known`), `has_more` is true while
    rows come.
    """

    entries: Sequence[Entry]
    has_more: bool
    served: datetime
    per_page: int | None = None
    sort_column: str | None = None
    sort_order: str | None = None
    has_more_known: bool = True

    @property
    def times(self) -> list[str | None]:
        """The time of change of each row, as UTC text."""
        return [entry.time for entry in self.entries]

    @property
    def distinct_times(self) -> int:
        """The number of different times of change."""
        return len(set(self.times))

    @property
    def order(self) -> tuple[str | None, str | None]:
        """The column and the direction by which the service says that it sorts the list."""
        return self.sort_column, self.sort_order

    def is_sorted(self, order: str) -> bool:
        """Tell whether echo and rows both show the order by time of change: `A` or `D`.

        A page that does not state whether it is the last counts as unsorted.
        """
        times = [time for time in self.times if time is not None]
        if len(times) < len(self.entries):
            return False
        is_monotonic = sorted(times) == (times if order == "A" else times[::-1])
        return is_monotonic and self.has_more_known and self.order == (MODIFIED, order)

    def is_only_at(self, instant: str) -> bool:
        """Tell whether all rows changed at one instant, as if the filter meant equality."""
        return all(time in {None, instant} for time in self.times)


Fetch = Callable[[Params], Page]


def parse_entries(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> list[Entry]:
    """Parse key and time of change of each row."""
    return [Entry(key(row), row_time(row), row) for row in rows]


def row_time(row: Row) -> str | None:
    """Return a row's time of change as UTC text, whose text order is time order."""
    value = row.get(MODIFIED)
    return to_utc(value) if isinstance(value, str) else None


def list_params(order: str | None = None, since: str | None = None) -> Params:
    """Return the parameters of an order by time of change, and of changes since an instant."""
    params: dict[str, str | int] = {}
    if order:
        params |= {"sort_column": MODIFIED, "sort_order": order}
    if since:
        params[MODIFIED] = filter_value(since)
    return params


def filter_value(instant: str) -> str:
    """Write UTC text in the only form that the service accepts as a filter."""
    return instant[:19] + "+0000"
