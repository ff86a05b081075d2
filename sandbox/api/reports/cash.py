"""Cash basis: what a document books counts when, and as far as, it is settled."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.data.books.leg import Leg

ZERO = Decimal(0)


class CashBasis:
    """Converts legs to cash basis; ``controls`` are the accounts of what is owed."""

    def __init__(self, legs: Sequence[Leg], controls: frozenset[str], decimals: int) -> None:
        """Find the documents that legs settle."""
        self._legs = legs
        self._controls = controls
        self._unit = Decimal(1).scaleb(-decimals)
        self._totals: dict[str, Decimal] = defaultdict(Decimal)
        self._parts: dict[str, list[Leg]] = defaultdict(list)
        for leg in legs:
            if self._is_control(leg) and leg.document_id == leg.transaction_id:
                self._totals[leg.document_id] += leg.amount
        for leg in legs:
            if leg.transaction_id in self._totals and not self._is_control(leg):
                self._parts[leg.transaction_id].append(leg)
        self._settled: dict[str, Decimal] = defaultdict(Decimal)
        self._done: dict[str, list[Decimal]] = {
            key: [ZERO] * len(parts) for key, parts in self._parts.items()
        }

    def _is_control(self, leg: Leg) -> bool:
        return leg.account_id in self._controls and bool(leg.document_id)

    def convert(self) -> list[Leg]:
        """Convert the legs; those of a document appear in what settles it, as far as it does."""
        made: list[Leg] = []
        for _, entry in groupby(self._legs, key=lambda leg: (leg.date, leg.transaction_id)):
            legs = list(entry)
            if legs[0].transaction_id in self._totals:
                continue
            for leg in legs:
                is_settling = self._is_control(leg) and leg.document_id in self._totals
                made += self._replace(leg) if is_settling else [leg]
        return made

    def _replace(self, leg: Leg) -> Iterator[Leg]:
        """Replace a leg that settles a document by so much of what the document booked."""
        key, total = leg.document_id, self._totals[leg.document_id]
        if not total:
            return
        self._settled[key] -= leg.amount
        parts, done = self._parts[key], self._done.get(key, [])
        goals = [
            (one.amount * self._settled[key] / total).quantize(self._unit, ROUND_HALF_UP)
            for one in parts
        ]
        amounts = [goal - known for goal, known in zip(goals, done, strict=True)]
        largest = max(range(len(parts)), key=lambda place: abs(parts[place].amount))
        amounts[largest] += leg.amount - sum(amounts)
        for place, amount in enumerate(amounts):
            done[place] += amount
            if amount:
                yield replace(
                    parts[place],
                    amount=amount,
                    fcy_amount=ZERO,
                    date=leg.date,
                    collection=leg.collection,
                    transaction_id=leg.transaction_id,
                    transaction_type=leg.transaction_type,
                    number=leg.number,
                )
