"""Days of the activity log, and what an event says was deleted."""

from __future__ import annotations

from datetime import date

import pytest

from tap_zohobooks.reports.activities import Deletion, choose_days, find_bookmark, find_stream
from tap_zohobooks.transform.periods import Period

FIRST, TODAY = date(2026, 1, 15), date(2026, 3, 10)
INVOICE = {"transaction_type": "invoice", "transaction_id": "7", "transaction_name": "INV-1"}


@pytest.mark.parametrize(
    ("bookmark", "days"),
    [
        (None, [("2026-01-15", "2026-01-31"), ("2026-02-01", "2026-02-28"),
                ("2026-03-01", "2026-03-10")]),
        ("2026-03-09", [("2026-03-08", "2026-03-10")]),
        ("2026-03-01", [("2026-02-28", "2026-02-28"), ("2026-03-01", "2026-03-10")]),
        ("2026-01-10", [("2026-01-15", "2026-01-31"), ("2026-02-01", "2026-02-28"),
                        ("2026-03-01", "2026-03-10")]),
        ("2026-03-12", []),
    ],
)  # fmt: skip
def test_days(bookmark: str | None, days: list[tuple[str, str]]) -> None:
    """The last two days that were read are read again, none before the first one."""
    found = choose_days(FIRST, TODAY, bookmark)
    assert [(str(one.first), str(one.last)) for one in found] == days


@pytest.mark.parametrize(
    ("last", "bookmark"), [(TODAY, "2026-03-09"), (date(2026, 2, 28), "2026-02-28")]
)
def test_a_day_that_is_not_over(last: date, bookmark: str) -> None:
    """The bookmark stays before today: more may happen."""
    assert find_bookmark(Period(FIRST, last), TODAY) == bookmark


@pytest.mark.parametrize(
    ("details", "deletion"),
    [
        ({**INVOICE, "operation_type": "deleted"}, Deletion("invoice", "7", "INV-1", "invoices")),
        ({**INVOICE, "operation_type": " Delete"}, Deletion("invoice", "7", "INV-1", "invoices")),
        ({**INVOICE, "operation_type": "updated"}, None),
        ({**INVOICE, "operation_type": "deleted", "transaction_id": ""}, None),
        ({"operation_type": "deleted", "transaction_id": "7"}, None),
        ({"operation_type": "deleted", "transaction_id": 7, "transaction_type": "moon"},
         Deletion("moon", "7", None, None)),
        ("deleted", None),
        (None, None),
    ],
)  # fmt: skip
def test_deletions(details: object, deletion: Deletion | None) -> None:
    """An event is a deletion if it says so, and names a document."""
    assert Deletion.read({"activity_id": "1", "activity_details": details}) == deletion


@pytest.mark.parametrize(
    ("entity", "stream"),
    [
        ("vendor_credit", "vendor_credits"),
        ("creditnote", "credit_notes"),
        ("Customer Payment", "customer_payments"),
        ("salesorder", "sales_orders"),
        ("contact", "contacts"),
        ("bills", "bills"),
        ("time_entry", None),
        ("", None),
    ],
)
def test_the_stream_of_an_entity(entity: str, stream: str | None) -> None:
    """The service's word for an entity names the list whose rows it is one of."""
    assert find_stream(entity) == stream
