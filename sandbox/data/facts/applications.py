"""How much of each payment and credit is applied to a document, refunded, or left over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from sandbox.data.facts.amounts import (
    PLAIN,
    compute_amounts,
    draw_lines,
    draw_payment,
    draw_terms,
    round_amount,
    split_amount,
)
from sandbox.data.facts.settlements import (
    DAY,
    DEBITS,
    SALES,
    SIDES,
    compute_payment_epoch,
    draw_party,
    find_paid,
    find_payment,
    list_credits,
    list_paid,
    list_payments,
    list_refunds,
    list_returns,
)
from sandbox.data.numbers import is_nth

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from sandbox.data.facts.amounts import Terms
    from sandbox.data.facts.settlements import Side
    from sandbox.data.scene import Scene

MOST_REMEMBERED: Final = 1_000_000
DRAFT, VOID, OPEN, PAID = "draft", "void", "open", "paid"
# What documents of a kind are drawn as; those with payments or credits are neither draft nor void.
DRAWN: Final = {
    "invoices": (DRAFT, OPEN, OPEN, PAID, VOID),
    DEBITS: (DRAFT, OPEN, OPEN),
    "bills": (DRAFT, OPEN, OPEN, PAID, VOID),
    "creditnotes": (OPEN, PAID, VOID),
    "vendorcredits": (OPEN, PAID),
}
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Application:
    """A payment or credit that is applied to a document, in the currency of both.

    ``id`` is that of the row under the document (payment) or under the credit; ``date`` is when it
    counts: not before either of the two.
    """

    id: str
    source: str
    target: str
    amount: Decimal
    date: str
    is_payment: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """How a document is settled: amounts of its payments, of its credits, and written off."""

    total: Decimal
    drawn: str
    payments: tuple[Decimal, ...]
    credits: tuple[Decimal, ...]
    write_off: Decimal


def remember(scene: Scene, key: tuple[Any, ...], compute: Callable[[], Result]) -> Result:
    """Return what was computed for a key of this scene's seed, or compute it."""
    memory = scene.memory
    if key not in memory:
        if len(memory) > MOST_REMEMBERED:
            memory.clear()
        memory[key] = compute()
    return cast("Result", memory[key])


def get_terms(collection: str, number: int) -> Terms:
    """Get the terms of a document; only invoices and bills have some."""
    if collection not in {"invoices", "bills"}:
        return PLAIN
    terms = draw_terms(number)
    # A bill shows no shipping charge, so its total has none.
    return replace(terms, has_shipping=False) if collection == "bills" else terms


def get_decimals(scene: Scene, side: Side, collection: str, number: int) -> int:
    """Get the decimals of a document's currency."""
    return draw_party(scene, collection, number, is_sale=side.is_sale).currency[2]


def draw_total(scene: Scene, collection: str, number: int) -> Decimal:
    """Draw the total of a document of sales or purchases."""

    def compute() -> Decimal:
        side = SIDES.get(collection, SALES)
        decimals = get_decimals(scene, side, collection, number)
        terms = get_terms(collection, number)
        lines = draw_lines(scene, scene.draw(collection, number), decimals, terms)
        return compute_amounts(lines, decimals, terms).total

    return remember(scene, ("total", collection, number), compute)


def draw_status(scene: Scene, collection: str, number: int) -> str:
    """Draw what becomes of a document, before it is known what settles it."""
    words = DRAWN[collection]
    return words[(scene.draw(collection, number) >> 12) % len(words)]


def plan_document(scene: Scene, side: Side, number: int) -> Plan:
    """Plan what settles an invoice or a bill."""
    key = ("plan", side.documents, number)
    return remember(scene, key, lambda: _plan_document(scene, side, number))


def _plan_document(scene: Scene, side: Side, number: int) -> Plan:
    total = draw_total(scene, side.documents, number)
    drawn = draw_status(scene, side.documents, number)
    paid, credit = list_payments(scene, side, number), list_credits(scene, side, number)
    decimals = get_decimals(scene, side, side.documents, number)
    nothing = total * 0
    if not paid and not credit:
        return Plan(total, OPEN if drawn == PAID else drawn, (), (), nothing)
    credited = nothing
    if credit:
        least = min(total, draw_total(scene, side.credits, number))
        credited = round_amount(least / 2, decimals)
    rest = total - credited
    received = rest if paid and drawn != OPEN else round_amount(rest / 3, decimals)
    received = received if paid else nothing
    is_written_off = side.is_sale and is_nth(7, number, 5)
    return Plan(
        total,
        drawn if drawn == PAID else OPEN,
        tuple(split_amount(received, len(paid), decimals)),
        tuple(split_amount(credited, len(credit), decimals)),
        rest - received if is_written_off else nothing,
    )


