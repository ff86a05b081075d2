"""Legs: what a document books to one account, and how an entry of legs is put together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from sandbox.data.facts.amounts import round_amount

ZERO: Final = Decimal(0)
ONE: Final = Decimal("1.000000")


@dataclass(frozen=True, slots=True)
class Leg:
    """One posting: positive amounts are debits, negative ones credits.

    ``amount`` is in the organization's currency, ``fcy_amount`` in ``currency``. ``document_id`` is
    the invoice, bill, credit or payment whose balance a leg on a control account moves; blank on
    others. ``tax_id`` is the tax of a tax's leg, ``item_id`` and ``quantity`` are those of a line.
    """

    collection: str
    transaction_id: str
    transaction_type: str
    date: str
    account_id: str
    amount: Decimal
    fcy_amount: Decimal
    currency: str
    rate: Decimal
    contact_id: str = ""
    contact_name: str = ""
    document_id: str = ""
    number: str = ""
    reference: str = ""
    tax_id: str = ""
    tax_name: str = ""
    tax_percentage: Decimal = ZERO
    item_id: str = ""
    quantity: Decimal = ZERO

    @property
    def debit(self) -> Decimal:
        """The debit, 0 if it is a credit."""
        return max(self.amount, ZERO)

    @property
    def credit(self) -> Decimal:
        """The credit, 0 if it is a debit."""
        return max(-self.amount, ZERO)


@dataclass(slots=True)
class Entry:
    """The legs of one transaction, in the currency and at the rate of its document.

    ``head`` holds what all its legs have; ``decimals`` are those of the organization's currency.
    """

    head: dict[str, Any]
    currency: str
    rate: Decimal
    decimals: int
    legs: list[Leg] = field(default_factory=list)

    def convert(self, amount: Decimal, rate: Decimal | None = None) -> Decimal:
        """Convert an amount to the organization's currency."""
        return round_amount(amount * (self.rate if rate is None else rate), self.decimals)

    def add(
        self, account_id: str, amount: Decimal, base: Decimal | None = None, **more: Any
    ) -> None:
        """Add a leg, unless it is 0; ``base`` is its amount in the organization's currency."""
        own = self.convert(amount) if base is None else base
        if amount or own:
            fields = {**self.head, **more}
            self.legs.append(
                Leg(
                    account_id=account_id,
                    amount=own,
                    fcy_amount=amount,
                    currency=self.currency,
                    rate=self.rate,
                    **fields,
                )
            )

    @property
    def difference(self) -> Decimal:
        """What the legs leave over, in the organization's currency."""
        return sum((leg.amount for leg in self.legs), ZERO)

    def spread(self) -> None:
        """Add what rounding leaves over to the second leg: the first must be exact."""
        rest = self.difference
        if rest and len(self.legs) > 1:
            old = self.legs[1]
            self.legs[1] = replace(old, amount=old.amount - rest)

    def close(self, account_id: str) -> None:
        """Book what is left over as a gain or loss."""
        self.add(account_id, ZERO, -self.difference)
