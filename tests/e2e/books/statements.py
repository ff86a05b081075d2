"""What the service would report of the company: every figure added up by hand.

Organization 10, fiscal year 2025 (April 2024 to March 2025), balance of each account:
  Checking: 50,000.00 opening, receipts 990 + 500 + 465 + 1,120 + 300 + 165, loan 10,000; paid
    150 + 6,600 + 700 + 525 + 220 + 5,000 + 400 = 63,540.00 - 13,595.00 = 49,945.00
  Receivable: invoice 2 545.00, invoice 4 108.00, debit note 40.00, invoice 10 230.00, revalued
    10.00 = 933.00
  Stock: 10,000 - 600 - 300 + 60 - 120 + 6,000 = 15,040.00      Input tax: 600 + 20 = 620.00
  Payable: bill 2, 1,200 - 700 - 100 = 400.00
  Tax: 90 + 100 + 20 + 6 + 50 - 10 + 15 = 271.00; city 2.00     Advances: 300 - 200 = 100.00
  Sales: 1,000 + 1,000 + 200 + 99.99 + 500 - 100 - 150 + 1,100 + 200 + 150 + 230 = 4,229.99
  Discount: 100 + 55 = 155.00; shipping 25.00; rounding 0.01
  Cost: 600 + 300 - 60 + 120 = 960.00
  Rent: 1,200 - 100 + 200 = 1,300.00; travel 540 + 80 = 620.00; bad debt 220.00; wear 500.00
  Exchange gain: 20 + 15 + 10 = 45.00; interest 400.00; late fee 40.00
  Profit: 4,229.99 - 155 + 25 + 0.01 = 4,100.00; - 960 = 3,140.00; - 2,640 = 500.00;
    + 40 - (400 - 45) = 185.00
  Assets: 49,945 + 933 + 15,040 + 620 + 5,000 - 500 = 71,038.00
  Liabilities: 400 + 271 + 2 + 100 + 80 + 10,000 = 10,853.00; equity 60,000 + 185 = 60,185.00

Fiscal year 2026 (April 2025 to March 2026):
  Checking: 49,945 - 60 + 228 + 995 - 60 = 51,048.00
  Receivable: 933 - 10 - 230 + 2,090 - 1,000 + 800 + 400 = 2,983.00
  Stock: 15,040 - 1,200 + 3,000 = 16,840.00; input tax 920.00; payable 400 + 3,300 = 3,700.00
  Tax: 271 + 190 = 461.00; advances 100 - 60 = 40.00
  Profit: 1,900 + 800 + 400 = 3,100.00; - 1,200 = 1,900.00; - 5 - 60 - 500 = 1,335.00; exchange
    10 + 2 = 12.00: 1,323.00
  Assets: 51,048 + 2,983 + 16,840 + 920 + 5,000 - 1,000 = 75,791.00
  Liabilities: 3,700 + 461 + 2 + 40 + 80 + 10,000 = 14,283.00; equity 60,000 + 185 + 1,323

Organization 20, 2025:
  Bank: 1,000 + 31.894 + 102.000 - 20.000 = 1,113.894; petty cash 20.000 - 5.005 = 14.995
  Turnover: 30.375 + 102.550 = 132.925; office 12.345 + 5.005 = 17.350; exchange loss 0.550
  Profit: 132.925 - 17.350 - 0.550 = 115.025; on the cash basis 30.375 + 102.000 - 5.005 = 127.370
  Assets: 1,128.889; liabilities 12.345 + 1.519 = 13.864; equity 1,000 + 115.025
2026 until March: turnover 7.000, office 1.001, profit 5.999.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.e2e.books.accounts import (
    ADVANCES,
    AP,
    AR,
    BAD_DEBT,
    BANK,
    CARD,
    CITY,
    COST,
    DEPRECIATION,
    DISCOUNT,
    EQUIPMENT,
    EQUITY,
    EXCHANGE,
    FEES,
    INPUT_TAX,
    INTEREST,
    LATE_FEES,
    LOAN,
    OTHER,
    RENT,
    SALES,
    SHIPPING,
    STOCK,
    TAX,
    TRAVEL,
    WEAR,
)
from tests.e2e.books.ledger import EARLIER, READ_AT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.books.ledger import Company

YEARS_10 = (("2024-04-01", "2025-03-31"), ("2025-04-01", "2026-03-31"))
YEARS_20 = (("2025-01-01", "2025-12-31"), ("2026-01-01", "2026-03-31"))
CURRENT, RETAINED, NET = "Current Year Earnings", "Retained Earnings", "Net Income"

PROFITS_10: tuple[Mapping[str, str], ...] = (
    {SALES: "4229.99", DISCOUNT: "-155.00", SHIPPING: "25.00", OTHER: "0.01", COST: "960.00",
     RENT: "1300.00", TRAVEL: "620.00", BAD_DEBT: "220.00", DEPRECIATION: "500.00", FEES: "0",
     LATE_FEES: "40.00", EXCHANGE: "-45.00", INTEREST: "400.00"},
    {SALES: "3100.00", DISCOUNT: "0", SHIPPING: "0", OTHER: "0", COST: "1200.00", RENT: "0",
     TRAVEL: "60.00", BAD_DEBT: "0", DEPRECIATION: "500.00", FEES: "5.00", LATE_FEES: "0",
     EXCHANGE: "12.00", INTEREST: "0"},
)  # fmt: skip
SHEETS_10: tuple[Mapping[str, str], ...] = (
    {BANK: "49945.00", AR: "933.00", STOCK: "15040.00", INPUT_TAX: "620.00",
     EQUIPMENT: "5000.00", WEAR: "-500.00", AP: "400.00", TAX: "271.00", CITY: "2.00",
     ADVANCES: "100.00", CARD: "80.00", LOAN: "10000.00", EQUITY: "60000.00",
     CURRENT: "185.00", RETAINED: "0"},
    {BANK: "51048.00", AR: "2983.00", STOCK: "16840.00", INPUT_TAX: "920.00",
     EQUIPMENT: "5000.00", WEAR: "-1000.00", AP: "3700.00", TAX: "461.00", CITY: "2.00",
     ADVANCES: "40.00", CARD: "80.00", LOAN: "10000.00", EQUITY: "60000.00",
     CURRENT: "1323.00", RETAINED: "185.00"},
)  # fmt: skip
# Profit, and the change of what is not cash: 49,945.00 in the first year, 1,103.00 in the second.
FLOWS_10: tuple[Mapping[str, str], ...] = (
    {NET: "185.00", AR: "-933.00", STOCK: "-15040.00", INPUT_TAX: "-620.00",
     EQUIPMENT: "-5000.00", WEAR: "500.00", AP: "400.00", TAX: "271.00", CITY: "2.00",
     ADVANCES: "100.00", CARD: "80.00", LOAN: "10000.00", EQUITY: "60000.00"},
    {NET: "1323.00", AR: "-2050.00", STOCK: "-1800.00", INPUT_TAX: "-300.00", WEAR: "500.00",
     AP: "3300.00", TAX: "190.00", ADVANCES: "-60.00"},
)  # fmt: skip
# Activity of each year; debits are positive.
TRIALS_10: tuple[Mapping[str, str], ...] = (
    {BANK: "49945.00", AR: "933.00", STOCK: "15040.00", INPUT_TAX: "620.00",
     EQUIPMENT: "5000.00", WEAR: "-500.00", AP: "-400.00", TAX: "-271.00", CITY: "-2.00",
     ADVANCES: "-100.00", CARD: "-80.00", LOAN: "-10000.00", EQUITY: "-60000.00",
     SALES: "-4229.99", DISCOUNT: "155.00", SHIPPING: "-25.00", OTHER: "-0.01", COST: "960.00",
     RENT: "1300.00", TRAVEL: "620.00", BAD_DEBT: "220.00", DEPRECIATION: "500.00",
     LATE_FEES: "-40.00", EXCHANGE: "-45.00", INTEREST: "400.00"},
    {BANK: "1103.00", AR: "2050.00", STOCK: "1800.00", INPUT_TAX: "300.00", WEAR: "-500.00",
     AP: "-3300.00", TAX: "-190.00", ADVANCES: "60.00", SALES: "-3100.00", COST: "1200.00",
     TRAVEL: "60.00", DEPRECIATION: "500.00", FEES: "5.00", EXCHANGE: "12.00"},
)  # fmt: skip

PROFITS_20: tuple[Mapping[str, str], ...] = (
    {SALES: "132.925", TRAVEL: "17.350", EXCHANGE: "0.550"},
    {SALES: "7.000", TRAVEL: "1.001", EXCHANGE: "0"},
)
CASH_PROFITS_20: tuple[Mapping[str, str], ...] = (
    {SALES: "132.375", TRAVEL: "5.005"},
    {SALES: "0", TRAVEL: "1.001"},
)
SHEETS_20: tuple[Mapping[str, str], ...] = (
    {BANK: "1113.894", RENT: "14.995", AR: "0", AP: "12.345", TAX: "1.519", EQUITY: "1000.000",
     CURRENT: "115.025", RETAINED: "0"},
    {BANK: "1112.893", RENT: "14.995", AR: "7.000", AP: "12.345", TAX: "1.519",
     EQUITY: "1000.000", CURRENT: "5.999", RETAINED: "115.025"},
)  # fmt: skip
FLOWS_20: tuple[Mapping[str, str], ...] = (
    {NET: "115.025", AP: "12.345", TAX: "1.519", EQUITY: "1000.000"},
    {NET: "5.999", AR: "-7.000"},
)
TRIALS_20: tuple[Mapping[str, str], ...] = (
    {BANK: "1113.894", RENT: "14.995", AR: "0", AP: "-12.345", TAX: "-1.519",
     EQUITY: "-1000.000", SALES: "-132.925", TRAVEL: "17.350", EXCHANGE: "0.550"},
    {BANK: "-1.001", AR: "7.000", SALES: "-7.000", TRAVEL: "1.001"},
)  # fmt: skip
# Debits and credits of 2025: 1,000 + 31.894 + 102.000 to the bank, and so on.
LEDGER_20: Mapping[str, tuple[str, str]] = {
    BANK: ("1133.894", "20.000"),
    RENT: ("20.000", "5.005"),
    AR: ("134.444", "134.444"),
    AP: ("0", "12.345"),
    TAX: ("0", "1.519"),
    EQUITY: ("0", "1000.000"),
    SALES: ("0", "132.925"),
    TRAVEL: ("17.350", "0"),
    EXCHANGE: ("0.550", "0"),
}
# Open by contact: 545 + 108 + 40 = 693.00 and 800.00 more a year later; 1,090 + 4 x 100 = 1,490.00.
OPEN_10 = (
    ("ar_aging_summary", "2025-03-31", "c2", "USD", "693.00"),
    ("ar_aging_summary", "2025-03-31", "c3", "EUR", "230.00"),
    ("ar_aging_summary", "2026-03-31", "c1", "USD", "1490.00"),
    ("ar_aging_summary", "2026-03-31", "c2", "USD", "1493.00"),
    ("ap_aging_summary", "2025-03-31", "v2", "USD", "400.00"),
    ("ap_aging_summary", "2026-03-31", "v1", "USD", "3300.00"),
    ("ap_aging_summary", "2026-03-31", "v2", "USD", "400.00"),
)


def add_statements(ten: Company, twenty: Company) -> None:
    """Add the reports of both organizations to their rows."""
    for stream, reports in (("profit_and_loss", PROFITS_10), ("balance_sheet", SHEETS_10),
                            ("cash_flow", FLOWS_10), ("trial_balance", TRIALS_10)):  # fmt: skip
        for (first, last), amounts in zip(YEARS_10, reports, strict=True):
            ten.report(stream, first, last, amounts)
    for stream, reports in (("profit_and_loss", PROFITS_20), ("balance_sheet", SHEETS_20),
                            ("cash_flow", FLOWS_20), ("trial_balance", TRIALS_20)):  # fmt: skip
        for (first, last), amounts in zip(YEARS_20, reports, strict=True):
            twenty.report(stream, first, last, amounts)
    for (first, last), amounts in zip(YEARS_20, CASH_PROFITS_20, strict=True):
        twenty.report("profit_and_loss", first, last, amounts, basis="cash")
    _add_details(ten, twenty)


def _add_details(ten: Company, twenty: Company) -> None:
    for account, (debit, credit) in LEDGER_20.items():
        twenty.add("general_ledger", basis="accrual", from_date="2025-01-01",
                   to_date="2025-12-31", account_id=account, debit_total=Decimal(debit),
                   credit_total=Decimal(credit), read_at=READ_AT,
                   period_rows=len(LEDGER_20))  # fmt: skip
    for stream, day, contact, currency, total in OPEN_10:
        ten.add(stream, as_of=day, aging_by="due_date", contact_id=contact,
                currency_code=currency, total=Decimal(total), read_at=READ_AT)  # fmt: skip
    # An account that the report no longer shows, from a reading of a month ago.
    ten.report("profit_and_loss", *YEARS_10[0], {"999": "5.00"}, read_at=EARLIER)
