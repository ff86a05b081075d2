"""Sales and purchases before they are JSON: party, lines, status and amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.facts.amounts import compute_amounts, convert_to_base, draw_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.data.facts.amounts import Amounts, Line
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
    """One sale or purchase; ``chance`` is the number that its other fields are drawn from."""

    paper: Paper
    record: Record
    chance: int
    party: Party
    lines: Sequence[Line]
    status: str
    amounts: Amounts

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
    chance = scene.draw(paper.collection, record.number)
    party = scene.pick_customer(chance) if is_sale else scene.pick_vendor(chance)
    lines = draw_lines(scene, chance, party.currency[2])
    status = paper.statuses[(chance >> 12) % len(paper.statuses)]
    amounts = compute_amounts(lines, is_settled=status in paper.settled)
    return Document(paper, record, chance, party, lines, status, amounts)


def build_amount_fields(scene: Scene, document: Document) -> dict[str, Any]:
    """Build the fields of a document's amounts, in its currency and in the organization's."""
    amounts = document.amounts
    terms = scene.build_currency_fields(document.party)
    rate = terms["exchange_rate"]
    base_sub_total = convert_to_base(scene, amounts.sub_total, rate)
    return {
        **terms,
        "sub_total": amounts.sub_total,
        "tax_total": amounts.tax_total,
        "total": amounts.total,
        "amount": amounts.total,
        "balance": amounts.balance,
        "total_taxable_amount": amounts.sub_total,
        "total_without_tax": amounts.sub_total,
        "tax_amount": amounts.tax_total,
        "bcy_sub_total": base_sub_total,
        "bcy_tax_total": convert_to_base(scene, amounts.tax_total, rate),
        "bcy_total": convert_to_base(scene, amounts.total, rate),
        "bcy_total_without_tax": base_sub_total,
        "total_quantity": amounts.quantity,
        "item_quantity": amounts.quantity,
        "quantity": amounts.quantity,
    }


def build_status_fields(document: Document) -> dict[str, Any]:
    """Build the fields of a document's status."""
    return dict.fromkeys(("status", "current_sub_status", "order_status"), document.status)
