"""The reports: path, date field, default period, pages, and what builds each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sandbox.api.reports import (
    activities,
    aging,
    balances,
    contacts,
    lists,
    postings,
    sales,
    statements,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.reports.book import Book
    from sandbox.api.reports.query import Query
    from sandbox.faults import ReportKnobs

Build: TypeAlias = "Callable[[Book, Query, ReportKnobs], dict[str, Any]]"
MONTH, TODAY = "ThisMonth", "Today"


@dataclass(frozen=True, slots=True)
class Report:
    """A report: ``path`` below ``reports/``, its title, and the function that builds it.

    ``default`` is its period if none is given; ``needs_filter`` is whether dates without
    ``filter_by`` are ignored, ``needs_dates`` whether it is refused without any; ``is_postings`` is
    whether it is refused for too many postings.
    """

    path: str
    title: str
    build: Build
    filter_field: str = "TransactionDate"
    default: str = MONTH
    is_as_of: bool = False
    is_postings: bool = False
    needs_filter: bool = False
    needs_dates: bool = False


def _make_aging(path: str, filter_field: str, build: Build) -> Report:
    """Make a report as of a day; without ``filter_by`` it is as of today."""
    return Report(path, path, build, filter_field, TODAY, is_as_of=True, needs_filter=True)


# The date field of each list of documents.
LIST_DATES: Final = {
    "invoicedetails": "InvoiceDate",
    "billdetails": "BillDate",
    "creditnotedetails": "CreditNotesDate",
    "vendorcreditdetails": "VendorCreditDate",
    "purchaseorderdetails": "PODate",
    "salesorderdetails": "SalesOrderDate",
    "estimatedetails": "EstimateDate",
    "expensedetails": "ExpenseDate",
    "customerpayments": "PaymentDate",
    "vendorpayments": "PaymentDate",
    "refundhistory": "RefundDate",
    "timesheetdetails": "Date",
}
REPORTS: Final = {
    one.path: one
    for one in (
        Report("profitandloss", "Profit and Loss", statements.build_profit_and_loss),
        Report(
            "balancesheet",
            "Balance Sheet",
            statements.build_balance_sheet,
            default=TODAY,
            is_as_of=True,
        ),
        Report("cashflow", "Cash Flow Statement", balances.build_cash_flow),
        Report("movementofequity", "Movement of Equity", balances.build_movement_of_equity),
        Report(
            "trialbalance",
            "Trial Balance",
            balances.build_trial_balance,
            default=TODAY,
            is_as_of=True,
            needs_filter=True,
        ),
        Report("generalledger", "General Ledger", balances.build_general_ledger),
        Report("journal", "Journal Report", postings.build_journal, is_postings=True),
        Report(
            "accounttransaction",
            "Account Transactions",
            postings.build_account_transactions,
            needs_dates=True,
            is_postings=True,
        ),
        Report(
            "generalledgerdetails",
            "Detailed General Ledger",
            postings.build_ledger_details,
            is_postings=True,
        ),
        _make_aging("aragingsummary", "InvoiceDueDate", aging.build_receivables),
        _make_aging("aragingdetails", "InvoiceDueDate", aging.build_receivable_details),
        _make_aging("apagingsummary", "BillDueDate", aging.build_payables),
        Report("salesbycustomer", "Sales by Customer", sales.build_sales_by_customer),
        Report("salesbyitem", "Sales by Item", sales.build_sales_by_item),
        Report("salesbysalesperson", "Sales by Sales Person", sales.build_sales_by_salesperson),
        Report("purchasesbyvendors", "Purchases by Vendor", sales.build_purchases_by_vendor),
        Report("purchasesbyitem", "Purchases by Item", sales.build_purchases_by_item),
        Report("taxsummary", "Tax Summary", sales.build_tax_summary),
        Report("expensesbycategory", "Expenses by Category", sales.build_expenses_by_category),
        Report(
            "customerbalances",
            "Customer Balances",
            partial(contacts.build_balances, is_customer=True),
            default=TODAY,
            is_as_of=True,
        ),
        Report(
            "vendorbalances",
            "Vendor Balances",
            partial(contacts.build_balances, is_customer=False),
            default=TODAY,
            is_as_of=True,
        ),
        Report(
            "customerbalancesummary",
            "Customer Balance Summary",
            partial(lists.build_balance_summary, is_customer=True),
        ),
        Report(
            "vendorbalancesummary",
            "Vendor Balance Summary",
            partial(lists.build_balance_summary, is_customer=False),
        ),
        Report(
            "inventoryvaluation",
            "Inventory Valuation",
            lists.build_inventory_valuation,
            default=TODAY,
            is_as_of=True,
        ),
        Report(
            "inventorysummary",
            "Inventory Summary",
            contacts.build_inventory_summary,
            default=TODAY,
            is_as_of=True,
        ),
        Report("activitylogs", "Activity Logs", activities.build_activity_log),
        *(
            Report(
                path,
                path,
                partial(lists.build_list, path=path),
                LIST_DATES.get(path, "TransactionDate"),
            )
            for path in lists.LISTS
        ),
    )
}
