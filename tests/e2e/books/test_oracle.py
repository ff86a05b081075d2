"""Beancount, which shares no code with the package, has the same balances of the same ledger."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest
from beancount.core.data import Transaction
from beancount.core.inventory import Inventory
from beancount.loader import load_string

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(1800)]

CURRENCIES = {"10": "USD", "20": "KWD"}


def write_ledger(rows: Iterable[dict[str, str]], currency: str) -> str:
    """Write a ledger as beancount's text; the classes of accounts do not matter to it."""
    legs = sorted(rows, key=lambda row: (row["posted_on"], row["transaction_type"],
                                         row["transaction_id"]))  # fmt: skip
    accounts = sorted({row["account_id"] for row in legs})
    lines = [f"1970-01-01 open Assets:A{account} {currency}" for account in accounts]
    for (day, kind, key), entry in groupby(
        legs, key=lambda row: (row["posted_on"], row["transaction_type"], row["transaction_id"])
    ):
        lines.append(f'{day} * "{kind} {key}"')
        lines += [f"  Assets:A{row['account_id']}  {row['amount']} {currency}" for row in entry]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("organization", CURRENCIES)
@pytest.mark.parametrize("end", ["2025-03-31", "2025-12-31", "2026-03-31"])
def test_balances_are_those_of_beancount(
    duckdb: dict[str, Any], organization: str, end: str
) -> None:
    """At the end of a month beancount, which checks each transaction, has the same balances."""
    rows = [row for row in duckdb["rows"]["general_ledger"]
            if (row["organization_id"], row["basis"]) == (organization, "accrual")]  # fmt: skip
    entries, errors, _ = load_string(write_ledger(rows, CURRENCIES[organization]))
    assert errors == []
    sums: dict[str, Inventory] = defaultdict(Inventory)
    for entry in entries:
        if isinstance(entry, Transaction) and entry.date.isoformat() <= end:
            for posting in entry.postings:
                sums[posting.account.removeprefix("Assets:A")].add_position(posting)
    theirs = {account: sum((one.units.number or Decimal(0) for one in held), Decimal(0))
              for account, held in sums.items()}  # fmt: skip
    ours = {row["account_id"]: Decimal(row["closing_balance"])
            for row in duckdb["rows"]["account_balances_monthly"]
            if (row["organization_id"], row["basis"], row["period_end"])
            == (organization, "accrual", end)}  # fmt: skip
    assert len(theirs) >= 5
    assert ours == theirs
