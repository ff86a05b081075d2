"""Facts that documents of several kinds share."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

from sandbox.data.numbers import is_nth, to_amount
from sandbox.data.scene import get_kind_number

if TYPE_CHECKING:
    from sandbox.data.scene import Line, Party, Scene
    from sandbox.data.store import Record

DAY = 86400
LINE_KIND = 500


class FactsOf(Protocol):
    """The facts of one record; ``whole`` asks for what only the document has, too."""

    def __call__(self, scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
        """Tell them."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What sets one kind of document apart from another."""

    collection: str
    key: str
    number: str
    prefix: str
    statuses: tuple[str, ...]

    def build_identity(self, record: Record, digits: int) -> dict[str, Any]:
        """The id and the number of one."""
        number = f"{self.prefix}-{record.number + 1:0{digits}d}"
        return {self.key: record.id, self.number: number}


def build_stamps(scene: Scene, record: Record) -> dict[str, Any]:
    """When a document was made and changed, in every spelling that the service has."""
    created, modified = scene.format_time(record.created), scene.format_time(record.modified)
    return {
        "created_time": created,
        "last_modified_time": modified,
        "updated_time": modified,
    }


def build_display_stamps(scene: Scene, record: Record, *, dates: bool) -> dict[str, Any]:
    """The same in the display format."""
    show = scene.format_display_date if dates else scene.format_display_time
    return {
        "created_time_formatted": show(record.created),
        "last_modified_time_formatted": show(record.modified),
        "created_date": scene.format_display_date(record.created)
        if dates
        else scene.format_date(record.created),
    }


def build_address(party: Party, country: str, code_field: str) -> dict[str, Any]:
    """A postal address; the postcode is a ``zipcode`` in lists of invoices, ``zip`` elsewhere."""
    place = party.place
    return {
        "street": place.street,
        "address": place.street,
        "street2": "",
        "city": place.city,
        "state": place.state,
        code_field: place.code,
        "country": country,
        "phone": "",
        "fax": "",
        "attention": "None" if is_nth(13, party.number, 5) else "",
    }


def build_addresses(scene: Scene, party: Party, code_field: str) -> dict[str, Any]:
    """Where to bill and where to ship; shipping is blank for every other."""
    billing = build_address(party, scene.spec.country, code_field)
    blank = dict.fromkeys(billing, "")
    return {
        "billing_address": billing,
        "shipping_address": billing if party.number % 2 else blank,
        "customer_default_billing_address": billing,
        "country": scene.spec.country,
    }


def convert_to_base(scene: Scene, amount: Decimal, rate: Decimal) -> Decimal:
    """An amount in the organization's own currency."""
    return (amount * rate).quantize(Decimal(1).scaleb(-scene.spec.decimals), ROUND_HALF_UP)


def build_totals(scene: Scene, party: Party, lines: list[Line]) -> dict[str, Any]:
    """What the lines add up to, in the document's currency and in the base currency."""
    decimals = party.currency[2]
    net = sum(line.amount for line in lines)
    tax = sum(line.tax_amount for line in lines)
    terms = scene.build_currency_fields(party)
    rate = terms["exchange_rate"]
    sub_total, tax_total, total = (to_amount(units, decimals) for units in (net, tax, net + tax))
    return {
        **terms,
        "sub_total": sub_total,
        "tax_total": tax_total,
        "total": total,
        "amount": total,
        "total_taxable_amount": sub_total,
        "total_without_tax": sub_total,
        "tax_amount": tax_total,
        "bcy_sub_total": convert_to_base(scene, sub_total, rate),
        "bcy_tax_total": convert_to_base(scene, tax_total, rate),
        "bcy_total": convert_to_base(scene, total, rate),
        "bcy_total_without_tax": convert_to_base(scene, sub_total, rate),
        "total_quantity": sum(line.quantity for line in lines),
        "item_quantity": sum(line.quantity for line in lines),
        "quantity": sum(line.quantity for line in lines),
    }