def list_applications(scene: Scene, side: Side, number: int) -> list[Application]:
    """List what is applied to a seeded invoice or bill, in the order of its dates."""
    key = (side.documents, number)
    if key not in scene.dated_memory:
        if len(scene.dated_memory) > MOST_REMEMBERED:
            scene.dated_memory.clear()
        scene.dated_memory[key] = _list_applications(scene, side, number)
    return list(scene.dated_memory[key])


def _list_applications(scene: Scene, side: Side, number: int) -> list[Application]:
    plan = plan_document(scene, side, number)
    target = scene.make_id(side.documents, number)
    start = scene.get_created(side.documents, number)
    found = []
    for row, amount in zip(list_payments(scene, side, number), plan.payments, strict=True):
        payment = find_payment(scene, side, row)
        epoch = max(compute_payment_epoch(scene, side, payment), start)
        source, key = scene.make_id(side.payments, payment), scene.make_id(side.paid, row)
        found.append(Application(key, source, target, amount, scene.format_date(epoch)))
    for row, amount in zip(list_credits(scene, side, number), plan.credits, strict=True):
        epoch = max(scene.get_created(side.credits, number), start) + 5 * DAY
        source, key = scene.make_id(side.credits, number), scene.make_id(side.credited, row)
        date = scene.format_date(min(epoch, scene.now))
        found.append(Application(key, source, target, amount, date, is_payment=False))
    return sorted(found, key=lambda one: (one.date, one.id))


def list_applications_of(scene: Scene, collection: str, number: int) -> list[Application]:
    """List to which documents a seeded payment or credit is applied."""
    side = SIDES[collection]
    source = scene.make_id(collection, number)
    if collection == side.credits:
        targets = {number} if list_credits(scene, side, number) else set()
    else:
        rows = list_paid(scene, side, number)
        targets = {find_paid(scene, side, row) or 0 for row in rows}
    return [
        one
        for target in sorted(targets)
        for one in list_applications(scene, side, target)
        if one.source == source
    ]


@dataclass(frozen=True, slots=True)
class Source:
    """A payment or credit: its amount, and the amounts that were refunded of it."""

    amount: Decimal
    refunds: tuple[Decimal, ...]


def plan_payment(scene: Scene, side: Side, number: int) -> Source:
    """Plan the amount of a payment: what it is applied to, and an excess that some have."""
    key = ("payment", side.payments, number)
    return remember(scene, key, lambda: _plan_payment(scene, side, number))


def _plan_payment(scene: Scene, side: Side, number: int) -> Source:
    decimals = get_decimals(scene, side, side.payments, number)
    chance = scene.draw(side.payments, number)
    rows = list_paid(scene, side, number)
    applied = draw_payment(chance, 90_000, decimals) * 0
    for row in rows:
        document = find_paid(scene, side, row) or 0
        place = row - list_payments(scene, side, document)[0]
        applied += plan_document(scene, side, document).payments[place]
    returns = list_returns(scene, side, number)
    has_excess = not rows or returns or is_nth(8, chance >> 5, 1)
    excess = draw_payment(chance, 9_000, decimals) if has_excess else applied * 0
    refunds = split_amount(round_amount(excess / 2, decimals), len(returns), decimals)
    return Source(applied + excess, tuple(refunds))


def plan_credit(scene: Scene, side: Side, number: int) -> Source:
    """Plan the refunds of a credit note or vendor credit."""
    key = ("credit", side.credits, number)
    return remember(scene, key, lambda: _plan_credit(scene, side, number))


def _plan_credit(scene: Scene, side: Side, number: int) -> Source:
    total = draw_total(scene, side.credits, number)
    decimals = get_decimals(scene, side, side.credits, number)
    used = total * 0
    if list_credits(scene, side, number):
        used = sum(plan_document(scene, side, number).credits, used)
    is_closed = draw_status(scene, side.credits, number) == PAID
    refunds = list_refunds(scene, side, number)
    amount = total - used if is_closed else round_amount((total - used) / 3, decimals)
    return Source(total, tuple(split_amount(amount, len(refunds), decimals)))


def compute_refund_epoch(scene: Scene, collection: str, number: int, epoch: int) -> int:
    """Compute when a refund was made: 8 days after the payment or credit at the earliest."""
    side = SIDES[collection]
    if number >= scene.count(collection):
        return epoch
    start = (
        compute_payment_epoch(scene, side, number)
        if collection == side.payments
        else scene.get_created(side.credits, number)
    )
    return min(max(start + 8 * DAY, epoch), scene.now)
