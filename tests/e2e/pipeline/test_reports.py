"""The SQL of docs/reports.md, in PostgreSQL, over what a pipeline has loaded."""

from __future__ import annotations

import json
import re
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import sql

from tests.e2e.pipeline.conftest import Shell, selecting
from tests.e2e.pipeline.pipes import LOADERS
from tests.e2e.pipeline.warehouse import ask, fresh, settings
from tests.e2e.reading_reports import MONTHS_27, sum_legs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from demo.postgres import Database
    from sandbox import World

pytestmark = pytest.mark.pipeline

PAGE = Path(__file__).parents[3] / "docs" / "reports.md"
STREAMS = (
    "balance_sheet", "journal_report", "ledger_entries", "profit_and_loss", "trial_balance",
    "ap_aging_summary", "ar_aging_details", "ar_aging_summary", "customer_balances",
    "vendor_balances", "bills", "credit_notes", "customer_debit_notes", "customer_payments",
    "invoices", "vendor_credits", "vendor_payments",
)  # fmt: skip
# Of each tie of ageing: its tables, with their column of an amount.
AMOUNTS: dict[str, list[tuple[str, str]]] = {
    "The ageing summary is the sum of its details, on every day and in the base currency": [
        ("ar_aging_summary", "total"),
        ("ar_aging_details", "balance"),
    ],
    "On the day of the run, what customers owe is their open invoices and debit notes": [
        ("ar_aging_summary", "fcy_total"),
        ("invoices", "balance"),
        ("customer_debit_notes", "balance"),
    ],
    "What is owed to vendors is their open bills": [
        ("ap_aging_summary", "fcy_total"),
        ("bills", "balance"),
    ],
    "Less unapplied credit notes and payments, this is what customers owe after all": [
        ("ar_aging_summary", "fcy_total"),
        ("credit_notes", "balance"),
        ("customer_payments", "unused_amount"),
        ("customer_balances", "fcy_balance"),
    ],
    "Less unapplied vendor credits and payments, this is what is owed to vendors after all": [
        ("ap_aging_summary", "fcy_total"),
        ("vendor_credits", "balance"),
        ("vendor_payments", "balance"),
        ("vendor_balances", "fcy_balance"),
    ],
}


def read_blocks(page: Path = PAGE) -> dict[str, str]:
    """Return the SQL of a page by the sentence or title before it."""
    found = re.findall(r"([^\n]+)\n\n```sql\n(.*?)\n```", page.read_text("utf-8"), re.DOTALL)
    return {before.strip("# :"): block for before, block in found}


def load(
    shell: Shell,
    config: dict[str, Any],
    database: Database,
    streams: Sequence[str] = STREAMS,
    **files: object,
) -> object:
    """Run the tap into PostgreSQL, and return the state that the loader has written."""
    done = shell.sync(config, catalog=selecting(*streams), **files)
    assert done.returncode == 0, done.stderr[-2000:]
    target = [
        str(LOADERS["target-postgres"]),
        "--config",
        shell.file("pg.json", settings(database)),
    ]
    loaded = subprocess.run(
        target, input=done.stdout, capture_output=True, text=True, check=False, timeout=300
    )
    assert loaded.returncode == 0, loaded.stderr[-2000:]
    return json.loads(loaded.stdout.splitlines()[-1])


CENT = """
    UPDATE zohobooks.{table} SET {column} = {column} + 0.01 WHERE ctid = (
        SELECT ctid FROM zohobooks.{table} WHERE {column} > 0 AND {live} AND organization_id = {key}
        ORDER BY {order} LIMIT 1
    )
"""


def ask_after(database: Database, change: sql.Composed, query: str) -> list[tuple[Any, ...]]:
    """Return what a query finds after a change of one row, which is taken back."""
    with database.connect() as connection:
        assert connection.execute(change).rowcount == 1, change
        found = connection.execute(query).fetchall()
        connection.rollback()
    return found


