"""Legs of transactions: walked out of their wrappers, numbered, and checked for balance."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from tap_zohobooks.reports.postings import (
    JOURNAL,
    LEDGER,
    Item,
    find_line_type,
    list_lines,
    list_transactions,
)

DAY = "2026-05-04"


def leg(account: str, debit: object = "", credit: object = "", **more: Any) -> dict[str, Any]:
    """Return a line of a ledger."""
    head = {"transaction_id": "7", "transaction_type": "bill", "account_id": account}
    return {**head, "debit": debit, "credit": credit, **more}


def test_every_wrapper_is_walked() -> None:
    """Lines are found in all wrappers, and in wrappers of wrappers."""
    inner = {"name": "b", "account_transactions": [leg("2"), leg("3")]}
    page = [{"name": "a", "account_transactions": [leg("1")]}, {"account_transactions": [inner]},
            {"account_transactions": []}]  # fmt: skip
    assert [one["account_id"] for item in list_lines(page) for one in item.legs] == ["1", "2", "3"]


def test_what_is_no_line_keeps_its_place() -> None:
    """A listed value that is no object is an item with an empty leg: it is counted, not lost."""
    assert [item.legs for item in list_lines([None, "x", leg("1")])] == [[{}], [{}], [leg("1")]]
    broken = {"date": "x", "account_transactions": [None, {"account_id": "1"}]}
    empty, legs = list_transactions([7, broken])
    assert (empty.legs, legs.legs[0]) == ([{}], {})


def test_a_journal_leg_has_the_fields_of_its_transaction() -> None:
    """Each leg says its transaction, date and number."""
    row = {"date": "04 May 2026", "transaction_id": "7", "entity_number": "B-1",
           "account_transactions": [{"account_id": "1", "debit_amount": 5}]}  # fmt: skip
    (item,) = list_transactions([row])
    assert item.legs == [{"date": "04 May 2026", "transaction_id": "7", "entity_number": "B-1",
                          "account_id": "1", "debit_amount": 5}]  # fmt: skip
    assert [*list_transactions([{"account_transactions": [row]}])] == [item]


def test_a_transaction_without_an_id() -> None:
    """Its id is of its content: equal transactions share it, others do not."""
    first = {"date": "04 May 2026", "account_transactions": [{"account_id": "1"}]}
    other = {"date": "05 May 2026", "account_transactions": [{"account_id": "1"}]}
    numbers = [item.legs[0]["transaction_id"] for item in list_transactions([first, first, other])]
    assert numbers[0] == numbers[1] != numbers[2]
    assert numbers[0].startswith("content:")


@pytest.mark.parametrize("order", [*permutations(range(4))])
def test_numbers_do_not_depend_on_the_order(order: tuple[int, ...]) -> None:
    """Lines are numbered by account and content, within what the report's key names."""
    legs = [leg("1", 5), leg("1", 5), leg("1", 2), leg("2", credit=12)]
    mixed = [legs[place] for place in order]
    rows = [*LEDGER.number_day(mixed, DAY)]
    found = [(row["account_id"], row["line_number"], row["debit"]) for row in rows]
    assert found == [("1", 1, 2), ("1", 2, 5), ("1", 3, 5), ("2", 1, "")]
    assert [row["line_number"] for row in JOURNAL.number_day(mixed, DAY)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("debit", "credit", "is_balanced"),
    [
        (Decimal("0.30"), Decimal("0.3"), True),
        ("0.30", Decimal("0.30"), True),
        (Decimal("0.30"), Decimal("0.31"), False),
        (Decimal("1E+2"), 100, True),
        (3, None, False),
        (0, "", True),
        ("-", 0, False),
        ([], 0, False),
    ],
)
def test_balance(debit: object, credit: object, *, is_balanced: bool) -> None:
    """A transaction is balanced if its amounts are, to the last digit, and all are numbers."""
    rows = [*LEDGER.number_day([leg("1", debit), leg("2", credit=credit)], DAY)]
    assert [row["is_balanced"] for row in rows] == [is_balanced] * 2


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"transaction_id": "7"}, "posting"),
        ({"transaction_id": 7, "transaction_details": "Opening Balance"}, "posting"),
        ({"transaction_id": "", "transaction_details": "Opening Balance"}, "opening"),
        ({"transaction_type": "opening_balance"}, "opening"),
        ({"transaction_id": " ", "transaction_details": "CLOSING BALANCE"}, "closing"),
        ({"name": "Total for Cash", "debit": 7}, "total"),
        ({"transaction_details": "Closing", "account_name": "Opening Balance Offset"}, "closing"),
        ({"account_name": "期首残高"}, "other"),
        ({}, "other"),
    ],
)
def test_the_type_of_a_line(row: dict[str, Any], kind: str) -> None:
    """What has a transaction is a posting; the others are known by their words, if at all."""
    assert find_line_type(row) == kind
    assert Item([row], b"").postings == (kind == "posting")


def test_lines_without_a_transaction() -> None:
    """They have a key of their own, of their type and day, and no balance."""
    lines = [{"account_id": number, "transaction_details": "Opening Balance"} for number in "12"]
    rows = [*LEDGER.number_day(lines, DAY)]
    assert {row["transaction_id"] for row in rows} == {"opening:2026-05-04"}
    assert [(row["line_number"], row["is_balanced"]) for row in rows] == [(1, None), (1, None)]
