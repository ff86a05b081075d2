"""The tables of one organization, each seeded when it is first used."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.books.accounts import AccountFields
from sandbox.data.books.ledger import Ledger
from sandbox.data.books.live import Live
from sandbox.data.catalog import get_endpoint, load_endpoints
from sandbox.data.chart import ACCOUNTS, find_bank
from sandbox.data.facts.registry import get_facts
from sandbox.data.facts.settlements import SIDES, list_children
from sandbox.data.numbers import mix
from sandbox.data.scene import Scene, get_kind_number
from sandbox.data.store import YEARS_BACK, Record, Table, draw_timeline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.data.facts.settlements import Side
    from sandbox.data.organizations import OrganizationSpec


OPTIONS: Final = "settings/tags/{tag_id}/options/all"
DAY: Final = 86400


class Holdings:
    """The tables of one organization."""

    def __init__(
        self,
        spec: OrganizationSpec,
        seed: int,
        sizes: Mapping[str, int],
        now: int,
        bulk: Mapping[str, int],
    ) -> None:
        """Store the sizes; tables are seeded later."""
        self.spec = spec
        self._sizes = sizes
        self._now = now
        self._bulk = bulk
        self._tables: dict[str, Table] = {}
        every = {name: self.get_size(name) for name in load_endpoints()}
        self.scene = Scene(spec, seed, every, now)
        self.live = Live(self.scene, self.get_table)
        self.ledger = Ledger(self.scene, self.live, self.get_table)
        # What was deleted, with the time in epoch seconds.
        self.deleted: list[tuple[str, Record, int]] = []
        # What reports keep between requests, until the ledger changes.
        self.report_memory: dict[str, Any] = {}
        self.accounts = AccountFields(self.scene, self.ledger)
        self.scene.get_live_fields = self._get_live_fields

    def _get_live_fields(self, collection: str, record: Record, part: str) -> dict[str, Any]:
        """Get the fields of a record that other records determine; empty if they are as seeded."""
        match collection, part:
            case ("chartofaccounts", "document"):
                facts = get_facts(collection)(self.scene, record, whole=False)
                kind = str(record.changes.get("account_type", facts["account_type"]))
                return self.accounts.build_account(record.id, kind)
            case ("bankaccounts", _):
                facts = get_facts(collection)(self.scene, record, whole=False)
                code = record.changes.get("currency_code", facts["currency_code"])
                return self.accounts.build_bank(record.id, str(code))
            case ("settings/tags", "document"):
                facts = get_facts(collection)(self.scene, record, whole=True)
                options = self.get_table(OPTIONS).find_children(record.id)
                return {**facts, "tag_options": [{"tag_option_id": one} for one in options]}
            case ("chartofaccounts/transactions", _):
                place = self.get_table(collection).find_children(record.parent).index(record.id)
                return self.accounts.build_transaction(record.parent, place)
            case _:
                return self.live.get_fields(collection, record.id)

    def find_account(self, account_id: str) -> Record | None:
        """Find an account of the chart by its id, whether or not the list has it."""
        record = self.get_table("chartofaccounts").records.get(account_id)
        if record is not None or not account_id.isdigit():
            return record
        number = self.scene.parse_number(account_id)
        is_known = number < max(len(ACCOUNTS), self.get_size("chartofaccounts"))
        is_account = is_known and self.scene.get_account(number)[0] == account_id
        created = self._now - YEARS_BACK
        return Record(account_id, number, created, created) if is_account else None

    def get_size(self, collection: str) -> int:
        """Get how many records a collection is seeded with."""
        if collection in self._sizes:
            return self._sizes[collection]
        natural = get_endpoint(collection).natural
        return min(natural or self._sizes["*"], self._sizes["*"])

    def get_table(self, collection: str) -> Table:
        """Get the table of a collection, seeded at the first request.

        Raises:
            KeyError: The service has no such collection.
        """
        if collection not in self._tables:
            one = get_endpoint(collection)
            self._tables[collection] = Table(
                self._seed_children(collection, one.parent)
                if one.parent
                else self._seed(collection)
            )
        return self._tables[collection]

    def _make_random(self, collection: str) -> Random:
        return Random(mix(self.scene.seed, self.spec.salt, get_kind_number(collection)))

    def _seed(self, collection: str) -> list[Record]:
        kind = get_kind_number(collection)
        times = draw_timeline(
            self.get_size(collection),
            self._now,
            self._make_random(collection),
            self._bulk.get(collection, 0),
        )
        return [
            Record(self._make_id(collection, kind, number), number, created, modified)
            for number, (created, modified) in enumerate(times)
        ]

    def _make_id(self, collection: str, kind: int, number: int) -> str:
        """Make the id of a record; a bank account has that of its account in the chart."""
        if collection == "bankaccounts":
            return self.scene.get_account(find_bank(number))[0]
        return self.spec.make_id(kind, number)

    def _seed_children(self, collection: str, parent: str) -> list[Record]:
        """Seed up to ``most`` records under each parent."""
        kind = get_kind_number(collection)
        most = get_endpoint(collection).most
        made: list[Record] = []
        for above in self.get_table(parent).records.values():
            known = list_children(self.scene, collection, above.number)
            count = mix(kind, above.number) % (most + 1)
            for place, number in enumerate(
                range(len(made), len(made) + count) if known is None else known
            ):
                created = above.created + place * DAY
                made.append(
                    Record(
                        self.spec.make_id(kind, number), number, created, above.modified, above.id
                    )
                )
        return made

    def insert(
        self, collection: str, created: int, modified: int, fields: dict[str, Any]
    ) -> Record:
        """Add a record."""
        table = self.get_table(collection)
        number = table.take_number()
        one = get_endpoint(collection)
        parent = str(fields.get(one.parent_key, "")) if one.parent else ""
        record_id = str(
            fields.get(one.key) or self.spec.make_id(get_kind_number(collection), number)
        )
        record = Record(record_id, number, min(created, modified), modified, parent, 1, fields)
        table.put(record)
        self._touch(collection, record_id, modified, set())
        return record

    def change(
        self, collection: str, record_id: str, modified: int, fields: dict[str, Any]
    ) -> None:
        """Change fields of a record and its time of change."""
        table = self.get_table(collection)
        record = table.records[record_id]
        related = self.live.find_related(collection, record_id)
        record.revision += 1
        record.modified = modified
        record.changes |= fields
        table.put(record)
        self._touch(collection, record_id, modified, related)

    def delete(self, collection: str, record_id: str, now: int) -> None:
        """Delete a record; what it settled is open again.

        Raises:
            KeyError: There is no such record.
        """
        related = self.live.find_related(collection, record_id)
        record = self.get_table(collection).delete(record_id)
        self.deleted.append((collection, record, now))
        self._touch(collection, record_id, now, related)

    def _touch(
        self, collection: str, record_id: str, now: int, related: set[tuple[str, str]]
    ) -> None:
        """Let a change change what belongs to the record, at the same time."""
        changed = self.live.touch(collection, record_id, related)
        for other, key in [*changed, (collection, record_id)]:
            side = SIDES.get(other)
            if side and other == side.documents and changed:
                self._update_rows(side, key, now)
        for other, key in changed:
            record = self.get_table(other).records.get(key)
            if record is not None and record.modified:
                record.modified = max(now, record.modified)
                self.get_table(other).put(record)

    def _update_rows(self, side: Side, document: str, now: int) -> None:
        """Add and remove the rows of payments under a document, as payments are now applied."""
        rows, seeded = self.live.list_rows(side, document)
        table = self.get_table(side.paid)
        known = set(table.find_children(document))
        for key in sorted((known & seeded) - set(rows)):
            table.delete(key)
        for key in sorted(set(rows) - known):
            if document in self.get_table(side.documents).records:
                number = table.take_number()
                table.put(Record(key, number, now, now, document, 1, rows[key]))
