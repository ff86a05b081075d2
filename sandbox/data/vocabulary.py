"""Words of the service: field values that do not depend on the organization."""

from __future__ import annotations

from typing import Any, Final

WORDS: Final[dict[str, Any]] = {
    "template_type": "standard",
    "template_name": "Standard Template",
    "page_width": "8.27in",
    "page_height": "11.69in",
    "orientation": "portrait",
    "color_code": "",
    "phone": "+1-202-555-0142",
    "mobile": "",
    "fax": "",
    "source": "api",
    "invoice_source": "Api",
    "sales_channel": "direct_sales",
    "transaction_type": "renewal",
    "rounding_mode": "round_half_up",
    "bcy_rounding_mode": "round_half_up",
    "transaction_rounding_type": "no_rounding",
    "tax_rounding": "entity_level",
    "tax_override_preference": "no_override",
    "retention_override_preference": "no_override",
    "tds_calculation_type": "tds_item_level",
    "computation_type": "basic",
    "discount_type": "item_level",
    "discount_setting": "flat",
    "pricing_scheme": "unit",
    "line_item_category": "line_item",
    "portal_status": "disabled",
    "portal_status_formatted": "Disabled",
    "customer_sub_type": "business",
    "journal_type": "both",
    "mileage_type": "non_mileage",
    "expense_type": "non_mileage",
    "mileage_unit": "km",
    "account_sub_type": "commercial",
    "current_sub_status_id": "",
    "payment_type": "Invoice Payment",
    "payment_status": "paid",
    "item_type": "sales",
    "product_type": "goods",
    "tax_type": "tax",
    "operation_type": "Added",
    "comment_type": "system",
    "user_type": "zoho",
    # Blank text instead of a list; the document of the same record has a list.
    "documents": "",
    "custom_fields": "",
    "custom_fields_list": "",
    "applied_invoices": "",
}
# The month in which the fiscal year of an edition begins, if it is not January.
FISCAL_MONTHS: Final = {"india": 3, "uk": 3}
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
CURRENCY_KIND: Final = 1
CURRENCIES: Final = (
    ("USD", "$", 2, "United States Dollar"),
    ("INR", "₹", 2, "Indian Rupee"),
    ("JPY", "¥", 0, "Japanese Yen"),
    ("ZAR", "R", 2, "South African Rand"),
    ("KWD", "KD", 3, "Kuwaiti Dinar"),
    ("GBP", "£", 2, "Pound Sterling"),
    ("EUR", "€", 2, "Euro"),
    ("AED", "AED", 2, "UAE Dirham"),
    ("AUD", "A$", 2, "Australian Dollar"),
    ("CAD", "C$", 2, "Canadian Dollar"),
    ("CNY", "CN¥", 2, "Yuan Renminbi"),
    ("SAR", "SR", 2, "Saudi Riyal"),
)
CODES: Final = [one[0] for one in CURRENCIES]


def find_currency(code: str) -> int:
    """Find the position of a currency in the list.

    Raises:
        ValueError: The list has no such currency.
    """
    return CODES.index(code)