def check_ageing(database: Database, blocks: dict[str, str], organizations: Iterable[str]) -> None:
    """Check that each tie of ageing finds a cent more in each table, of each organization."""
    for title, sources in AMOUNTS.items():
        for table, column in sources:
            has_status = column == "balance" and table != "ar_aging_details"
            names = {
                "table": sql.Identifier(table),
                "column": sql.Identifier(column),
                "live": sql.SQL("status NOT IN ('draft', 'void')" if has_status else "true"),
                "order": sql.SQL("as_of DESC" if "aging" in table else "1"),
            }
            for key in organizations:
                change = sql.SQL(CENT).format(key=sql.Literal(key), **names)
                (row,) = ask_after(database, change, blocks[title])
                assert (row[0], abs(row[-1])) == (key, Decimal("0.01")), title


def settle_invoice(world: World, organization: str) -> str:
    """Settle an open invoice by a payment with 3.00 more than it needs, and return its id."""
    invoice = next(
        one for one in world.rows(organization, "invoices")
        if one["balance"] and one["status"] not in {"draft", "void"}
    )  # fmt: skip
    names = {key: invoice[key] for key in ("customer_id", "currency_code", "exchange_rate")}
    applied = [{"invoice_id": invoice["invoice_id"], "amount_applied": invoice["balance"]}]
    world.insert(organization, "customerpayments", amount=invoice["balance"] + 3,
                 date=invoice["date"], invoices=applied, **names)  # fmt: skip
    return str(invoice["invoice_id"])


def test_the_sql_of_the_page(
    shell: Shell, world: World, config: dict[str, Any], server: Database
) -> None:
    """27 months, two bases, two organizations: all ties hold, and a changed year is read newest."""
    database, blocks = fresh(server, "reports"), read_blocks()
    config |= MONTHS_27
    state = load(shell, config, database)
    views = [one for one in blocks.values() if one.startswith("CREATE")]
    ties = [one for title, one in blocks.items() if title != "Profit by month" and one not in views]
    assert (len(views), len(ties)) == (3, 11)
    for view in views:
        ask(database, view)
    for block in ties:
        assert ask(database, block.replace("<>", "=").partition("HAVING")[0].rstrip(";"))
        assert ask(database, block) == [], block
    check_ageing(database, blocks, world.holdings)
    (organization, *_) = world.holdings
    settled = settle_invoice(world, organization)
    names = {one["account_name"]: one["account_id"]
             for one in world.rows(organization, "chartofaccounts")}  # fmt: skip
    lines = [{"account_id": names["Rent Expense"], "debit_or_credit": "debit", "amount": 70},
             {"account_id": names["Checking Account"], "debit_or_credit": "credit",
              "amount": 70}]  # fmt: skip
    world.insert(organization, "journals", journal_date="2024-10-05", status="published",
                 line_items=lines)  # fmt: skip
    load(shell, config, database, state=state)
    for block in ties:
        assert ask(database, block) == [], block
    left = "SELECT balance FROM zohobooks.invoices WHERE invoice_id = %s"
    assert ask(database, left, settled) == [(0,)]
    profits = ask(database, blocks["Profit by month"])
    kinds = {"income", "other_income", "cost_of_goods_sold", "expense", "other_expense"}
    posted: dict[tuple[str, str, str], Decimal] = {}
    for (key, basis, month, _), amount in sum_legs(world, kinds).items():
        posted[key, basis, month] = posted.get((key, basis, month), Decimal(0)) - amount
    found = {(key, basis, str(month)[:10]): amount for key, basis, month, amount in profits}
    assert {key: amount for key, amount in found.items() if amount} == {
        key: amount for key, amount in posted.items() if amount
    }
    assert len(profits) >= 27 * 2 * 2


def test_a_logged_deletion_is_applied(
    shell: Shell, world: World, config: dict[str, Any], server: Database
) -> None:
    """The SQL of docs/deletes.md removes the invoice that the log names, and no other."""
    database, (delete,) = (
        fresh(server, "deletions"),
        read_blocks(PAGE.with_name("deletes.md")).values(),
    )
    state = load(shell, config, database, ["invoices", "deletions"])
    held = {(one, key) for one in world.holdings for key in world.ids(one, "invoices")}
    gone = min(held)
    world.delete(gone[0], "invoices", gone[1])
    load(shell, config, database, ["invoices", "deletions"], state=state)
    select = "SELECT organization_id, invoice_id FROM zohobooks.invoices"
    assert {*ask(database, select)} == held
    ask(database, delete)
    assert {*ask(database, select)} == held - {gone}
