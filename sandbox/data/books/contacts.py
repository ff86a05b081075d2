"""Balances of contacts after a change: the seeded ones, and by how much documents differ now."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.data.books.given import find_seeded
from sandbox.data.facts.amounts import convert_to_base
from sandbox.data.facts.applications import DRAFT
from sandbox.data.facts.balances import get_open_amount
from sandbox.data.facts.registry import get_facts
from sandbox.data.facts.settlements import (
    DEBITS,
    SALES,
    SIDES,
    compute_payment_epoch,
    draw_party,
)
from sandbox.data.numbers import parse_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sandbox.data.scene import Scene
    from sandbox.data.store import Record, Table

Key: TypeAlias = "tuple[str, str]"
# A contact, the name of its balance, and by how much it differs, with the exchange rate.
Difference: TypeAlias = "tuple[str, str, Decimal, Decimal]"


class ContactBalances:
    """By how much the balances of contacts differ from the seeded ones."""

    def __init__(
        self,
        scene: Scene,
        get_table: Callable[[str], Table],
        build_document: Callable[[str, Record], dict[str, Any]],
    ) -> None:
        """Read documents as they are now."""
        self._scene = scene
        self._get_table = get_table
        self._build_document = build_document
        self._differences: dict[Key, list[Difference]] = {}

    def forget(self, key: Key) -> None:
        """Forget a document that has changed."""
        self._differences.pop(key, None)

    def get_fields(self, record_id: str, keys: Iterable[Key]) -> dict[str, Any]:
        """Get the balances of a contact that differ, given the documents that have changed."""
        more: dict[str, Decimal] = defaultdict(Decimal)
        for key in keys:
            if key not in self._differences:
                self._differences[key] = list(self._compare(*key))
            for party, name, amount, rate in self._differences[key]:
                if party == record_id:
                    more[name] += amount
                    more[f"{name}_bcy"] += convert_to_base(self._scene, amount, rate)
        record = self._get_table("contacts").records.get(record_id)
        if not more or record is None:
            return {}
        seeded = get_facts("contacts")(self._scene, record, whole=False)
        return {name: seeded[name] + amount for name, amount in more.items()}

    def _compare(self, collection: str, record_id: str) -> Iterator[Difference]:
        """Compare what a document leaves open with what it left as seeded."""
        side, scene = SIDES.get(collection, SALES), self._scene
        word = "receivable" if side.is_sale else "payable"
        is_owed = collection in {side.documents, DEBITS}
        kind = "outstanding" if is_owed else "unused_credits"
        name = f"{kind}_{word}_amount"
        number = find_seeded(scene, collection, record_id)
        if number is not None:
            party = draw_party(scene, collection, number, is_sale=side.is_sale)
            is_payment = collection == side.payments
            epoch = (
                compute_payment_epoch(scene, side, number)
                if is_payment
                else scene.get_created(collection, number)
            )
            rate = scene.get_rate(party.currency[0], epoch)
            yield party.id, name, -get_open_amount(scene, collection, number), rate
        record = self._get_table(collection).records.get(record_id)
        if record is not None:
            document = self._build_document(collection, record)
            if document.get("status") == DRAFT:
                return
            left = document["unused_amount" if "unused_amount" in document else "balance"]
            owner = document["customer_id" if side.is_sale else "vendor_id"]
            yield str(owner), name, parse_amount(left), parse_amount(document["exchange_rate"])
