"""The sandbox's books, loaded as users load them: each figure is the one that it reports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from demo.postgres import run_postgres
from tests.e2e.books.runs import Books
from tests.e2e.books.scene import BUILD, STRICT, keep, read
from tests.e2e.pipeline.places import served
from tests.e2e.pipeline.warehouse import fresh, settings
from tests.sharing import once

if TYPE_CHECKING:
    from tests.e2e.pipeline.places import Place

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(1800)]

COMMAND = str(Path(sys.executable).with_name("zohobooks"))
ROWS = 45  # of each list: the chart has 42 accounts
REPORTS = {"report_start_date": "2023-01-01", "report_period": "year", "report_basis": "both"}
MASTERS = (
    "organizations", "organization_details", "chart_of_accounts", "chart_of_account_details",
    "contacts", "items", "taxes", "tax_groups", "currencies", "projects", "reporting_tags",
    "expenses", "expense_details", "sales_receipts", "sales_receipt_details", "journals",
    "journal_details", "purchase_orders",
)  # fmt: skip
DOCUMENTS = (
    "invoices", "invoice_details", "customer_debit_notes", "customer_debit_note_details",
    "credit_notes", "credit_note_details", "credit_note_invoices", "credit_note_refunds",
    "customer_payments", "customer_payment_details", "customer_payment_refunds", "bills",
    "bill_details", "bill_payments", "vendor_credits", "vendor_credit_details",
    "vendor_credit_bills", "vendor_credit_refunds", "vendor_payments", "vendor_payment_details",
    "vendor_payment_refunds",
)  # fmt: skip
STATEMENTS = (
    "journal_report", "ledger_entries", "profit_and_loss", "balance_sheet", "cash_flow",
    "trial_balance", "general_ledger", "ar_aging_summary", "ap_aging_summary",
)  # fmt: skip
# The service does not say how much of a vendor credit is applied: these figures are explained.
EXPLAINED = {"ap_aging", "document_balances", "document_totals"}


def export(place: Place, folder: Path) -> None:
    """Fill the DuckDB file by the tap's own export."""
    (folder / "config.json").write_text(json.dumps(place.config | REPORTS))
    streams = (*MASTERS, *DOCUMENTS, *STATEMENTS)
    command = [COMMAND, "export", *streams, "--to", "raw.duckdb", "--config", "config.json"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="session")
def books(shared: Path) -> dict[str, dict[str, Any]]:
    """Return the books of the sandbox on both databases."""

    def make(folder: Path) -> None:
        with run_postgres() as server, served(folder, shared, rows=ROWS) as place:
            database = fresh(server, "sandbox_books")
            for streams in (MASTERS, DOCUMENTS, STATEMENTS):
                pipe = place.pipe(streams, "target-postgres", settings(database), **REPORTS)
                pipe.run().well()
            export(place, folder)
            postgres = Books(folder, database, STRICT)
            duckdb = Books(folder, variables=STRICT | {"zoho_books_schema": "main"})
            runs = {"postgres": postgres.start(*BUILD), "duckdb": duckdb.start(*BUILD)}
            keep(folder / "postgres.json", runs["postgres"].wait(), postgres)
            keep(folder / "duckdb.json", runs["duckdb"].wait(), duckdb)

    folder = once(shared, "books-sandbox", make)
    return {name: read(folder / f"{name}.json") for name in ("postgres", "duckdb")}


@pytest.mark.parametrize("database", ["postgres", "duckdb"])
def test_every_figure_is_the_services(books: dict[str, dict[str, Any]], database: str) -> None:
    """Every tie has compared figures with the service's reports, and none differs."""
    run = books[database]
    statuses = {key: one for key, one in run["statuses"].items() if one not in {"pass", "success"}}
    assert statuses == {}, run["log"]
    page = run["rows"]["data_quality"]
    organizations = {row["organization_id"] for row in run["rows"]["dim_organizations"]}
    assert {row["organization_id"] for row in page} == organizations
    bases = {row["basis"] for row in page if row["test"] == "profit_and_loss"}
    assert bases == {"accrual", "cash"}
    assert {row["test"] for row in page if row["mismatches"] != "0"} <= EXPLAINED


@pytest.mark.parametrize(
    "table", ["profit_and_loss", "balance_sheet", "cash_flow", "trial_balance", "data_quality"]
)
def test_both_databases_say_the_same(books: dict[str, dict[str, Any]], table: str) -> None:
    """The statements of PostgreSQL, filled by a loader, are those of a DuckDB export."""
    rows = books["postgres"]["rows"][table]
    assert len(rows) > 40
    assert rows == books["duckdb"]["rows"][table]
