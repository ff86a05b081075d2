"""Which query parameters a call may have: those of the files, and those that are known besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockservice.traffic import Call


@dataclass(frozen=True, slots=True)
class Known:
    """Parameters that the file has not for these paths, and how it is known that they take them."""

    names: frozenset[str]
    paths: frozenset[str]
    why: str


def _find_rule(names: str, paths: str, why: str) -> Known:
    return Known(frozenset(names.split()), frozenset(paths.split()), why)


KNOWN: Final = (
    _find_rule(
        "sort_order",
        "/chartofaccounts /contacts /creditnotes /customerpayments /estimates /expenses /invoices"
        " /items /journals /projects /purchaseorders /recurringexpenses /recurringinvoices"
        " /salesorders /salesreceipts /vendorcredits /vendorpayments",
        "Goes with sort_column, which the file has; taken wherever it was tried.",
    ),
    _find_rule(
        "last_modified_time",
        "/contacts /creditnotes /customerpayments /estimates /expenses /items",
        "Not documented; connectors in production filter by it.",
    ),
    _find_rule(
        "last_modified_time",
        "/projects",
        "Not documented; the recorded page_context repeats it.",
    ),
    _find_rule(
        "filter_by",
        "/settings/taxes",
        "Recorded: page_context has applied_filter Taxes.Active where none is asked for.",
    ),
    _find_rule(
        "page per_page",
        "/{module_name}",
        "Every list takes them; the file's page_context has both.",
    ),
)


def beyond(calls: Iterable[Call]) -> Iterator[tuple[str, str, Known | None]]:
    """Yield each path and parameter that no file has, and how it is known; None if it is not."""
    asked = {
        (call.operation.path, name)
        for call in calls
        if call.operation is not None
        for name in call.parameters.keys() - call.operation.query
    }
    for path, name in sorted(asked):
        fitting = (one for one in KNOWN if name in one.names and path in one.paths)
        yield path, name, next(fitting, None)
