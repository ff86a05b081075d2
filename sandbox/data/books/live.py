"""Documents after a change: what is still applied to each, and what that leaves open.

As seeded, documents agree with each other by their numbers alone. A document that was added,
changed or deleted since, and each that it settles or is settled by, is computed here.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sandbox.data.books.contacts import ContactBalances
from sandbox.data.books.given import (
    APPLIED,
    find_seeded,
    list_seeded,
    parse_applications,
    parse_refund,
)
from sandbox.data.facts.amounts import convert_to_base
from sandbox.data.facts.applications import DRAFT, VOID
from sandbox.data.facts.payments import build_payment_rows, describe_payment
from sandbox.data.facts.registry import get_facts
from sandbox.data.facts.settled import Settled, build_credit_rows, build_settled_fields, settle
from sandbox.data.facts.settlements import (
    DEBITS,
    SIDES,
    list_refunds,
)
from sandbox.data.numbers import parse_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.data.facts.applications import Application
    from sandbox.data.facts.settlements import Side
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record, Table

Key: TypeAlias = "tuple[str, str]"
NO_FIELDS: Final[dict[str, Any]] = {}


class Live:
    """The fields of documents that changes elsewhere have changed; empty as seeded."""

    def __init__(self, scene: Scene, get_table: Callable[[str], Table]) -> None:
        """Read the tables of an organization."""
        self._scene = scene
        self._get_table = get_table
        self._given: dict[str, list[Application]] = {}
        self._touched: dict[Key, None] = {}
        self._fields: dict[Key, dict[str, Any]] = {}
        self._balances = ContactBalances(scene, get_table, self.build_document)
        self._serials: Counter[Key] = Counter()

    def get_fields(self, collection: str, record_id: str) -> dict[str, Any]:
        """Get the fields of a record that differ from its seeded ones, but for its own changes."""
        if not self._touched:
            return NO_FIELDS
        if collection == "contacts":
            return self._balances.get_fields(record_id, self._touched)
        key = (collection, record_id)
        if key not in self._touched:
            return NO_FIELDS
        if key not in self._fields:
            self._fields[key] = self._compute_fields(*key)
        return self._fields[key]

    def touch(self, collection: str, record_id: str, related: set[Key]) -> list[Key]:
        """Note that a record was changed, and all that belonged to it before or does so now.

        Returns:
            Collection and id of the other records that have changed with it.
        """
        self._read_given(collection, record_id)
        others = (related | self.find_related(collection, record_id)) - {(collection, record_id)}
        is_open_item = collection in SIDES or collection == DEBITS
        every = {*others, (collection, record_id)} if is_open_item else others
        for key in every:
            self._touched[key] = None
            self._fields.pop(key, None)
            self._balances.forget(key)
        self._count_changes({*every, *self._find_neighbours(every)})
        return sorted(others)

    def _count_changes(self, keys: set[Key]) -> None:
        for key in keys:
            self._serials[key] += 1

    def _find_neighbours(self, keys: set[Key]) -> set[Key]:
        """Find what must be posted anew, as what it settles or is settled by has changed."""
        found = {key for one in keys for key in self.find_related(*one)}
        for collection, record_id in keys | found:
            side = SIDES.get(collection)
            if side and collection != side.documents:
                name = side.returns if collection == side.payments else side.refunds
                refunds = self._list_refund_records(side, name, collection, record_id)
                found |= {(name, record.id) for record in refunds}
        return found

    def get_serial(self, collection: str, record_id: str) -> int:
        """Get how often a record, or one that belongs to it, has changed."""
        return self._serials.get((collection, record_id), 0)

    def _read_given(self, collection: str, record_id: str) -> None:
        """Read the applications that a payment or credit states itself."""
        if collection not in APPLIED:
            return
        record = self._find(collection, record_id)
        given = parse_applications(collection, record) if record else None
        if given is not None:
            self._given[record_id] = given
        elif record is None:
            self._given.pop(record_id, None)

    def _find(self, collection: str, record_id: str) -> Record | None:
        return self._get_table(collection).records.get(record_id)

    def find_related(self, collection: str, record_id: str) -> set[Key]:
        """Find the documents that a record settles, or is settled by."""
        side = SIDES.get(collection)
        if side is None:
            return parse_refund(self._scene, collection, self._find(collection, record_id))
        found: set[Key] = set()
        for one in self._list_all(side, collection, record_id):
            source = side.payments if one.is_payment else side.credits
            found |= {(source, one.source), (side.documents, one.target)}
        return found

    def _list_all(self, side: Side, collection: str, record_id: str) -> Iterator[Application]:
        """List what is applied to or from a record, whether or not it is in force."""
        for one in list_seeded(self._scene, collection, record_id):
            if one.source not in self._given:
                yield one
        for many in self._given.values():
            for one in many:
                if record_id == (one.target if collection == side.documents else one.source):
                    yield one

    def list_applications(self, collection: str, record_id: str) -> list[Application]:
        """List what is applied to a document, or what a payment or credit is applied to."""
        side = SIDES[collection]
        found = [
            one
            for one in self._list_all(side, collection, record_id)
            if self._is_in_force(side.documents, one.target, one)
            and self._is_in_force(
                side.payments if one.is_payment else side.credits, one.source, one
            )
        ]
        return sorted(found, key=lambda one: (one.date, one.id))

    def _is_in_force(self, collection: str, record_id: str, one: Application) -> bool:
        """Whether a document of an application exists, and is neither a draft nor void."""
        record = self._find(collection, record_id)
        if record is None:
            return False
        status = record.changes.get("status")
        if status is None and one.source in self._given:
            status = get_facts(collection)(self._scene, record, whole=False).get("status")
        return status not in {VOID, DRAFT}

    def build_document(self, collection: str, record: Record) -> dict[str, Any]:
        """Build the whole document of a record, with all that has changed it."""
        facts = get_facts(collection)(self._scene, record, whole=True)
        return {**facts, **self.get_fields(collection, record.id), **record.changes}

    def _compute_fields(self, collection: str, record_id: str) -> dict[str, Any]:
        record = self._find(collection, record_id)
        if record is None:
            return {}
        facts = {**get_facts(collection)(self._scene, record, whole=True), **record.changes}
        if collection == DEBITS:
            return {"balance": parse_amount(facts["total"]) * (facts["status"] != VOID)}
        side, applications = SIDES[collection], self.list_applications(collection, record_id)
        if collection == side.payments:
            money = {"amount": parse_amount(facts["amount"]), "refunded_amount": Decimal(0)}
            money |= {"exchange_rate": parse_amount(facts["exchange_rate"])}
            refunds = self.list_refunds(collection, record_id)
            money["refunded_amount"] += sum(amount for _, amount in refunds)
            fields = build_payment_rows(self._scene, side, money, applications)
            base = convert_to_base(self._scene, money["amount"], money["exchange_rate"])
            return {**fields, "refunded_amount": money["refunded_amount"], "bcy_amount": base}
        return self._settle(collection, record, facts, applications)

    def _settle(
        self,
        collection: str,
        record: Record,
        facts: dict[str, Any],
        applications: list[Application],
    ) -> dict[str, Any]:
        side, changes = SIDES[collection], record.changes
        seeded = get_facts(collection)(self._scene, record, whole=True)
        total = parse_amount(facts["total"])
        was = settle(self._scene, collection, record, Decimal(seeded["total"]))
        status = changes.get("status")
        drawn = status if status in {DRAFT, VOID} else "open" if status else was.drawn
        refunded = Decimal(0)
        if collection == side.credits:
            refunded += sum(amount for _, amount in self.list_refunds(collection, record.id))
        write_off = parse_amount(changes.get("write_off_amount", was.write_off))
        now = Settled(
            collection, total, drawn, was.is_due, tuple(applications), write_off, refunded
        )
        more = {"adjustment": seeded["adjustment"] + total - seeded["total"]}
        if side.is_sale or collection == side.credits:
            return {**build_settled_fields(now), **more}
        return {**build_settled_fields(now), **more, **self._build_payments(side, applications)}

    def _build_payments(self, side: Side, applications: list[Application]) -> dict[str, Any]:
        """Build the payments and credits in a bill."""
        numbers: dict[str, str] = {}
        payments = []
        for one in applications:
            record = self._get_table(side.payments if one.is_payment else side.credits).records[
                one.source
            ]
            name = side.payments if one.is_payment else side.credits
            document = self.build_document(name, record)
            numbers[one.source] = str(document.get("vendor_credit_number", ""))
            payments += [describe_payment(side, one, document)] if one.is_payment else []
        return {"payments": payments, "vendor_credits": build_credit_rows(applications, numbers)}

    def list_rows(self, side: Side, document: str) -> tuple[dict[str, dict[str, Any]], set[str]]:
        """List the rows of payments under a document: those it should have, and all it had.

        Returns:
            The fields of each row by its id, and the ids of rows that were seeded.
        """
        seeded = {one.id for one in list_seeded(self._scene, side.documents, document)}
        rows: dict[str, dict[str, Any]] = {}
        for one in self.list_applications(side.documents, document):
            if one.is_payment:
                record = self._get_table(side.payments).records[one.source]
                rows[one.id] = describe_payment(
                    side, one, self.build_document(side.payments, record)
                )
        return rows, seeded

    def list_refunds(self, collection: str, record_id: str) -> list[tuple[str, Decimal]]:
        """List id and amount of the refunds of a payment or credit."""
        side = SIDES[collection]
        name = side.returns if collection == side.payments else side.refunds
        found = []
        for record in self._list_refund_records(side, name, collection, record_id):
            if (collection, record_id) in parse_refund(self._scene, name, record):
                facts = get_facts(name)(self._scene, record, whole=True) | record.changes
                found.append((record.id, parse_amount(facts["amount"])))
        return sorted(found)

    def _list_refund_records(
        self, side: Side, name: str, collection: str, record_id: str
    ) -> list[Record]:
        table = self._get_table(name)
        if name == side.returns:
            return [table.records[one] for one in table.find_children(record_id)]
        number = find_seeded(self._scene, collection, record_id)
        refunds = () if number is None else list_refunds(self._scene, side, number)
        seeded = [self._scene.make_id(name, one) for one in refunds]
        added = table.cache("added", lambda: self._find_added(name, table))
        return [table.records[one] for one in {*seeded, *added} if one in table.records]

    def _find_added(self, name: str, table: Table) -> list[str]:
        """Find the records that were added or changed since they were seeded."""
        size = self._scene.count(name)
        return [one.id for one in table.records.values() if one.changes or one.number >= size]
