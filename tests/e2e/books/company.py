"""A company worked by hand: about 60 documents of two organizations, with what each of them posts.

Organization 10 keeps its books in US dollars, its fiscal year begins in April. Organization 20
keeps them in Kuwaiti dinars (three decimals), by calendar year, and uses the ids of organization 10
for other things. No figure here is computed by a program: the comments show the arithmetic, and
`statements.py` adds the legs up by hand. Debits are positive.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.e2e.books.accounts import ACCOUNTS_10, ACCOUNTS_20, SALES
from tests.e2e.books.ledger import Company
from tests.e2e.books.purchases import book_2025, buy_2025, leave_out, work_2026
from tests.e2e.books.sales import credit_2025, sell_2025, sell_2026, trade_abroad
from tests.e2e.books.small_books import keep_cash_books, keep_small_books

if TYPE_CHECKING:
    from collections.abc import Mapping

# fmt: off


def build_company() -> list[Company]:
    """Build both organizations."""
    ten, twenty = Company("10", "USD"), Company("20", "KWD")
    _add_masters(ten, "USD", 2, "april", ACCOUNTS_10)
    _add_masters(twenty, "KWD", 3, "january", ACCOUNTS_20)
    for step in (sell_2025, credit_2025, trade_abroad, buy_2025, book_2025, sell_2026,
                 work_2026, leave_out):
        step(ten)
    keep_small_books(twenty)
    keep_cash_books(twenty)
    return [ten, twenty]


def _add_masters(
    company: Company, currency: str, decimals: int, month: str,
    accounts: Mapping[str, tuple[str, str, str]],
) -> None:
    head = {"name": f"Company {company.organization_id}", "currency_code": currency,
            "price_precision": decimals}
    # The list counts the months from 0.
    number = {"april": "3", "january": "0"}[month]
    company.add("organizations", **head, fiscal_year_start_month=number)
    company.add("organization_details", **head, fiscal_year_start_month=month)
    company.add_accounts(accounts)
    for key, kind, code in (("c1", "customer", currency), ("c2", "customer", currency),
                            ("c3", "customer", "EUR"), ("v1", "vendor", currency),
                            ("v2", "vendor", currency), ("v3", "vendor", "EUR")):
        company.add("contacts", contact_id=key, contact_name=f"{company.organization_id} {key}",
                    contact_type=kind, status="active", currency_code=code)
    company.add("items", item_id="widget", name="Widget", rate=Decimal(100), status="active",
                item_type="inventory", account_id=SALES)
    company.add("taxes", tax_id="t10", tax_name="State 10", tax_percentage=Decimal(10))
    company.add("reporting_tags", tag_id="tag", tag_name="Region", is_active=True,
                tag_options=[{"tag_option_id": "north", "tag_option_name": "North"}])
