"""Parse a response once as a page of a list: each row with its key and its time of change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.resources import MODIFIED
from tap_zohobooks.transform.numbers import can_identify
from tap_zohobooks.transform.timestamps import to_utc

if TYPE_CHECKING:
    from datetime import datetime

    from tap_zohobooks.transform.cleaner import Row

MAX_ROWS = 200
NO_ROW, NO_KEY = "no row", "no key"
_ENVELOPE = frozenset({"code", "message", "page_context"})

Params = Mapping[str, str | int]


class Entry(msgspec.Struct, frozen=True):
    """One row of a page, its key, and its time of change as UTC text (None if it has none)."""

    key: Hashable
    time: str | None
    row: Row

    def is_due(self, since: str | None) -> bool:
        """Tell whether it changed at or after an instant; what shows no time is always due."""
        return since is None or self.time is None or self.time >= since or not self.row


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


def rows_of(document: Mapping[str, Any], rows_key: str, key: str = "") -> list[Row]:
    """Return the rows of a response that are objects: see `find_rows`.

    A response that has the `key` of a row itself is that row without an envelope.

    Raises:
        ServiceError: No key of the response, or more than one, can hold the rows.
    """
    if key in document and rows_key not in document:
        return [{name: document[name] for name in document if name not in _ENVELOPE}]
    return [row for row in find_rows(document, rows_key) if isinstance(row, dict) and row]


def find_rows(document: Mapping[str, Any], *names: str) -> list[Any]:
    """Return what is listed under the first of the names, or under the only other key.

    An object stands for a list of one, an empty one for none.

    Raises:
        ServiceError: No key of the response, or more than one, can hold the rows.
    """
    match [document[name] for name in _find_names(document, names)]:
        case [list(rows)]:
            return rows
        case [dict(row)]:
            return [row] if row else []
        case ["" | None] | []:
            return []
    raise Reason.NO_ROWS.error(keys=sorted(document), wanted=names[0])


def to_row(value: object) -> Row:
    """Return what is listed as a row; an empty one if it is no object."""
    return value if isinstance(value, dict) else {}


def _find_names(document: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    expected = [name for name in names if name in document]
    return expected[:1] or [name for name in document if name not in _ENVELOPE]


def shows_rows(document: Mapping[str, Any], *names: str) -> bool:
    """Tell whether a response states what exists: by the expected list, or by rows elsewhere.

    One that only reports success may mean that nothing exists, or be incomplete; so may one that
    holds an empty list of something else.
    """
    is_list = any(isinstance(document[name], list) for name in _find_names(document, names))
    return (is_list and _is_expected(document, names)) or bool(find_rows(document, *names))


def _is_expected(document: Mapping[str, Any], names: Sequence[str]) -> bool:
    """Tell whether the rows are under a name of this endpoint."""
    return any(_is_alike(name, one) for name in _find_names(document, names) for one in names)


def _is_alike(name: str, expected: str) -> bool:
    """Tell whether two keys are spellings of one: `vendor_credits`, `vendorcredits`, singular."""
    one, other = (key.replace("_", "").rstrip("s") for key in (name, expected))
    return one == other


def parse_page(
    document: Mapping[str, Any],
    served: datetime,
    rows_key: str,
    key: Callable[[Row], Hashable | None],
    *others: str,
) -> Page:
    """Parse a response as a page; its context is an object, or the only one of a list.

    `key` returns what identifies a row of this endpoint, None if the row does not say. `others`
    are other names of the rows.

    Raises:
        ServiceError: The response has no rows that can be found.
    """
    entries = _parse_rows(document, key, (rows_key, *others))
    context = _read_context(document)
    per_page, has_more = context.get("per_page"), context.get("has_more_page")
    has_more_known = isinstance(has_more, bool)
    return Page(
        entries,
        has_more=has_more is True if has_more_known else bool(entries),
        served=served,
        per_page=per_page if type(per_page) is int and per_page > 0 else None,
        sort_column=_read_text(context, "sort_column"),
        sort_order=_read_text(context, "sort_order"),
        has_more_known=has_more_known,
    )


def _parse_rows(
    document: Mapping[str, Any], key: Callable[[Row], Hashable | None], names: Sequence[str]
) -> list[Entry]:
    """Parse the rows of a response; one without a key is none of this endpoint elsewhere."""
    entries = parse_entries(find_rows(document, *names), key)
    if entries and not (_is_expected(document, names) or any(map(_has_key, entries))):
        raise Reason.NO_ROWS.error(keys=sorted(document), wanted=names[0])
    return entries


def _read_context(document: Mapping[str, Any]) -> dict[str, Any]:
    match document.get("page_context"):
        case dict(context) | [dict(context)]:
            return context
        case _:
            return {}


def read_page_number(document: Mapping[str, Any]) -> int | None:
    """Return the number of a page, from 1; None if it does not say."""
    number = _read_context(document).get("page")
    return number if type(number) is int and number > 0 else None


def _read_text(context: Mapping[str, Any], name: str) -> str | None:
    value = context.get(name)
    return value if isinstance(value, str) else None


def is_key(value: object) -> bool:
    """Tell whether a value identifies a row: a whole number, or text that may be an id."""
    return type(value) is int or (isinstance(value, str) and can_identify(value))


def has_keys(row: Row, columns: Iterable[str]) -> bool:
    """Tell whether a row says what identifies it."""
    return all(map(is_key, map(row.get, columns)))


def row_key(columns: Sequence[str], row: Row) -> str | None:
    """Return the key of a row within its organization: its key columns, joined by spaces.

    None if one is no key.
    """
    only = row.get(columns[0])
    if len(columns) == 1 and isinstance(only, str) and can_identify(only):
        return only  # nearly always, and for every row
    return " ".join(str(row[column]) for column in columns) if has_keys(row, columns) else None


def parse_entries(rows: Iterable[object], key: Callable[[Row], Hashable | None]) -> list[Entry]:
    """Parse key and time of change of each row; what is no object is an empty row.

    Such a row, and one without a key, keeps its place, so that the rows behind it keep theirs: it
    is identified by its content. A row that is no object has the time of the one before it, as it
    shows none that could be out of order.
    """
    entries: list[Entry] = []
    for place, value in enumerate(rows):
        if row := to_row(value):
            found = key(row)
            entries.append(Entry(row_content(row) if found is None else found, row_time(row), row))
        else:
            time = entries[-1].time if entries else _find_time(rows)
            entries.append(Entry((NO_ROW, place), time, {}))
    return entries


def _has_key(entry: Entry) -> bool:
    return not isinstance(entry.key, tuple)


def row_content(row: Row) -> Hashable:
    """Return what identifies a row that has no key: its content."""
    return NO_KEY, msgspec.json.encode(row, order="sorted")


def _find_time(rows: Iterable[object]) -> str | None:
    """Return the time of change of the first row that has one."""
    times = (row_time(to_row(row)) for row in rows)
    return next((time for time in times if time), None)


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
    """Return rows in the order of their time of change, first what is no row: it shows no time."""
    return sorted(entries, key=lambda entry: (entry.row and entry.time) or "")
