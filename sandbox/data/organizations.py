"""The organizations of the double: country, currency, time zone, edition, custom fields."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sandbox.data.numbers import mix
from sandbox.data.vocabulary import CURRENCY_KIND, FISCAL_MONTHS, find_currency

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
        edition="us",
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

# An organization of each edition whose fields are known.
EDITIONS: Final = {
    **{one.edition: one for one in PRESETS if one.edition != "global"},
    "kenya": OrganizationSpec(
        "50034127781", "Acacia Outfitters", "Kenya", "KE", "Africa/Nairobi", "USD", "$", 2,
        "500341", edition="kenya",
    ),
    "mexico": OrganizationSpec(
        "70051239002", "Agave y Sal", "Mexico", "MX", "America/Mexico_City", "USD", "$", 2,
        "700512", edition="mexico",
    ),
}  # fmt: skip


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
