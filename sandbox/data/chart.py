"""The chart of accounts: the accounts that every organization has, and what postings use them."""

from __future__ import annotations

from typing import Final

ACCOUNTS: Final = (
    ("Sales", "income"),
    ("Accounts Receivable", "accounts_receivable"),
    ("Accounts Payable", "accounts_payable"),
    ("Petty Cash", "cash"),
    ("Undeposited Funds", "cash"),
    ("Checking Account", "bank"),
    ("Savings Account", "bank"),
    ("Corporate Card", "credit_card"),
    ("IT and Internet Expenses", "expense"),
    ("Travel Expense", "expense"),
    ("Rent Expense", "expense"),
    ("Office Supplies", "expense"),
    ("Cost of Goods Sold", "cost_of_goods_sold"),
    ("General Income", "income"),
    ("Inventory Asset", "stock"),
    ("Furniture and Equipment", "fixed_asset"),
    ("Advance Tax", "other_current_asset"),
    ("Tax Payable", "other_current_liability"),
    ("Owner's Equity", "equity"),
    ("Retained Earnings", "equity"),
    ("Opening Balance Adjustments", "other_current_liability"),
    ("Exchange Gain or Loss", "other_expense"),
    ("Discount", "income"),
    ("Shipping Charge", "income"),
    ("Other Charges", "income"),
    ("Bad Debt", "expense"),
    ("Unearned Revenue", "other_current_liability"),
    ("Drawings", "equity"),
    ("Prepaid Expenses", "other_current_asset"),
    ("Input Tax", "other_current_asset"),
    ("Bank Fees and Charges", "expense"),
    ("Late Fee Income", "other_income"),
    ("Euro Account", "bank"),
    ("Local Tax Payable", "other_current_liability"),
    ("Suspense", "other_current_asset"),
    ("Depreciation Expense", "expense"),
    ("Accumulated Depreciation", "fixed_asset"),
    ("Interest Expense", "other_expense"),
    ("Term Loan", "long_term_liability"),
    ("Purchase Discounts", "cost_of_goods_sold"),
    ("Local Input Tax", "other_current_asset"),
    ("Uncategorized", "expense"),
)

# The places of the accounts that documents post to.
SALES: Final = 0
RECEIVABLE: Final = 1
PAYABLE: Final = 2
PETTY_CASH: Final = 3
UNDEPOSITED: Final = 4
CHECKING: Final = 5
CARD: Final = 7
FIRST_EXPENSE: Final = 8
RENT: Final = 10
COST_OF_GOODS: Final = 12
INVENTORY: Final = 14
OWNERS_EQUITY: Final = 18
RETAINED_EARNINGS: Final = 19
OPENING_ADJUSTMENTS: Final = 20
EXCHANGE_GAIN: Final = 21
DISCOUNT: Final = 22
SHIPPING: Final = 23
OTHER_CHARGES: Final = 24
BAD_DEBT: Final = 25
UNEARNED_REVENUE: Final = 26
PREPAID_EXPENSES: Final = 28
BANK_FEES: Final = 30
LATE_FEES: Final = 31
EURO_ACCOUNT: Final = 32
DEPRECIATION: Final = 35
ACCUMULATED_DEPRECIATION: Final = 36
INTEREST: Final = 37
LOAN: Final = 38
PURCHASE_DISCOUNTS: Final = 39

# The tax accounts, for the first and the second part of a tax: output, then input.
OUTPUT_TAX: Final = (17, 33)
INPUT_TAX: Final = (29, 40)
# The bank accounts of the list of bank accounts, in its order.
BANKS: Final = (3, 4, 5, 6, 7, EURO_ACCOUNT)
EURO: Final = "EUR"


def find_bank(number: int) -> int:
    """Find the place in the chart of a bank account by its number in their list."""
    lap, place = divmod(number, len(BANKS))
    return lap * len(ACCOUNTS) + BANKS[place]
