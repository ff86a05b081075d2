"""The tables of one organization, each seeded when it is first used."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.catalog import get_endpoint, load_endpoints
from sandbox.data.numbers import mix
from sandbox.data.scene import Scene, get_kind_number
from sandbox.data.store import Record, Table, draw_timeline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.data.organizations import OrganizationSpec


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
        self.scene = Scene(spec, seed, {name: self.get_size(name) for name in load_endpoints()})

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
            Record(self.spec.make_id(kind, number), number, created, modified)
            for number, (created, modified) in enumerate(times)
        ]

    def _seed_children(self, collection: str, parent: str) -> list[Record]:
        """Seed up to ``most`` records under each parent."""
        kind = get_kind_number(collection)
        most = get_endpoint(collection).most
        made: list[Record] = []
        for above in self.get_table(parent).records.values():
            for place in range(mix(kind, above.number) % (most + 1)):
                number = len(made)
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
        return record

    def change(
        self, collection: str, record_id: str, modified: int, fields: dict[str, Any]
    ) -> None:
        """Change fields of a record and its time of change."""
        table = self.get_table(collection)
        record = table.records[record_id]
        record.revision += 1
        record.modified = modified
        record.changes |= fields
        table.put(record)
