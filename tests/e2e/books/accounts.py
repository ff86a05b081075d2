"""The charts of accounts of both organizations, with closing balances added up by hand."""

from __future__ import annotations

BANK, CASH, AR, STOCK, INPUT_TAX, EQUIPMENT, WEAR = "101", "103", "110", "120", "130", "150", "151"
AP, TAX, CITY, ADVANCES, CARD, LOAN, EQUITY = "201", "210", "211", "220", "230", "240", "301"
SALES, DISCOUNT, SHIPPING, OTHER, LATE_FEES = "401", "402", "403", "404", "405"
COST, RENT, TRAVEL, BAD_DEBT, FEES, DEPRECIATION = "501", "601", "602", "603", "604", "605"
EXCHANGE, INTEREST = "701", "702"

# Closing balances on 2026-03-31, on the usual side of each type: `statements.py` shows the sums.
ACCOUNTS_10 = {
    BANK: ("Checking", "bank", "51048.00"),
    CASH: ("Undeposited Funds", "cash", "0"),
    AR: ("Accounts Receivable", "accounts_receivable", "2983.00"),
    STOCK: ("Inventory Asset", "stock", "16840.00"),
    INPUT_TAX: ("Input Tax", "other_current_asset", "920.00"),
    EQUIPMENT: ("Equipment", "fixed_asset", "5000.00"),
    WEAR: ("Accumulated Depreciation", "fixed_asset", "-1000.00"),
    AP: ("Accounts Payable", "accounts_payable", "3700.00"),
    TAX: ("Tax Payable", "other_current_liability", "461.00"),
    CITY: ("City Tax Payable", "other_current_liability", "2.00"),
    ADVANCES: ("Unearned Revenue", "other_current_liability", "40.00"),
    CARD: ("Corporate Card", "credit_card", "80.00"),
    LOAN: ("Term Loan", "long_term_liability", "10000.00"),
    EQUITY: ("Owner's Equity", "equity", "60000.00"),
    SALES: ("Sales", "income", "7329.99"),
    DISCOUNT: ("Discount", "income", "-155.00"),
    SHIPPING: ("Shipping Charge", "income", "25.00"),
    OTHER: ("Other Charges", "income", "0.01"),
    LATE_FEES: ("Late Fee Income", "other_income", "40.00"),
    COST: ("Cost of Goods Sold", "cost_of_goods_sold", "2160.00"),
    RENT: ("Rent Expense", "expense", "1300.00"),
    TRAVEL: ("Travel Expense", "expense", "680.00"),
    BAD_DEBT: ("Bad Debt", "expense", "220.00"),
    FEES: ("Bank Fees and Charges", "expense", "5.00"),
    DEPRECIATION: ("Depreciation Expense", "expense", "1000.00"),
    EXCHANGE: ("Exchange Gain or Loss", "other_expense", "-33.00"),
    INTEREST: ("Interest Expense", "other_expense", "400.00"),
}
# The same ids: 601 is cash here and rent there.
ACCOUNTS_20 = {
    BANK: ("Bank", "bank", "1112.893"),
    AR: ("Debtors", "accounts_receivable", "7.000"),
    AP: ("Creditors", "accounts_payable", "12.345"),
    TAX: ("VAT", "other_current_liability", "1.519"),
    EQUITY: ("Capital", "equity", "1000.000"),
    SALES: ("Turnover", "income", "139.925"),
    RENT: ("Petty Cash", "cash", "14.995"),
    TRAVEL: ("Office", "expense", "18.351"),
    EXCHANGE: ("Exchange Gain or Loss", "other_expense", "0.550"),
}
