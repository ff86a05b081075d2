"""Sales and purchases before they are JSON: party, lines, status and amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.facts.amounts import compute_amounts, convert_to_base, draw_lines
from sandbox.data.facts.applications import get_terms
from sandbox.data.facts.settled import build_settled_fields, settle
from sandbox.data.facts.settlements import SIDES, draw_party

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from sandbox.data.facts.amounts import Amounts, Line, Terms
    from sandbox.data.facts.settled import Settled
    from sandbox.data.scene import Party, Scene
    from sandbox.data.store import Record

SETTLED: Final = frozenset({"paid", "closed", "void"})


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of document: its keys, the prefix of its numbers, its statuses.

    ``settled`` are the statuses in which its balance is 0.
    """

    collection: str
    key: str
    number: str
    prefix: str
    statuses: tuple[str, ...]
    settled: frozenset[str] = SETTLED


@dataclass(frozen=True, slots=True)
class Document:
    """One sale or purchase; ``chance`` is the number that its other fields are drawn from.

    ``settled`` is None for documents that payments and credits are not applied to.
    """

    paper: Paper
    record: Record
    chance: int
    party: Party
    lines: Sequence[Line]
    terms: Terms
    amounts: Amounts
    settled: Settled | None

    @property
    def status(self) -> str:
        """Its status."""
        if self.settled:
            return self.settled.status
        return self.paper.statuses[(self.chance >> 12) % len(self.paper.statuses)]

    @property
    def balance(self) -> Decimal:
        """What is not settled of it, in its currency."""
        if self.settled:
            return self.settled.balance
        total = self.amounts.total
        return total * 0 if self.status in self.paper.settled else total

    @property
    def decimals(self) -> int:
        """The decimals of its currency."""
        return self.party.currency[2]

    def build_identity(self, digits: int) -> dict[str, Any]:
        """Build its id and its number, which is padded to so many digits."""
        number = f"{self.paper.prefix}-{self.record.number + 1:0{digits}d}"
        return {self.paper.key: self.record.id, self.paper.number: number}


def draw_document(scene: Scene, record: Record, paper: Paper, *, is_sale: bool) -> Document:
    """Draw the party, lines and status of a document, and compute its amounts."""
    collection, number = paper.collection, record.number
    chance = scene.draw(collection, number)
    party = draw_party(scene, collection, number, is_sale=is_sale)
    decimals, terms = party.currency[2], get_terms(collection, number)
    lines = draw_lines(scene, chance, decimals, terms)
    amounts = compute_amounts(lines, decimals, terms)
    is_settled = collection in SIDES
    settled = settle(scene, collection, record, amounts.total) if is_settled else None
    return Document(paper, record, chance, party, lines, terms, amounts, settled)


def build_amount_fields(scene: Scene, document: Document) -> dict[str, Any]:
    """Build the fields of a document's amounts, in its currency and in the organization's."""
    amounts = document.amounts
    terms = scene.build_currency_fields(document.party, document.record.created)
    rate = terms["exchange_rate"]
    base_sub_total = convert_to_base(scene, amounts.sub_total, rate)
    return {
        **terms,
        "sub_total": amounts.sub_total,
        "tax_total": amounts.tax_total,
        "total": amounts.total,
        "amount": amounts.total,
        "balance": document.balance,
        "balance_due": document.balance,
        "total_taxable_amount": amounts.sub_total,
        "total_without_tax": amounts.sub_total,
        **_build_charges(scene, document, rate),
        "bcy_sub_total": base_sub_total,
        "bcy_tax_total": convert_to_base(scene, amounts.tax_total, rate),
        "bcy_total": convert_to_base(scene, amounts.total, rate),
        "bcy_total_without_tax": base_sub_total,
        "total_quantity": amounts.quantity,
        "item_quantity": amounts.quantity,
        "quantity": amounts.quantity,
    }


def _build_charges(scene: Scene, document: Document, rate: Decimal) -> dict[str, Any]:
    """Build the discount, the shipping charge and the adjustment of a document."""
    amounts = document.amounts
    return {
        "discount_total": amounts.discount,
        "discount_amount": amounts.discount,
        "discount": amounts.discount,
        "is_discount_before_tax": document.terms.is_before_tax,
        "is_inclusive_tax": document.terms.is_inclusive,
        "shipping_charge": amounts.shipping,
        "bcy_shipping_charge": convert_to_base(scene, amounts.shipping, rate),
        "adjustment": amounts.adjustment,
        "bcy_adjustment": convert_to_base(scene, amounts.adjustment, rate),
        "bcy_discount_total": convert_to_base(scene, amounts.discount, rate),
        "tax_amount": amounts.tax_total,
    }


def build_status_fields(document: Document) -> dict[str, Any]:
    """Build the fields of a document's status, and of what is applied to it."""
    if document.settled:
        return build_settled_fields(document.settled)
    return dict.fromkeys(("status", "current_sub_status", "order_status"), document.status)
