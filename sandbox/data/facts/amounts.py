"""The amounts of documents: drawn at random, added up and rounded here only, in Decimal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sandbox.data.numbers import mix, to_amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.data.scene import Scene


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document, in its currency; ``tax`` is 0 or 1 + the index of a scene's tax."""

    item: int
    quantity: int
    rate: Decimal
    tax: int
    amount: Decimal
    tax_amount: Decimal


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amounts of a document, in its currency; ``balance`` is not yet paid."""

    sub_total: Decimal
    tax_total: Decimal
    total: Decimal
    balance: Decimal
    quantity: int

    @property
    def paid(self) -> Decimal:
        """The part of the total that is paid."""
        return self.total - self.balance


def round_amount(amount: Decimal, decimals: int) -> Decimal:
    """Round half up, as the service does, to the decimals of a currency."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def draw_lines(scene: Scene, chance: int, decimals: int) -> list[Line]:
    """Draw 1 to 4 lines; the tax of each is rounded to the decimals of the currency."""
    return [_draw_line(scene, mix(chance, place), decimals) for place in range(1 + chance % 4)]


def _draw_line(scene: Scene, lot: int, decimals: int) -> Line:
    scale = 10**decimals
    quantity = 1 + lot % 8
    units = (5 + (lot >> 8) % 900) * scale + ((lot >> 20) % 100 * scale) // 100
    rate = to_amount(units, decimals)
    tax = (lot >> 32) % (len(scene.taxes) + 1)
    percent = scene.taxes[tax - 1][1] if tax else 0
    amount = quantity * rate
    return Line(
        item=(lot >> 40) % scene.get_size("items"),
        quantity=quantity,
        rate=rate,
        tax=tax,
        amount=amount,
        tax_amount=round_amount(amount * percent / 100, decimals),
    )


def compute_amounts(lines: Sequence[Line], *, is_settled: bool) -> Amounts:
    """Add up the lines; nothing is left to pay of a settled document, all of another."""
    sub_total = sum((line.amount for line in lines), Decimal(0))
    tax_total = sum((line.tax_amount for line in lines), Decimal(0))
    total = sub_total + tax_total
    return Amounts(
        sub_total=sub_total,
        tax_total=tax_total,
        total=total,
        balance=total * 0 if is_settled else total,
        quantity=sum(line.quantity for line in lines),
    )


def split_tax(amount: Decimal, decimals: int) -> tuple[Decimal, Decimal]:
    """Split a tax into two halves that add up to it; the first is larger if they differ."""
    half = (amount / 2).quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)
    return amount - half, half


def convert_to_base(scene: Scene, amount: Decimal, rate: Decimal) -> Decimal:
    """Convert an amount at an exchange rate into the organization's currency."""
    return round_amount(amount * rate, scene.spec.decimals)


def draw_payment(chance: int, spread: int, decimals: int) -> Decimal:
    """Draw the amount of a payment: 10.0 up to 10.0 + ``spread`` / 10, in its currency."""
    return to_amount((100 + chance % spread) * 10**decimals // 10, decimals)
