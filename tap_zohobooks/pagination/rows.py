"""Good answers, read: where the rows are, what the page says, which key a row has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.pagination.page import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.transform.cleaner import Row

_ENVELOPE = frozenset({"code", "message", "page_context"})


def rows_of(document: dict[str, Any], rows_key: str, key: str = "") -> list[Row]:
    """Return the rows of an answer: those under the expected key, or under the only other one.

    An answer that bears the `key` of a row itself is that row, not wrapped in anything.

    Raises:
        ServiceError: The answer holds no rows that could be told from the rest.
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
    """Tell whether an answer says what there is: a list, though it be empty, or rows elsewhere.

    One that only says that all went well may mean that there is nothing, or be cut short.
    """
    lists = [value for name, value in document.items() if name not in _ENVELOPE]
    return any(isinstance(value, list) for value in lists) or bool(rows_of(document, rows_key))


def page_of(answer: Response, rows_key: str) -> Page:
    """Return an answer as a page; its context is an object, or the only one of a list.

    Raises:
        ServiceError: It holds no rows that could be told from the rest.
    """
    rows = rows_of(answer.document, rows_key)
    match answer.document.get("page_context"):
        case dict(context) | [dict(context)]:
            pass
        case _:
            context = {}
    per_page, has_more = context.get("per_page"), context.get("has_more_page")
    has_more_known = isinstance(has_more, bool)
    return Page(
        rows,
        has_more=has_more is True if has_more_known else bool(rows),
        served=answer.served,
        per_page=per_page if isinstance(per_page, int) and per_page > 0 else None,
        sort_column=context.get("sort_column"),
        sort_order=context.get("sort_order"),
        has_more_known=has_more_known,
    )


def checked_key(stream: str, row: Row, columns: Sequence[str]) -> str:
    """Return what tells a row from others of its organization.

    Raises:
        ServiceError: A part of it is missing.
    """
    if len(columns) == 1 and (only := row.get(columns[0])):
        return str(only)  # nearly always, and for every row
    parts = [row.get(column) for column in columns]
    if all(parts):
        return " ".join(map(str, parts))
    raise Reason.KEY_MISSING.error(stream=stream, key=" ".join(columns), fields=sorted(row))