def make_line_id(scene: Scene, collection: str, record: Record, place: int) -> str:
    """The id of a line of a document."""
    return scene.spec.make_id(LINE_KIND + get_kind_number(collection), record.number * 10 + place)


def build_line_items(
    scene: Scene, collection: str, record: Record, party: Party, lines: list[Line], account: int
) -> list[dict[str, Any]]:
    """The lines of a document; a heading stands before the first of every seventh."""
    account_id, account_name = scene.get_account(account)
    made = [
        {
            "line_item_id": make_line_id(scene, collection, record, place),
            "item_order": place + 1,
            "account_id": account_id,
            "account_name": account_name,
            **_build_line(scene, line, party.currency[2]),
        }
        for place, line in enumerate(lines)
    ]
    if is_nth(7, record.number, 3):
        made.insert(0, {"line_item_id": make_line_id(scene, collection, record, 9), **HEADING})
    return made


HEADING: Final[dict[str, Any]] = {
    "line_item_category": "header",
    "name": "Phase one",
    "item_id": "",
    "rate": "",
    "quantity": "",
    "tax_percentage": "",
}


def _build_line(scene: Scene, line: Line, decimals: int) -> dict[str, Any]:
    amount, rate = to_amount(line.amount, decimals), to_amount(line.rate, decimals)
    return {
        "item_id": scene.make_id("items", line.item),
        "name": scene.pools.pick_product(line.item),
        "description": scene.pools.pick_sentence(line.item),
        "quantity": Decimal(line.quantity * 100).scaleb(-2),
        "rate": rate,
        "bcy_rate": rate,
        "sales_rate": rate if line.quantity % 2 else "",
        "unit": "pcs",
        "item_total": amount,
        "amount": amount,
        "is_backorder": "",
        **build_tax_fields(scene, line.tax),
        "line_item_taxes": build_taxes(scene, line.tax, line.tax_amount, decimals),
    }


def build_tax_fields(scene: Scene, tax: int) -> dict[str, Any]:
    """The tax of a line; blank where it bears none."""
    if not tax:
        return {
            "tax_id": "",
            "tax_name": "",
            "tax_percentage": Decimal(0),
            "tax_amount": Decimal(0),
        }
    name, percent = scene.taxes[tax - 1]
    return {
        "tax_id": scene.make_id("settings/taxes", tax - 1),
        "tax_name": name,
        "tax_percentage": Decimal(percent),
    }


def build_taxes(scene: Scene, tax: int, units: int, decimals: int) -> list[dict[str, Any]]:
    """The taxes of a line or document; India's are split, and name their halves only here."""
    if not tax:
        return []
    name, percent = scene.taxes[tax - 1]
    tax_id = scene.make_id("settings/taxes", tax - 1)
    if scene.spec.edition != "india":
        return [
            {
                "tax_id": tax_id,
                "tax_name": name,
                "tax_percentage": Decimal(percent),
                "tax_amount": to_amount(units, decimals),
            }
        ]
    half = units // 2
    halves = (("CGST", units - half), ("SGST", half))
    return [
        {
            "tax_id": scene.make_id("settings/taxes", 5000 + place),
            "tax_name": f"{part}{percent / 2:g} ({percent / 2:g}%)",
            "tax_amount": to_amount(share, decimals),
            "tax_percentage": Decimal(percent) / 2,
        }
        for place, (part, share) in enumerate(halves)
    ]


def build_document_taxes(scene: Scene, lines: list[Line], decimals: int) -> list[dict[str, Any]]:
    """The taxes of a whole document, one entry a tax; some bear no id."""
    found: list[dict[str, Any]] = []
    for tax in sorted({line.tax for line in lines if line.tax}):
        units = sum(line.tax_amount for line in lines if line.tax == tax)
        found += build_taxes(scene, tax, units, decimals)
    return found
