"""Check that a report is of the range and basis for which it was requested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_zohobooks.transform.timestamps import to_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CASH = "cash"


def read_context(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a response says of itself; empty if it says nothing."""
    match document.get("page_context"):
        case dict(context) | [dict(context), *_]:
            return context
        case _:
            return {}


def find_mismatch(
    document: Mapping[str, Any], query: Mapping[str, object], *, is_as_of: bool, has_basis: bool
) -> str | None:
    """Return in what a response differs from its request; None if it is what was requested.

    A response that does not say of which range it is differs, too, and one that does not say of
    which basis it is, if that is not the default.
    """
    context = read_context(document)
    return next(_find_mismatches(context, query, is_as_of=is_as_of, has_basis=has_basis), None)


def _find_mismatches(
    context: Mapping[str, Any], query: Mapping[str, object], *, is_as_of: bool, has_basis: bool
) -> Iterator[str]:
    applied = context.get("applied_filter")
    if applied not in (None, "", query["filter_by"]):
        yield f"by {applied}"
    ends = [one for one in (context.get("to_date"), context.get("as_of_date")) if one]
    if not ends:
        yield "of no date"
    if wrong := [one for one in ends if _read_day(one) != query["to_date"]]:
        yield f"up to {wrong[0]}"
    first = context.get("from_date")
    if first and not is_as_of and _read_day(first) != query["from_date"]:
        yield f"from {first}"
    if has_basis:
        yield from _find_other_basis(context, is_cash=query.get("cash_based") == "true")


def _find_other_basis(context: Mapping[str, Any], *, is_cash: bool) -> Iterator[str]:
    basis = context.get("report_basis")
    if isinstance(basis, str) and basis.strip():
        if (basis.strip().lower() == CASH) is not is_cash:
            yield f"on {basis} basis"
    elif is_cash and str(context.get("cash_based")).lower() != "true":
        yield "of no basis"


def _read_day(value: object) -> str | None:
    return to_date(value) if isinstance(value, str) else None
