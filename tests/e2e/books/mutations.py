"""Changes of the company's rows that make its books wrong, each with the test that must fail."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from tests.e2e.books.accounts import AR, BANK, COST, INPUT_TAX, RENT, SALES
from tests.e2e.books.company import build_company
from tests.e2e.books.ledger import Row, Tables, count_readings
from tests.e2e.books.statements import add_statements

Change: TypeAlias = Callable[[Tables], None]


class Mutation(NamedTuple):
    """A change of the rows of one organization, and the tests that must fail for it.

    `part` is the place of the organization that is copied and changed.
    """

    name: str
    change: Change
    tests: tuple[str, ...]
    part: int = 0


def find(tables: Tables, stream: str, **values: object) -> Row:
    """Return the first row of a stream that has these values."""
    return next(
        row for row in tables[stream] if all(row.get(key) == one for key, one in values.items())
    )


def change_row(stream: str, changes: Row, **values: object) -> Change:
    """Return a change of some columns of one row."""
    return lambda tables: find(tables, stream, **values).update(changes)


def drop_rows(stream: str, **values: object) -> Change:
    """Return a change that drops the rows with these values."""

    def drop(tables: Tables) -> None:
        tables[stream] = [
            row for row in tables[stream] if any(row.get(key) != one for key, one in values.items())
        ]

    return drop


def copy_row(stream: str, changes: Row, **values: object) -> Change:
    """Return a change that adds a copy of a row, with other values in some columns."""
    return lambda tables: tables[stream].append(find(tables, stream, **values) | changes)


def flip_transaction(tables: Tables) -> None:
    """Swap debits and credits of a whole transaction: it still balances."""
    for row in tables["journal_report"]:
        if row["transaction_id"] == "je-2":
            row["debit_amount"], row["credit_amount"] = row["credit_amount"], row["debit_amount"]


def post_void(tables: Tables) -> None:
    """Let the void invoice post."""
    for account, debit, credit in ((AR, 300, 0), (SALES, 0, 300)):
        leg = find(tables, "journal_report", transaction_id="inv-9", account_id=account)
        sides = {"debit_amount": Decimal(debit), "credit_amount": Decimal(credit)}
        tables["journal_report"].append(leg | sides | {"transaction_id": "inv-6"})


def change_both(streams: tuple[str, str], changes: Row, **values: object) -> Change:
    """Return a change of the rows of two streams: of a list and of its documents."""

    def change(tables: Tables) -> None:
        for stream in streams:
            find(tables, stream, **values).update(changes)

    return change


def lose_account(tables: Tables) -> None:
    """Drop an account from the chart."""
    for stream in CHART:
        drop_rows(stream, account_id=COST)(tables)


CHART: Final = ("chart_of_accounts", "chart_of_account_details")
LEG: Final = {"transaction_id": "inv-1", "account_id": SALES}
PROFIT: Final = {"from_date": "2024-04-01", "account_id": SALES}
INVOICE: Final = {"invoice_id": "inv-2"}
MUTATIONS: Final = (
    Mutation("drop_leg", drop_rows("journal_report", **LEG),
             ("tie_transactions_balance", "no_unbalanced_transaction", "tie_trial_balance_balances",
              "tie_balance_sheet_balances", "tie_cash_flow_balances")),
    Mutation("double_leg", copy_row("journal_report", {"line_number": 99}, **LEG),
             ("tie_transactions_balance", "no_unbalanced_transaction")),
    Mutation("repeat_leg", copy_row("journal_report", {}, **LEG), ("key_general_ledger",)),
    Mutation("flip_sign", change_row("journal_report", {"debit_amount": Decimal(1000),
                                                        "credit_amount": Decimal(0)}, **LEG),
             ("tie_transactions_balance",)),
    Mutation("flip_transaction", flip_transaction, ("tie_trial_balance", "tie_closing_balances")),
    Mutation("move_leg", change_row("journal_report", {"organization_id": "elsewhere"}, **LEG),
             ("tie_transactions_balance",)),
    Mutation("null_account", change_row("journal_report", {"account_id": None}, **LEG),
             ("no_leg_without_account", "tie_trial_balance")),
    Mutation("wrong_account", change_row("journal_report", {"account_id": RENT}, **LEG),
             ("tie_profit_and_loss", "tie_trial_balance")),
    Mutation("stale_period", drop_rows("journal_report", from_date="2025-06-01"),
             ("tie_trial_balance", "tie_profit_and_loss", "no_document_without_postings")),
    Mutation("other_year", change_row("journal_report", {"date": "2025-04-10"}, **LEG),
             ("tie_trial_balance", "tie_balance_sheet_earnings")),
    Mutation("void_posts", post_void, ("no_void_document_posts",)),
    Mutation("lost_account", lose_account,
             ("no_account_not_in_chart", "no_unknown_account_type")),
    Mutation("other_type", change_both(CHART, {"account_type": "expense"}, account_id=INPUT_TAX),
             ("tie_balance_sheet",)),
    Mutation("other_fiscal_year", change_row("organization_details",
                                             {"fiscal_year_start_month": "july"}),
             ("tie_balance_sheet_earnings",)),
    Mutation("wrong_total", change_row("invoice_details", {"total": Decimal(1046)}, **INVOICE),
             ("tie_document_totals",)),
    Mutation("wrong_tax", change_row("invoice_details", {"tax_total": Decimal(99)}, **INVOICE),
             ("tie_document_taxes",)),
    Mutation("wrong_balance", change_both(("invoices", "invoice_details"),
                                           {"balance": Decimal(544)}, **INVOICE),
             ("tie_document_balances", "tie_ar_control", "tie_ar_aging")),
    Mutation("wrong_bill", change_both(("bills", "bill_details"), {"balance": Decimal(3299)},
                                        bill_id="bill-4"),
             ("tie_ap_control", "tie_ap_aging")),
    Mutation("wrong_unused", change_row("customer_payment_details", {"unused_amount": Decimal(41)},
                                        payment_id="pay-5"), ("tie_payment_amounts",)),
    Mutation("wrong_closing", change_row("chart_of_account_details",
                                         {"closing_balance": Decimal(1)}, account_id=BANK),
             ("tie_closing_balances",)),
    Mutation("wrong_profit", change_row("profit_and_loss", {"amount": Decimal(1)}, **PROFIT),
             ("tie_profit_and_loss",)),
    Mutation("wrong_sheet", change_row("balance_sheet", {"amount": Decimal(1)}, account_id=BANK),
             ("tie_balance_sheet",)),
    Mutation("wrong_flow", change_row("cash_flow", {"amount": Decimal(1)}, account_id=AR),
             ("tie_cash_flow",)),
    Mutation("wrong_trial", change_row("trial_balance", {"amount": Decimal(1), "debit": Decimal(1)},
                                       account_id=BANK), ("tie_trial_balance",)),
    Mutation("wrong_debit", change_row("general_ledger", {"debit_total": Decimal(1)},
                                       account_id=BANK), ("tie_general_ledger_debit",), 1),
    Mutation("wrong_credit", change_row("general_ledger", {"credit_total": Decimal(1)},
                                        account_id=BANK), ("tie_general_ledger_credit",), 1),
    Mutation("repeated_contact", copy_row("contacts", {"contact_name": "Twice"}, contact_id="c1"),
             ("key_stg_contacts",)),
)  # fmt: skip


def drop_streams(*streams: str) -> Change:
    """Return a change that drops streams, each of which has rows."""

    def drop(tables: Tables) -> None:
        assert all(tables[stream] for stream in streams)
        for stream in streams:
            tables[stream] = []

    return drop


CREDITS: Final = ("credit_note_details", "vendor_credit_details", "vendor_credit_bills")
REFUNDS: Final = ("credit_note_refunds", "customer_payment_refunds")
PAYMENTS: Final = ("customer_payment_details", "vendor_payment_details")
# What was not loaded is no error.
INCOMPLETE: Final = (
    Mutation("lists_only", drop_streams(*CREDITS, *REFUNDS, *PAYMENTS), ()),
    Mutation("no_payments", drop_streams(*PAYMENTS, "customer_payments", "vendor_payments",
                                         "customer_payment_refunds"), ()),
    Mutation("no_payment_documents", drop_streams(*PAYMENTS), ()),
    Mutation("no_credit_documents", drop_streams(*CREDITS), ()),
)  # fmt: skip


def build_mutated() -> list[Tables]:
    """Build the company as it is, and a copy of an organization for each change."""
    ten, twenty = build_company()
    add_statements(ten, twenty)
    parts = [ten.finish(), twenty.finish()]
    for one in (*MUTATIONS, *INCOMPLETE):
        tables = rename(parts[one.part], one.name)
        one.change(tables)
        count_readings(tables["journal_report"])
        parts.append(tables)
    return parts


def rename(tables: Tables, organization_id: str) -> Tables:
    """Return a copy of all rows for another organization."""
    copied = copy.deepcopy(tables)
    for rows in copied.values():
        for row in rows:
            row["organization_id"] = organization_id
    return copied
