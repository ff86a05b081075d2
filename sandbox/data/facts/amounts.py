"""The amounts of documents: drawn at random, added up and rounded here only, in Decimal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from sandbox.data.numbers import is_nth, mix, to_amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.data.scene import Scene

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """What changes the total of a document beside its lines; percentages of the lines.

    A discount before tax lowers the tax, too; ``is_inclusive`` is whether rates include the tax.
    """

    discount: int = 0
    is_before_tax: bool = False
    is_inclusive: bool = False
    has_shipping: bool = False
    is_rounded: bool = False


PLAIN: Final = Terms()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document, in its currency; ``tax`` is 0 or 1 + the index of a scene's tax."""

    item: int
    quantity: int
    rate: Decimal
    tax: int
    amount: Decimal
    tax_amount: Decimal
    discount: Decimal


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of a document, in its currency."""

    sub_total: Decimal
    discount: Decimal
    tax_total: Decimal
    shipping: Decimal
    adjustment: Decimal
    total: Decimal
    quantity: int


def round_amount(amount: Decimal, decimals: int) -> Decimal:
    """Round half up, as the service does, to the decimals of a currency."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def draw_terms(number: int) -> Terms:
    """Draw the terms of an invoice or bill from its number; most have none."""
    return Terms(
        discount=10 if is_nth(11, number, 4) else 5 if is_nth(11, number, 9) else 0,
        is_before_tax=is_nth(11, number, 4),
        is_inclusive=is_nth(17, number, 9),
        has_shipping=is_nth(13, number, 6),
        is_rounded=is_nth(10, number, 8),
    )


def draw_lines(scene: Scene, chance: int, decimals: int, terms: Terms = PLAIN) -> list[Line]:
    """Draw 1 to 4 lines; the tax of each is rounded to the decimals of the currency."""
    lots = (mix(chance, place) for place in range(1 + chance % 4))
    return [_draw_line(scene, lot, decimals, terms) for lot in lots]


def _draw_line(scene: Scene, lot: int, decimals: int, terms: Terms) -> Line:
    scale = 10**decimals
    quantity = 1 + lot % 8
    units = (5 + (lot >> 8) % 900) * scale + ((lot >> 20) % 100 * scale) // 100
    rate = to_amount(units, decimals)
    tax = (lot >> 32) % (len(scene.taxes) + 1)
    percent = scene.taxes[tax - 1][1] if tax else 0
    amount = quantity * rate
    if terms.is_inclusive:
        amount -= round_amount(amount * percent / (100 + percent), decimals)
    share = terms.discount if terms.is_before_tax else 0
    discount = round_amount(amount * share / 100, decimals)
    taxable = quantity * rate - amount if terms.is_inclusive else (amount - discount) * percent
    if terms.is_inclusive and discount:
        taxable = (amount - discount) * percent / 100
    tax_amount = taxable if terms.is_inclusive else taxable / 100
    return Line(
        item=(lot >> 40) % scene.get_size("items"),
        quantity=quantity,
        rate=rate,
        tax=tax,
        amount=amount,
        tax_amount=round_amount(tax_amount, decimals),
        discount=discount,
    )


def compute_amounts(lines: Sequence[Line], decimals: int, terms: Terms = PLAIN) -> Amounts:
    """Add up the lines, less the discount, with tax, shipping and the rounding of the total."""
    zero = to_amount(0, decimals)
    sub_total = sum((line.amount for line in lines), zero)
    tax_total = sum((line.tax_amount for line in lines), zero)
    discount = sum((line.discount for line in lines), zero)
    if terms.discount and not terms.is_before_tax:
        discount = round_amount(sub_total * terms.discount / 100, decimals)
    shipping = round_amount(Decimal(10 + len(lines)), decimals) if terms.has_shipping else zero
    total = sub_total - discount + tax_total + shipping
    adjustment = round_amount(round_amount(total, 0) - total, decimals) * terms.is_rounded
    quantity = sum(line.quantity for line in lines)
    return Amounts(
        sub_total, discount, tax_total, shipping, adjustment, total + adjustment, quantity
    )


def split_tax(amount: Decimal, decimals: int) -> tuple[Decimal, Decimal]:
    """Split a tax into two halves that add up to it; the first is larger if they differ."""
    half = (amount / 2).quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)
    return amount - half, half


def split_amount(amount: Decimal, parts: int, decimals: int) -> list[Decimal]:
    """Split an amount into parts that add up to it; the last is the largest if they differ."""
    if not parts:
        return []
    share = (amount / parts).quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)
    return [*[share] * (parts - 1), amount - share * (parts - 1)]


def convert_to_base(scene: Scene, amount: Decimal, rate: Decimal) -> Decimal:
    """Convert an amount at an exchange rate into the organization's currency."""
    return round_amount(amount * rate, scene.spec.decimals)


def draw_payment(chance: int, spread: int, decimals: int) -> Decimal:
    """Draw the amount of a payment: 10.0 up to 10.0 + ``spread`` / 10, in its currency."""
    return to_amount((100 + chance % spread) * 10**decimals // 10, decimals)
