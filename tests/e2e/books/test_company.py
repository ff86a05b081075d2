"""The books of a company that was worked by hand, on PostgreSQL and DuckDB."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.books.accounts import AR, BANK, SALES

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(1800)]

PASSED = {"pass", "success"}


def pick(run: dict[str, Any], table: str, **values: str) -> list[dict[str, str]]:
    """Return the rows of a table that have these values."""
    return [
        row for row in run["rows"][table] if all(row[name] == one for name, one in values.items())
    ]


def only(run: dict[str, Any], table: str, **values: str) -> dict[str, str]:
    """Return the only row of a table that has these values."""
    (row,) = pick(run, table, **values)
    return row


@pytest.mark.parametrize("database", ["duckdb", "postgres"])
def test_every_model_and_test_is_green(database: str, request: pytest.FixtureRequest) -> None:
    """All models are built, each tie has compared figures, and none of them differs."""
    run = request.getfixturevalue(database)
    assert {key for key, one in run["statuses"].items() if one not in PASSED} == set(), run["log"]
    assert run["code"] == 0
    ties = [key for key in run["statuses"] if ".tie_" in key]
    assert len(ties) == 21
    assert sum(key.startswith("unit_test.") for key in run["statuses"]) >= 4


def test_both_databases_have_the_same_books(
    duckdb: dict[str, Any], postgres: dict[str, Any]
) -> None:
    """Every table has the same rows on both, value by value."""
    assert duckdb["rows"].keys() == postgres["rows"].keys()
    assert len(duckdb["rows"]) > 50
    for table, rows in duckdb["rows"].items():
        assert rows == postgres["rows"][table], table


@pytest.mark.parametrize(
    ("organization", "year", "profits"),
    [
        ("10", "2025", {"gross_profit": "3140", "operating_profit": "500", "net_profit": "185"}),
        ("10", "2026", {"gross_profit": "1900", "operating_profit": "1335", "net_profit": "1323"}),
        ("20", "2025", {"gross_profit": "132.925", "net_profit": "115.025"}),
        ("20", "2026", {"net_profit": "5.999"}),
    ],
)
def test_profit_is_that_of_the_hand(
    duckdb: dict[str, Any], organization: str, year: str, profits: dict[str, str]
) -> None:
    """The months of a fiscal year add up to the profits of `statements.py`."""
    for name, amount in profits.items():
        rows = pick(duckdb, "profit_and_loss", organization_id=organization, basis="accrual",
                    fiscal_year=year, row_key=name)  # fmt: skip
        assert sum(Decimal(row["amount"]) for row in rows) == Decimal(amount)


def test_the_cash_basis_has_books_of_its_own(duckdb: dict[str, Any]) -> None:
    """Income counts when it is paid: 30.375 + 102.000, less 5.005 that were spent."""
    rows = pick(duckdb, "profit_and_loss", organization_id="20", basis="cash", fiscal_year="2025",
                row_key="net_profit")  # fmt: skip
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal("127.370")
    assert pick(duckdb, "profit_and_loss", organization_id="10", basis="cash") == []


@pytest.mark.parametrize(
    ("organization", "day", "totals"),
    [
        ("10", "2025-03-31", ("71038", "10853", "60185")),
        ("10", "2026-03-31", ("75791", "14283", "61508")),
        ("20", "2025-12-31", ("1128.889", "13.864", "1115.025")),
        ("20", "2026-03-31", ("1134.888", "13.864", "1121.024")),
    ],
)
def test_the_sheet_is_that_of_the_hand(
    duckdb: dict[str, Any], organization: str, day: str, totals: tuple[str, str, str]
) -> None:
    """Assets, liabilities and equity at the ends of the years."""
    found = tuple(
        only(duckdb, "balance_sheet", organization_id=organization, basis="accrual",
             period_end=day, row_key=f"total_{name}")["amount"]
        for name in ("asset", "liability", "equity")
    )  # fmt: skip
    assert found == totals


def test_balances_do_not_cross_organizations(duckdb: dict[str, Any]) -> None:
    """Account 601 is rent in one organization and cash in the other."""
    names = {row["organization_id"]: row["account_name"]
             for row in pick(duckdb, "dim_accounts", account_id="601")}  # fmt: skip
    assert names == {"10": "Rent Expense", "20": "Petty Cash"}
    closing = {row["organization_id"]: row["closing_balance"]
               for row in pick(duckdb, "account_balances_monthly", account_id=BANK,
                               basis="accrual", period_end="2026-03-31")}  # fmt: skip
    assert closing == {"10": "51048", "20": "1112.893"}


def test_ages_are_those_of_the_hand(duckdb: dict[str, Any]) -> None:
    """Days past the due date on 2026-03-31: 9, 0, 1, 30 and 31."""
    rows = pick(duckdb, "ar_aging", organization_id="10", as_of="2026-03-31")
    found = {row["document_number"]: (row["days_overdue"], row["bucket"], row["open_amount"])
             for row in rows}  # fmt: skip
    assert found == {
        "INV-2": ("685", "over_90", "545"),
        "INV-4": ("629", "over_90", "108"),
        "DN-1": ("393", "over_90", "40"),
        "INV-11": ("259", "over_90", "1090"),
        "INV-12": ("9", "1_to_30", "800"),
        "INV-13": ("0", "current", "100"),
        "INV-14": ("1", "1_to_30", "100"),
        "INV-15": ("30", "1_to_30", "100"),
        "INV-16": ("31", "31_to_60", "100"),
    }


def test_what_is_open_is_as_of_the_day(duckdb: dict[str, Any]) -> None:
    """Invoice 10 was open on 2025-03-31, and the credit without an amount has taken 100.00."""
    rows = pick(duckdb, "ar_aging", organization_id="10", as_of="2025-03-31")
    assert {row["document_number"]: row["base_open_amount"] for row in rows} == {
        "INV-2": "545", "INV-4": "108", "DN-1": "40", "INV-10": "230",
    }  # fmt: skip
    (bill,) = pick(duckdb, "ap_aging", organization_id="10", as_of="2025-03-31")
    assert (bill["document_number"], bill["open_amount"]) == ("B-2", "400")


def test_what_was_deleted_is_out(duckdb: dict[str, Any]) -> None:
    """Documents of deleted list rows are out, and postings that a newer reading does not show."""
    numbers = {row["number"] for row in pick(duckdb, "unified_invoices", organization_id="10")}
    assert {"INV-16", "INV-6", "INV-7"} <= numbers
    assert not {"INV-17", "INV-18"} & numbers
    posted = {row["transaction_id"] for row in pick(duckdb, "general_ledger", organization_id="10")}
    assert "je-2" in posted
    assert not {"je-7", "inv-6", "inv-7", "po-1"} & posted


def test_exchange_differences_are_told_apart(duckdb: dict[str, Any]) -> None:
    """20.00 + 15.00 - 2.00 were realized; 10.00 unrealized, and taken back."""
    gains: dict[str, Decimal] = {}
    for row in pick(duckdb, "exchange_differences", organization_id="10"):
        gains[row["kind"]] = gains.get(row["kind"], Decimal(0)) + Decimal(row["gain"])
    assert gains == {"realized": Decimal(33), "unrealized": Decimal(0)}


def test_taxes_are_those_of_the_hand(duckdb: dict[str, Any]) -> None:
    """Output 90 + 100 + 20 + 8 + 50 - 10 + 190, input 600 + 20 + 300."""
    sums: dict[str, Decimal] = {}
    for row in pick(duckdb, "tax_ledger", organization_id="10", is_posted="True"):
        sums[row["direction"]] = sums.get(row["direction"], Decimal(0)) + Decimal(row["tax_amount"])
    assert sums == {"output": Decimal(448), "input": Decimal(920)}


def test_stock_has_the_value_of_the_ledger(duckdb: dict[str, Any]) -> None:
    """The movements add up to the balance of the stock account."""
    rows = pick(duckdb, "inventory_movements", organization_id="10")
    assert sum(Decimal(row["value_change"]) for row in rows) == Decimal(16840)
    assert {row["direction"] for row in rows} == {"in", "out"}


def test_lines_bear_their_tags(duckdb: dict[str, Any]) -> None:
    """The revenue of a tag is that of its lines."""
    (tag,) = pick(duckdb, "line_tags", organization_id="10")
    line = only(duckdb, "invoice_lines", organization_id="10", document_id=tag["document_id"])
    assert (tag["tag_option_name"], line["line_total"]) == ("North", "1000")


@pytest.mark.parametrize(
    ("unified", "mart", "unified_amount", "mart_amount"),
    [
        ("unified_general_ledger_transaction_lines", "general_ledger", "net_amount", "amount"),
        ("unified_income_statements", "profit_and_loss", "value", "amount"),
        ("unified_balance_sheets", "balance_sheet", "value", "amount"),
        ("unified_cash_flow_statements", "cash_flow", "value", "amount"),
        ("unified_expense_lines", "expense_lines", "total_line_amount", "line_total"),
        ("unified_payments", "payments", "total_amount", "amount"),
    ],
)
def test_unified_views_hold_what_the_marts_hold(
    duckdb: dict[str, Any], unified: str, mart: str, unified_amount: str, mart_amount: str
) -> None:
    """As many rows, and the same sum."""
    theirs = [row for row in duckdb["rows"][mart]
              if mart != "general_ledger" or row["basis"] == "accrual"]  # fmt: skip
    ours = duckdb["rows"][unified]
    assert len(ours) == len(theirs) > 0
    sums = [sum(Decimal(row[name]) for row in rows)
            for rows, name in ((ours, unified_amount), (theirs, mart_amount))]  # fmt: skip
    assert sums[0] == sums[1]


def test_unified_statuses_and_signs(duckdb: dict[str, Any]) -> None:
    """Statuses are those of the unified model, and payments to vendors are negative."""
    statuses = {row["number"]: row["status"]
                for row in pick(duckdb, "unified_invoices", organization_id="10")}  # fmt: skip
    assert statuses["INV-1"] == "PAID"
    assert statuses["INV-2"] == "PARTIALLY_PAID"
    assert statuses["INV-6"] == "VOID"
    assert statuses["INV-7"] == "DRAFT"
    assert statuses["INV-13"] == statuses["B-4"] == "OPEN"
    payment = only(duckdb, "unified_payments", organization_id="10",
                   remote_id="vendor_payment|vpay-1")  # fmt: skip
    assert payment["net_amount"] == "-6600"


def test_the_quality_page_shows_what_was_compared(duckdb: dict[str, Any]) -> None:
    """A row of each tie and organization, without a difference but those that are explained."""
    rows = duckdb["rows"]["data_quality"]
    assert {row["organization_id"] for row in rows} == {"10", "20"}
    assert all(Decimal(row["row_count"]) > 0 for row in rows)
    assert [row for row in rows if row["mismatches"] != row["explained"]] == []
    assert {AR, SALES} <= {row["account_id"] for row in duckdb["rows"]["dim_accounts"]}


def test_documents_alone_are_no_ledger(duckdb: dict[str, Any]) -> None:
    """What documents do not say of their postings is counted by its reason, and all has one."""
    prefix = "derived_postings_"
    counts = {row["test"].removeprefix(prefix): int(row["row_count"])
              for row in duckdb["rows"]["data_quality"]
              if row["test"].startswith(prefix) and row["organization_id"] == "10"}  # fmt: skip
    assert counts.pop("agrees") > 25
    # Taxes of 11 documents, one of them in two parts. Goods of four invoices and a credit, which
    # leave stock for costs. Two discounts, a shipping charge, a rounding. A receipt does not name
    # the bank account.
    assert counts == {"tax": 12, "cost_of_goods": 10, "discount_or_charge": 4, "payment_account": 1}


def test_the_questions_of_the_page_have_answers(
    duckdb: dict[str, Any], postgres: dict[str, Any]
) -> None:
    """Each query of docs/books.md finds rows on both databases, as many on one as on the other."""
    counts = [[len(rows) for rows in run["answers"]] for run in (duckdb, postgres)]
    assert len(counts[0]) == 10
    assert all(counts[0])
    assert counts[0] == counts[1]
    profits = {(row[0], row[1]): Decimal(row[2]) for row in duckdb["answers"][0]}
    assert profits[("10", "2026")] == Decimal(1323)
    overdue = sum(Decimal(row[2]) for row in duckdb["answers"][1] if row[0].startswith("10"))
    # All that is open of organization 10, but the 100.00 that are due on the day.
    assert overdue == Decimal(2883)
