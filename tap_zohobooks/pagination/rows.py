"""Parse successful responses: find the rows, the page context, and the key of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.pagination.page import Page, parse_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import datetime

    from tap_zohobooks.transform.cleaner import Row

_ENVELOPE = frozenset({"code", "message", "page_context"})


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


def row_key(stream: str, row: Row, columns: Sequence[str]) -> str:
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
