"""A target of reports, and the sums that a world has posted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.api.reports.answers import read_book

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox import World
    from tests.conftest import Run

Row = dict[str, Any]
STATEMENTS = ("balance_sheet", "cash_flow", "movement_of_equity", "profit_and_loss",
              "trial_balance")  # fmt: skip
MONTHS_27: dict[str, Any] = {"report_start_date": "2024-09-01", "report_basis": "both"}
# What the double does not answer, as the facts of the service do not show it: 404.
ABSENT = {
    "ap_aging_details", "delivery_challan_details_report", "expenses_by_employee",
    "expenses_by_project", "payable_summary", "receivable_summary",
}  # fmt: skip
ONCE: dict[str, Any] = {"report_start_date": "2018-01-01", "report_period": "whole"}
PERIOD = ("organization_id", "basis", "from_date", "to_date")


def log_deletion(world: World) -> None:
    """Delete an estimate, which books nothing, so that the activity log holds a deletion."""
    organization = next(iter(world.holdings))
    world.delete(organization, "estimates", max(world.ids(organization, "estimates")))


@dataclass
class Target:
    """The tables of a warehouse: an upsert by key, and the newest complete read of a period."""

    keys: dict[str, list[str]] = field(default_factory=dict)
    tables: dict[str, dict[tuple[Any, ...], Row]] = field(default_factory=lambda: defaultdict(dict))

    def load(self, run: Run) -> Target:
        """Load what a run has written, whole or not."""
        for message in run.messages:
            if message["type"] == "SCHEMA":
                self.keys[message["stream"]] = message["key_properties"]
            elif message["type"] == "RECORD":
                row, name = message["record"], message["stream"]
                self.tables[name][tuple(row[key] for key in self.keys[name])] = row
        return self

    def read(self, stream: str) -> list[Row]:
        """Return the rows of the newest complete read of each period."""
        reads: dict[tuple[Any, ...], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in self.tables[stream].values():
            period = tuple(row.get(name) for name in PERIOD)
            reads[period][row["read_at"]].append(row)
        found: list[Row] = []
        for times in reads.values():
            whole = [at for at, rows in times.items() if len(rows) == rows[0]["period_rows"]]
            found += times[max(whole)] if whole else []
        return found

    def sum_accounts(
        self, stream: str, *, is_debit: bool = False
    ) -> dict[tuple[Any, ...], Decimal]:
        """Sum the accounts of a stream by period and account; those of 0 are left out."""
        found: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
        for row in self.read(stream):
            if row["row_type"] == "account":
                amount = (row["debit"] or 0) - (row["credit"] or 0) if is_debit else row["amount"]
                found[(*(row[name] for name in PERIOD[:3]), row["account_id"])] += amount
        return {key: amount for key, amount in found.items() if amount}


def sum_legs(
    world: World, kinds: Iterable[str] = (), first: str = "2024-09-01"
) -> dict[tuple[Any, ...], Decimal]:
    """Sum what is posted by organization, basis, month and account; debits less credits."""
    found: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for key, own in world.holdings.items():
        book, wanted = read_book(own), {*kinds}
        for basis in ("accrual", "cash"):
            for leg in book.get_legs(is_cash=basis == "cash"):
                if leg.date >= first and (
                    not wanted or book.accounts[leg.account_id].kind in wanted
                ):
                    found[key, basis, f"{leg.date[:7]}-01", leg.account_id] += leg.amount
    return {key: amount for key, amount in found.items() if amount}
