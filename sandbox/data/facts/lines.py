"""The lines and taxes of documents as JSON objects."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.chart import INVENTORY
from sandbox.data.facts.amounts import round_amount, split_tax
from sandbox.data.numbers import is_nth
from sandbox.data.scene import get_kind_number

if TYPE_CHECKING:
    from sandbox.data.facts.amounts import Line
    from sandbox.data.facts.documents import Document
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record

LINE_KIND: Final = 500
STOCKED: Final = frozenset({"bills", "vendorcredits"})
# The parts of a tax that is a group: seeded taxes (before it) outside India.
GROUP: Final = 3
HEADING: Final[dict[str, Any]] = {
    "line_item_category": "header",
    "name": "Phase one",
    "item_id": "",
    "rate": "",
    "quantity": "",
    "tax_percentage": "",
}


def make_line_id(scene: Scene, collection: str, record: Record, place: int) -> str:
    """Make the id of a line of a document."""
    return scene.spec.make_id(LINE_KIND + get_kind_number(collection), record.number * 10 + place)


def build_line_items(scene: Scene, document: Document, account: int) -> list[dict[str, Any]]:
    """Build the lines of a document; every seventh document has a heading before the first.

    Bills and vendor credits post goods to the inventory, other lines to ``account``.
    """
    collection, record = document.paper.collection, document.record
    made = [
        {
            "line_item_id": make_line_id(scene, collection, record, place),
            "item_order": place + 1,
            **_build_account(scene, collection, line, account),
            **_build_line(scene, line, document.decimals),
        }
        for place, line in enumerate(document.lines)
    ]
    if is_nth(7, record.number, 3):
        made.insert(0, {"line_item_id": make_line_id(scene, collection, record, 9), **HEADING})
    return made


def _build_account(scene: Scene, collection: str, line: Line, account: int) -> dict[str, Any]:
    is_stock = collection in STOCKED and is_goods(line.item)
    account_id, account_name = scene.get_account(INVENTORY if is_stock else account)
    return {"account_id": account_id, "account_name": account_name}


def is_goods(item: int) -> bool:
    """Whether a seeded item is kept in stock; every fifth is a service."""
    return not is_nth(5, item, 0)


def compute_cost(rate: Decimal, decimals: int) -> Decimal:
    """Compute the cost of a stocked item from its sales rate."""
    return round_amount(rate * 3 / 5, decimals)


def _build_line(scene: Scene, line: Line, decimals: int) -> dict[str, Any]:
    return {
        "item_id": scene.make_id("items", line.item),
        "name": scene.pools.pick_product(line.item),
        "description": scene.pools.pick_sentence(line.item),
        "quantity": Decimal(line.quantity * 100).scaleb(-2),
        "rate": line.rate,
        "bcy_rate": line.rate,
        "sales_rate": line.rate if line.quantity % 2 else "",
        "unit": "pcs",
        "item_total": line.amount,
        "amount": line.amount,
        "is_backorder": "",
        **build_tax_fields(scene, line.tax),
        "line_item_taxes": build_taxes(scene, line.tax, line.tax_amount, decimals),
    }


def build_tax_fields(scene: Scene, tax: int) -> dict[str, Any]:
    """Build the fields of a line's tax; blank if it has none."""
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


def build_taxes(scene: Scene, tax: int, amount: Decimal, decimals: int) -> list[dict[str, Any]]:
    """Build the taxes of a line or document; India's are in two halves, named only here."""
    if not tax:
        return []
    percent = scene.taxes[tax - 1][1]
    if scene.spec.edition != "india":
        parts = [(tax, amount)]
        if tax == GROUP and len(scene.taxes) >= GROUP:
            parts = _split_group(scene, tax, amount, decimals)
        return [_build_tax(scene, one, share) for one, share in parts]
    halves = zip(("CGST", "SGST"), split_tax(amount, decimals), strict=True)
    return [
        {
            "tax_id": scene.make_id("settings/taxes", 5000 + place),
            "tax_name": f"{part}{percent / 2:g} ({percent / 2:g}%)",
            "tax_amount": share,
            "tax_percentage": Decimal(percent) / 2,
        }
        for place, (part, share) in enumerate(halves)
    ]


def _split_group(
    scene: Scene, tax: int, amount: Decimal, decimals: int
) -> list[tuple[int, Decimal]]:
    """Split the amount of a group by the percentages of its two members."""
    whole, first = scene.taxes[tax - 1][1], scene.taxes[0][1]
    share = round_amount(amount * first / whole, decimals)
    return [(1, share), (2, amount - share)]


def _build_tax(scene: Scene, tax: int, amount: Decimal) -> dict[str, Any]:
    name, percent = scene.taxes[tax - 1]
    return {
        "tax_id": scene.make_id("settings/taxes", tax - 1),
        "tax_name": name,
        "tax_percentage": Decimal(percent),
        "tax_amount": amount,
    }


def build_document_taxes(scene: Scene, document: Document) -> list[dict[str, Any]]:
    """Build the taxes of a whole document: one entry a tax, two in India."""
    found: dict[str, dict[str, Any]] = {}
    for line in document.lines:
        for part in build_taxes(scene, line.tax, line.tax_amount, document.decimals):
            known = found.get(part["tax_name"])
            if known is None:
                found[part["tax_name"]] = part
            else:
                known["tax_amount"] += part["tax_amount"]
    return [found[name] for name in sorted(found)]
