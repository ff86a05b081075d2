"""Parse a response once as a page of a list: each row with its key and its time of change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.resources import MODIFIED
from tap_zohobooks.transform.timestamps import to_utc

if TYPE_CHECKING:
    from datetime import datetime

    from tap_zohobooks.transform.cleaner import Row

MAX_ROWS = 200
_ENVELOPE = frozenset({"code", "message", "page_context"})

Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a page, its key, and its time of change as UTC text (None if it has none)."""

    key: Hashable
    time: str | None
    row: Row

    def is_due(self, since: str | None) -> bool:
        """Tell whether it changed at or after an instant; a row without a time is always due."""
        return since is None or self.time is None or self.time >= since


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


def rows_of(document: dict[str, Any], rows_key: str, key: str = "") -> list[Row]:
    """Return the rows of a response: those under the expected key, or under the only other one.

    A response that has the `key` of a row itself is that row without an envelope.

    Raises:
        ServiceError: No key of the response, or more than one, can hold the rows.
    """
    names = [rows_key] if rows_key in document else [n for n in document if n not in _ENVELOPE]
    if key in names:
        return [{name: document[name] for name in names}]
    match [document[name] for name in names]:
        case [list(rows)]:
            return rows
        case [dict(row)]:
            return [row]
        case ["" | None] | []:
            return []
    raise Reason.NO_ROWS.error(keys=sorted(document), wanted=rows_key)


def shows_rows(document: dict[str, Any], rows_key: str) -> bool:
    """Tell whether a response states what exists: a list, even an empty one, or other rows.

    One that only reports success may mean that nothing exists, or be incomplete.
    """
    lists = [value for name, value in document.items() if name not in _ENVELOPE]
    return any(isinstance(value, list) for value in lists) or bool(rows_of(document, rows_key))


def find_hiding_filter(document: Mapping[str, Any], query: Mapping[str, str]) -> str | None:
    """Return the filter that a response names, if it hides rows and was not asked for."""
    match document.get("page_context"):
        case {"applied_filter": str(applied)} | [{"applied_filter": str(applied)}]:
            asked = applied in {"", query.get("filter_by")} or applied.endswith(".All")
            return None if asked else applied
        case _:
            return None


def parse_page(
    document: dict[str, Any], served: datetime, rows_key: str, key: Callable[[Row], Hashable]
) -> Page:
    """Parse a response as a page; its context is an object, or the only one of a list.

    `key` returns what identifies a row of this endpoint.

    Raises:
        ServiceError: The response has no rows that can be found, or a row without its key.
    """
    rows = rows_of(document, rows_key)
    match document.get("page_context"):
        case dict(context) | [dict(context)]:
            pass
        case _:
            context = {}
    per_page, has_more = context.get("per_page"), context.get("has_more_page")
    has_more_known = isinstance(has_more, bool)
    return Page(
        parse_entries(rows, key),
        has_more=has_more is True if has_more_known else bool(rows),
        served=served,
        per_page=per_page if isinstance(per_page, int) and per_page > 0 else None,
        sort_column=context.get("sort_column"),
        sort_order=context.get("sort_order"),
        has_more_known=has_more_known,
    )


def row_key(stream: str, columns: Sequence[str], row: Row) -> str:
    """Return the key of a row within its organization: its key columns, joined by spaces.

    Raises:
        ServiceError: A key column is empty.
    """
    if len(columns) == 1 and (only := row.get(columns[0])):
        return str(only)  # nearly always, and for every row
    parts = [row.get(column) for column in columns]
    if all(parts):
        return " ".join(map(str, parts))
    raise Reason.KEY_MISSING.error(stream=stream, key=" ".join(columns), fields=sorted(row))


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


def select_due(entries: Iterable[Entry], since: str | None) -> list[Entry]:
    """Return the rows that changed at or after an instant, and those without a time."""
    return [entry for entry in entries if entry.is_due(since)]


def split_by_time(entries: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Return the rows without a time of change, and the others in its order."""
    known = list(entries)
    return [one for one in known if not one.time], sort_by_time(one for one in known if one.time)


def sort_by_time(entries: Iterable[Entry]) -> list[Entry]:
    """Return rows in the order of their time of change."""
    return sorted(entries, key=lambda entry: entry.time or "")
