"""The row and the document of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.data.shapes import get_template
from sandbox.data.vocabulary import MONTHS

if TYPE_CHECKING:
    from sandbox.data.organizations import OrganizationSpec

SLUG: Final = "organizations"
SEED: Final = 7  # of fields that only some editions have


def build_organization_row(spec: OrganizationSpec, *, first: bool) -> dict[str, Any]:
    """Build the row of an organization; editions have further fields, the Indian one others."""
    row: dict[str, Any] = {
        "organization_id": spec.organization_id,
        "name": spec.name,
        "contact_name": "Robin Ledger",
        "email": "robin@example.com",
        "is_default_org": first,
        "fiscal_year_start_month": str(spec.fiscal_month + 1),
        "account_created_date": "2024-01-09",
        "time_zone": spec.time_zone,
        "is_dst_active": spec.time_zone.startswith(("America", "Europe")),
        **SAME_FOR_ALL,
        "currency_id": spec.currency_id,
        "currency_code": spec.currency,
        "currency_symbol": spec.symbol,
        "currency_format": "###,##0" + ("." + "0" * spec.decimals if spec.decimals else ""),
        "price_precision": spec.decimals,
        "plan_name": spec.plan,
        "country_code": spec.country_code,
        "country_name": spec.country,
        "portal_name": f"portal{spec.organization_id}",
        "org_settings": {"is_org_active": spec.active},
    }
    more = get_template(SLUG, "row", spec, SEED).make(0, {})
    return {**more, **row, **(_build_india_fields(spec) if spec.edition == "india" else {})}


SAME_FOR_ALL: Final[dict[str, Any]] = {
    "language_code": "en",
    "date_format": "MM/dd/yyyy",
    "field_separator": ",",
    "industry_type": "Technology",
    "industry_size": "1-10",
    "company_id_label": "",
    "company_id_value": "",
    "tax_id_label": "",
    "tax_id_value": "",
    "plan_type": 3,
    "plan_period": "Month",
}


def _build_india_fields(spec: OrganizationSpec) -> dict[str, Any]:
    blank = [{"index": index, "label": "", "value": ""} for index in range(1, 6)]
    return {
        "fiscal_year_start_month": spec.fiscal_month,
        "isOrgActive": spec.active,
        "isOrgNotSupported": False,
        "is_org_active": spec.active,
        "org_settings": True,
        "AppList": ["books"],
        "is_search360_enabled": "true",
        "is_gst_india_version": True,
        "gst_no": "29ABCDE1234F1Z5",
        "custom_fields": blank,
        "custom_field_hash": {f"cf_{field['index']}": "" for field in blank},
    }


def build_organization_document(spec: OrganizationSpec, *, first: bool) -> dict[str, Any]:
    """Build the document of an organization; month and date differ from its row, as recorded."""
    row = build_organization_row(spec, first=first)
    return {
        **get_template(SLUG, "document", spec, SEED).make(0, {}),
        **row,
        "fiscal_year_start_month": MONTHS[spec.fiscal_month],
        "account_created_date": "2024-05-09",
        "is_logo_uploaded": False,
        "user_role": "admin",
        "user_status": "active",
        "address": {
            "street_address1": "1 Quay Street",
            "street_address2": "",
            "city": "Portside",
            "state": "",
            "country": spec.country,
            "zip": "10001",
        },
        "phone": "",
        "fax": "",
        "website": "",
        "org_address": "",
        "remit_to_address": "",
    }
