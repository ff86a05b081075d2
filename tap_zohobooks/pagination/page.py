"""One page of a list, and what fetches it."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Mapping,
)
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tap_zohobooks.resources import MODIFIED
from tap_zohobooks.transform.timestamps import to_utc

if TYPE_CHECKING:
    from datetime import datetime

    from tap_zohobooks.transform.cleaner import Row

MAX_ROWS = 200


Params = Mapping[str, str | int]


@dataclass(frozen=True)
class Page:
    """One page of a list, with what the service said of it.

    Where it did not say whether there are more rows (`has_more_known`), there may be while any
    come.
    """

    rows: list[Row]
    has_more: bool
    served: datetime
    per_page: int | None = None
    sort_column: str | None = None
    sort_order: str | None = None
    has_more_known: bool = True

    @cached_property
    def times(self) -> list[str | None]:
        """When each row last changed, as UTC text."""
        return [row_time(row) for row in self.rows]

    def is_sorted(self, order: str) -> bool:
        """Tell whether the echo and the rows both say that the time of change orders the page.

        One that does not say whether it is the last is read by place: order alone ends nothing.
        """
        known = [time for time in self.times if time is not None]
        if len(known) < len(self.rows):
            return False
        rising = sorted(known) == (known if order == "A" else known[::-1])
        echo = (self.sort_column, self.sort_order)
        return rising and self.has_more_known and echo == (MODIFIED, order)


Fetch = Callable[[Params], Page]


def row_time(row: Row) -> str | None:
    """Return when a row last changed, as UTC text whose order is time order."""
    value = row.get(MODIFIED)
    return to_utc(value) if isinstance(value, str) else None


def filter_value(instant: str) -> str:
    """Write UTC text in the only form that the service takes as a filter."""
    return instant[:19] + "+0000"
