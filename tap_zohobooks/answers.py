"""Good answers, read: where the rows are, what the page says, which key a row has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_zohobooks.errors import ServiceError
from tap_zohobooks.pagination import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_zohobooks.client import Answer
    from tap_zohobooks.records import Row

_ENVELOPE = frozenset({"code", "message", "page_context"})


def rows_of(document: dict[str, Any], rows_key: str) -> list[Row]:
    """Return the rows of an answer: those under the expected key, or under the only other one.

    Raises:
        ServiceError: The answer holds no rows that could be told from the rest.
    """
    names = [rows_key] if rows_key in document else [n for n in document if n not in _ENVELOPE]
    match [document[name] for name in names]:
        case [list(rows)]:
            return rows
        case [dict(row)]:
            return [row]
        case [""] | []:
            return []
    msg = f"An answer with the keys {sorted(document)} has no '{rows_key}' to read rows from."
    raise ServiceError(msg)


def page_of(stream: str, answer: Answer, rows_key: str, *, is_paged: bool = True) -> Page:
    """Return an answer as a page; one that need not be paged may be all there is.

    Raises:
        ServiceError: It is not one, or holds no rows.
    """
    context = answer.document.get("page_context", None if is_paged else {})
    if not isinstance(context, dict):
        msg = f"Stream '{stream}': a page came without page_context; is this Zoho Books?"
        raise ServiceError(msg)
    per_page = context.get("per_page")
    return Page(
        rows_of(answer.document, rows_key),
        has_more=context.get("has_more_page") is True,
        served=answer.served,
        per_page=per_page if isinstance(per_page, int) and per_page > 0 else None,
        sort_column=context.get("sort_column"),
        sort_order=context.get("sort_order"),
    )


def checked_key(stream: str, row: Row, columns: Sequence[str]) -> str:
    """Return what tells a row from others of its organization.

    Raises:
        ServiceError: A part of it is missing.
    """
    parts = [row.get(column) for column in columns]
    if all(parts):
        return " ".join(map(str, parts))
    msg = (
        f"Stream '{stream}': a row came without its key '{' '.join(columns)}', so it cannot be "
        f"told from others; its fields are {sorted(row)}. Report this line."
    )
    raise ServiceError(msg)
