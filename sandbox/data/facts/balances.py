"""What contacts owe and are owed, from their open documents and unused credits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.facts.amounts import convert_to_base
from sandbox.data.facts.applications import (
    DRAFT,
    draw_status,
    draw_total,
    list_applications_of,
    plan_payment,
    remember,
)
from sandbox.data.facts.settled import settle
from sandbox.data.facts.settlements import (
    DEBITS,
    PURCHASES,
    SALES,
    SIDES,
    compute_payment_epoch,
    draw_party,
)
from sandbox.data.store import Record

if TYPE_CHECKING:
    from sandbox.data.facts.settlements import Side
    from sandbox.data.scene import Party, Scene

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Balance:
    """What is open between an organization and a contact: documents, and unused credits.

    ``foreign`` are collections and numbers of what is in another currency than the organization's.
    """

    open: Decimal = ZERO
    unused: Decimal = ZERO
    foreign: tuple[tuple[str, int], ...] = ()


def get_open_amount(scene: Scene, collection: str, number: int) -> Decimal:
    """Get what a seeded document leaves open, or a payment unused, in its currency."""
    if collection == DEBITS:
        total = draw_total(scene, collection, number)
        return total * (draw_status(scene, collection, number) != DRAFT)
    side = SIDES[collection]
    if collection == side.payments:
        source = plan_payment(scene, side, number)
        applied = (one.amount for one in list_applications_of(scene, collection, number))
        return source.amount - sum(applied, sum(source.refunds, source.amount * 0))
    record = Record(scene.make_id(collection, number), number, 0, 0)
    settled = settle(scene, collection, record, draw_total(scene, collection, number))
    return settled.total * 0 if settled.drawn == DRAFT else settled.balance


def get_balances(scene: Scene, side: Side) -> dict[str, Balance]:
    """Get the balance of every contact of a side, by its id, as seeded."""
    return remember(scene, ("balances", side.documents), lambda: _add_balances(scene, side))


def _add_balances(scene: Scene, side: Side) -> dict[str, Balance]:
    found: dict[str, Balance] = {}
    owed = [side.documents, DEBITS] if side.is_sale else [side.documents]
    for collection in (*owed, side.credits, side.payments):
        for number in range(scene.count(collection)):
            party = draw_party(scene, collection, number, is_sale=side.is_sale)
            amount = get_open_amount(scene, collection, number)
            if not amount:
                continue
            old = found.get(party.id, Balance())
            is_foreign = party.currency[0] != scene.spec.currency
            more = ((collection, number),) if is_foreign else ()
            foreign = old.foreign + more
            found[party.id] = (
                replace(old, open=old.open + amount, foreign=foreign)
                if collection in owed
                else replace(old, unused=old.unused + amount, foreign=foreign)
            )
    return found


def _convert(scene: Scene, side: Side, party: Party, balance: Balance) -> tuple[Decimal, Decimal]:
    """Convert a balance to the organization's currency, each document at its own rate."""
    if party.currency[0] == scene.spec.currency:
        return balance.open, balance.unused
    total = {True: ZERO, False: ZERO}
    for collection, number in balance.foreign:
        epoch = (
            compute_payment_epoch(scene, side, number)
            if collection == side.payments
            else scene.get_created(collection, number)
        )
        rate = scene.get_rate(party.currency[0], epoch)
        amount = get_open_amount(scene, collection, number)
        total[collection in {side.documents, DEBITS}] += convert_to_base(scene, amount, rate)
    return total[True], total[False]


def build_balances(scene: Scene, party: Party) -> dict[str, Any]:
    """Build the balances of a contact as seeded, in its currency and in the organization's."""
    fields: dict[str, Any] = {}
    for side, word in ((SALES, "receivable"), (PURCHASES, "payable")):
        balance = get_balances(scene, side).get(party.id, Balance())
        base = _convert(scene, side, party, balance)
        own, nothing = Decimal(0).scaleb(-party.currency[2]), scene.to_amount(0)
        fields |= {
            f"outstanding_{word}_amount": balance.open + own,
            f"outstanding_{word}_amount_bcy": base[0] + nothing,
            f"unused_credits_{word}_amount": balance.unused + own,
            f"unused_credits_{word}_amount_bcy": base[1] + nothing,
        }
    return fields
