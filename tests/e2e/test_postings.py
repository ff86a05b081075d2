"""Postings of one account never collapse: not those without an id, nor equal ones."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sandbox import Oddity
from tests.conftest import Run, Service

Make = Callable[..., Service]
PLENTY = {"requests_per_minute": 10**6, "daily_quota": 10**6}
STREAM, PATH = "account_transactions", "chartofaccounts/transactions"
OPENING = {"transaction_id": "", "transaction_type": "opening_balance", "credit": 100.0}
LEG = {"categorized_transaction_id": "7", "debit": "", "fcy_debit": "5.50", "fcy_credit": ""}


def keys(run: Run) -> list[tuple[str, str, int]]:
    """Return the keys of all postings, in the order in which they came."""
    return [(one["account_id"], one["categorized_transaction_id"], one["line_number"])
            for one in run.records(STREAM)]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([OPENING], ["opening_balance"]),
        ([OPENING, OPENING], ["opening_balance", "opening_balance"]),
        ([{**OPENING, "transaction_date": "2026-04-01"}], ["opening_balance:2026-04-01"]),
        ([{**OPENING, "date": "2026-04-01"}], ["opening_balance:2026-04-01"]),
        ([{"transaction_id": " ", "transaction_type": "x"}], ["x"]),
        ([{"transaction_id": "9", "categorized_transaction_id": {}}], ["9"]),
        ([LEG, LEG], ["7", "7"]),
        ([LEG, {**LEG, "description": "x"}, LEG], ["7", "7", "7"]),
    ],
)
def test_each_posting_has_a_key(
    service: Make, rows: list[dict[str, Any]], found: list[str]
) -> None:
    """Each posting has a key of its own, which does not depend on the order of the response."""
    place = service(rows={"chartofaccounts": 2}, organizations=1, **PLENTY)
    before = len(place.complete([STREAM]).records(STREAM))
    place.world.oddities[PATH] = Oddity(rows=rows)
    first = place.complete([STREAM])
    place.world.oddities[PATH] = Oddity(rows=rows[::-1])
    second = place.complete([STREAM])
    assert len(first.records(STREAM)) == len(set(keys(first))) == before + 2 * len(rows)
    content = sorted(map(str, first.records(STREAM)))
    assert sorted(map(str, second.records(STREAM))) == content
    numbers = [one for _, one, _ in keys(first) if one in found]
    assert sorted(numbers) == sorted(found * 2)


def test_a_posting_without_anything_is_skipped(service: Make) -> None:
    """A posting that has neither an id nor a type is not invented one."""
    place = service(rows={"chartofaccounts": 2}, organizations=1, **PLENTY)
    place.world.oddities[PATH] = Oddity(rows=[{"credit": 1, "date": "2026-01-01"}])
    run = place.run([STREAM])
    assert getattr(run.failure, "name", "") == "key-missing"
    assert run.records(STREAM)


def test_amounts_in_foreign_currency_are_numbers(service: Make) -> None:
    """The amounts of a posting are numbers, blank ones null."""
    place = service(rows={"chartofaccounts": 1}, organizations=1, **PLENTY)
    place.world.oddities[PATH] = Oddity(rows=[LEG])
    (found,) = [one for one in place.complete([STREAM]).records(STREAM)
                if one["categorized_transaction_id"] == "7"]  # fmt: skip
    assert (found["fcy_debit"], found["fcy_credit"]) == (Decimal("5.50"), None)
    assert found["debit"] is None


@pytest.mark.parametrize("equal", [2, 250])
def test_equal_postings_over_pages(service: Make, equal: int) -> None:
    """Equal postings are as many as there are, also where a page ends between them."""
    place = service(rows={"chartofaccounts": 1}, organizations=1, **PLENTY)
    (organization,) = place.organizations
    (account,) = place.world.ids(organization, "chartofaccounts")
    row = place.world.rows(organization, PATH)[0]
    before = len(place.complete([STREAM]).records(STREAM))
    same = {**row, "categorized_transaction_id": "5", "account_id": account}
    for number in range(300):
        one = place.world.insert(organization, PATH, account_id=account)
        if number < equal:
            place.world.change(organization, PATH, one, **same)
    run = place.complete([STREAM])
    assert len(set(keys(run))) == len(run.records(STREAM)) == before + 300
    assert sum(one == "5" for _, one, _ in keys(run)) == equal


@pytest.mark.parametrize(
    "content",
    [{}, {"transactions": None}, {"transactions": {}}, {"transactions": ""}, {"postings": [LEG]},
     {"postings": [], "page_context": {"has_more_page": False}}, {"a": [], "b": []},
     {"account_transactions": [LEG]}, {"account_transactions": []}, {"data": [LEG]},
     {"transactions": [{"transaction_type": "invoice", "count": 12}]},
     {"transactions": [{"entity_type": "bill", "total": 3, "transaction_id": ""}, None]}],
)  # fmt: skip
def test_a_response_without_a_list_of_postings(service: Make, content: dict[str, Any]) -> None:
    """It is no empty list, nor are counts: the stream fails, and names those with postings."""
    place = service(rows={"chartofaccounts": 2}, organizations=1, **PLENTY)
    place.world.oddities[PATH] = Oddity(content=content)
    run = place.run([STREAM])
    assert getattr(run.failure, "name", "") == "no-postings"
    assert "journal_report" in str(run.failure)
    assert "ledger_entries" in str(run.failure)
    assert run.records(STREAM) == []


def test_an_account_without_postings(service: Make) -> None:
    """An empty list says that there are none."""
    place = service(rows={"chartofaccounts": 2}, organizations=1, **PLENTY)
    place.world.oddities[PATH] = Oddity(content={"transactions": []})
    assert place.complete([STREAM]).records(STREAM) == []
