"""The organizations of the double: country, currency, time zone, edition, custom fields."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.numbers import mix
from sandbox.data.vocabulary import CURRENCY_KIND, FISCAL_MONTHS, MONTHS, find_currency

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class CustomField:
    """A custom field: ``entity`` is the document's key (invoice, contact, ...)."""

    entity: str
    api_name: str
    label: str
    data_type: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrganizationSpec:
    """An organization; ``decimals`` is that of its currency, ``daily_quota`` in API calls."""

    organization_id: str
    name: str
    country: str
    country_code: str
    time_zone: str
    currency: str
    symbol: str
    decimals: int
    id_prefix: str
    edition: str = "global"
    plan: str = "Professional"
    active: bool = True
    locations: bool = False
    custom_fields: tuple[CustomField, ...] = ()
    modules: tuple[str, ...] = ()
    daily_quota: int | None = None

    @property
    def fiscal_month(self) -> int:
        """The first month of the fiscal year, 0 for January."""
        return FISCAL_MONTHS.get(self.edition, 0)

    @cached_property
    def salt(self) -> int:
        """A number from its id, to draw its random data from."""
        return mix(int(self.organization_id))

    def make_id(self, kind: int, number: int) -> str:
        """Make the id of a number of one kind: 15 to 19 digits, as text."""
        return f"{self.id_prefix}{kind * 100_000_000 + number:012d}"

    @cached_property
    def currency_id(self) -> str:
        """The id of its currency."""
        return self.make_id(CURRENCY_KIND, find_currency(self.currency))

    def get_fields(self, entity: str) -> tuple[CustomField, ...]:
        """Get the custom fields of an entity."""
        return self._by_entity.get(entity, ())

    @cached_property
    def _by_entity(self) -> dict[str, tuple[CustomField, ...]]:
        entities = {one.entity for one in self.custom_fields}
        return {
            entity: tuple(one for one in self.custom_fields if one.entity == entity)
            for entity in entities
        }


def _make_fields(
    *rows: tuple[str, str, str, str] | tuple[str, str, str, str, tuple[str, ...]],
) -> tuple[CustomField, ...]:
    return tuple(CustomField(*row) for row in rows)


# cf_priority is a number here and a text there; cf_route is a text that looks like a number.
US_FIELDS: Final = _make_fields(
    ("invoice", "cf_po_reference", "PO Reference", "string"),
    ("invoice", "cf_weight", "Weight", "decimal"),
    ("invoice", "cf_priority", "Priority", "number"),
    ("invoice", "cf_approved", "Approved", "check_box"),
    ("invoice", "cf_delivery_on", "Delivery on", "date"),
    ("bill", "cf_cost_centre", "Cost Centre", "dropdown", ("North", "South", "True")),
    ("bill", "cf_retention", "Retention", "amount"),
    ("contact", "cf_route", "Route", "string"),
    ("contact", "cf_tin", "TIN", "string"),
    ("item", "cf_shelf_life", "Shelf life", "number"),
    ("salesorder", "cf_channels", "Channels", "multiselect", ("Web", "Shop", "Phone")),
    ("cm_debtor", "cf_debt_amount", "Debt amount", "amount"),
    ("cm_debtor", "cf_due_on", "Due on", "date"),
)
INDIA_FIELDS: Final = _make_fields(
    ("invoice", "cf_hsn_code", "HSN code", "decimal"),
    ("invoice", "cf_priority", "Priority", "dropdown", ("Low", "High")),
    ("invoice", "cf_margin", "Margin", "percent"),
    ("invoice", "cf_dispatched_at", "Dispatched at", "date_time"),
    ("bill", "cf_cost_centre", "Cost Centre", "string"),
    ("contact", "cf_pan", "PAN", "string"),
    ("item", "cf_fragile", "Fragile", "check_box"),
    ("expense", "cf_trip", "Trip", "lookup"),
    ("cm_vehicle", "cf_plate", "Plate", "string"),
    ("cm_vehicle", "cf_seats", "Seats", "number"),
)

PRESETS: Final = (
    OrganizationSpec(
        "927270289",
        "Harbour & Pine Trading",
        "U.S.A",
        "US",
        "America/New_York",
        "USD",
        "$",
        2,
        "260815",
        custom_fields=US_FIELDS,
        modules=("cm_debtor",),
        locations=True,
    ),
    OrganizationSpec(
        "60012345678",
        "Neem Leaf Exports Pvt Ltd",
        "India",
        "IN",
        "Asia/Kolkata",
        "INR",
        "₹",
        2,
        "4136804",
        edition="india",
        plan="Premium",
        custom_fields=INDIA_FIELDS,
        modules=("cm_vehicle",),
    ),
    OrganizationSpec(
        "90045671234",
        "株式会社 さくら商事",
        "Japan",
        "JP",
        "Asia/Tokyo",
        "JPY",
        "¥",
        0,
        "338",
        plan="Standard",
    ),
    OrganizationSpec(
        "772004512",
        "Kopje Supplies (dormant)",
        "South Africa",
        "ZA",
        "Africa/Johannesburg",
        "ZAR",
        "R",
        2,
        "771204",
        edition="southafrica",
        plan="Free",
        active=False,
    ),
    OrganizationSpec(
        "811220034",
        "Pearl Coast Contracting",
        "Kuwait",
        "KW",
        "Asia/Kuwait",
        "KWD",
        "KD",
        3,
        "811220",
        edition="gcc",
        plan="Elite",
    ),
    OrganizationSpec(
        "20081234567",
        "Thames & Tay Ltd",
        "United Kingdom",
        "GB",
        "Europe/London",
        "GBP",
        "£",
        2,
        "2008123",
        edition="uk",
    ),
)


def select_organizations(wanted: int | Sequence[OrganizationSpec]) -> list[OrganizationSpec]:
    """Select organizations: those given, or the first presets by count."""
    if not isinstance(wanted, int):
        return list(wanted)
    return [_make_preset(number) for number in range(wanted)]


def _make_preset(number: int) -> OrganizationSpec:
    lap, position = divmod(number, len(PRESETS))
    spec = PRESETS[position]
    if not lap:
        return spec
    return replace(
        spec,
        organization_id=str(int(spec.organization_id) + 1000 * lap),
        name=f"{spec.name} {lap + 1}",
        id_prefix=str(int(spec.id_prefix) + lap),
        active=True,
    )


def build_organization_row(spec: OrganizationSpec, *, first: bool) -> dict[str, Any]:
    """Build the row of an organization; the Indian edition has other fields."""
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
    return {**row, **_build_india_fields(spec)} if spec.edition == "india" else row


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
