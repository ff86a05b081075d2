"""Judge from the responses of a list what it does with order, filter and page size; no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tap_zohobooks.resources import MODIFIED

if TYPE_CHECKING:
    from collections.abc import Sequence

HONOURED, IGNORED, REFUSED, UNKNOWN = "honoured", "ignored", "refused", "unknown"
EXACT, HIDING = "only rows of that instant", "newer rows are hidden"

Context = Mapping[str, Any]


def get_context(document: Mapping[str, Any]) -> Context:
    """Return the `page_context` of a response, or the only one of a list; empty without one."""
    match document.get("page_context"):
        case dict(context) | [dict(context)]:
            return context
    return {}


def judge_size(asked: int, rows: int, context: Context) -> str:
    """Judge a page: the number of rows that were asked for, and that came."""
    if rows > asked:
        return IGNORED
    stated = context.get("per_page")
    if type(stated) is int and stated:
        return HONOURED if stated == asked else IGNORED
    return HONOURED if rows == asked else UNKNOWN


def judge_order(times: Sequence[str | None], context: Context) -> str:
    """Judge rows asked oldest first by time of change: their times (UTC text), and the echo."""
    known = [time for time in times if time is not None]
    echo = context.get("sort_column"), context.get("sort_order")
    if sorted(known) != known or (echo[0] is not None and echo != (MODIFIED, "A")):
        return IGNORED
    return HONOURED if echo[0] is not None or len(set(known)) > 1 else UNKNOWN


def choose_start(times: Sequence[str | None]) -> str | None:
    """Return a time of change with older and, if possible, newer rows; None if there is none."""
    distinct = sorted({time for time in times if time is not None})
    return distinct[len(distinct) // 2] if len(distinct) > 1 else None


def judge_filter(since: str, known: Sequence[str | None], times: Sequence[str | None]) -> str:
    """Judge a filter by the time `since`: the `times` that came, and those without the filter."""
    if any(time is None or time < since for time in times):
        return IGNORED
    is_newer_known = any(time is not None and time > since for time in known)
    if not times:
        return HIDING
    if is_newer_known and set(times) == {since}:
        return EXACT
    return HONOURED


def judge_report(asked: Mapping[str, str | int], context: Context) -> str:
    """Judge by its echo whether a report covers the range that was asked for."""
    applied = context.get("applied_filter")
    if applied is None:
        return UNKNOWN
    return HONOURED if applied == asked["filter_by"] else IGNORED
