"""The service of a history: what it holds, how events change it, what a target must hold of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from typing_extensions import override

from sandbox import Behaviour, World
from sandbox.api.documents import get_shape_name
from sandbox.data.catalog import get_endpoint
from sandbox.data.shapes import load_shape
from tap_zohobooks.resources import TABLE
from tests.conftest import Clock
from tests.property.simulation.events import Change, Delete, Insert, Treat, Trouble, Wait

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.data.store import Record, Table
    from tests.property.simulation.events import Event

Key: TypeAlias = "tuple[str, ...]"

# A minute and a half before summer time ends in New York: one o'clock comes twice.
START = datetime(2026, 11, 1, 5, 58, 30, tzinfo=UTC)
UNLIMITED = 10**6
MOST_CANCELS = 2

# The column that each list is sorted by without a parameter: a change of it moves the row.
MOVERS = {
    "contacts": ("contact_name", "Company {}"),
    "items": ("name", "Item {}"),
    "journals": ("journal_date", "2026-0{}-01"),
    "creditnotes/refunds": ("date", "2026-0{}-01"),
}


@dataclass
class Calendar(Clock):
    """The tests' clock, elsewhere in the calendar."""

    @override
    def utc(self) -> datetime:
        return START + timedelta(seconds=self.now)


def paths(stream: str) -> list[str]:
    """Return the lists that a stream is read from; the last one holds its rows.

    Children that one list shows of all parents are held below their parents, by the other path.
    """
    resource = TABLE[stream]
    for path in (resource.list_path, resource.other.list_path):
        if "{" in path:
            return [TABLE[resource.of].list_path, path]
    return [TABLE[resource.of or stream].list_path]


def revision(shown: object) -> int:
    """Read a revision off the field that shows it; what was never changed is the first."""
    return int(shown[4:]) if isinstance(shown, str) and shown.startswith("REV-") else 1


class Books:
    """Two organizations, in New York and in Kolkata, that hold nothing at first."""

    def __init__(self, streams: Sequence[str], lookback: int) -> None:
        """Know the lists of some streams; nothing is ever later than the lookback."""
        self.clock = Calendar()
        self.world = World.build(
            clock=self.clock.utc, rows=0, requests_per_minute=UNLIMITED, daily_quota=UNLIMITED
        )
        self.world.accounts.mints_allowed = UNLIMITED
        self.organizations = [row["organization_id"] for row in self.world.organizations]
        lists = dict.fromkeys(path for stream in streams for path in paths(stream))
        self.places = [(one, path) for path in lists for one in self.organizations]
        for place in self.places:
            self._table(place)  # else its first rows would be seeded below rows that are there
        self.lookback = lookback
        self.writes = 0
        self.written: dict[str, int] = {}
        self.behind: set[str] = set()
        self._newest: dict[tuple[str, str], int] = defaultdict(int)

    def happen(self, event: Event) -> None:
        """Let something happen now."""
        match event:
            case Insert(place):
                self._insert(self._place(place), event)
            case Change(place):
                self._change(self._place(place), event)
            case Delete(place, number):
                self._delete(self._place(place), number)
            case Wait(seconds):
                self.clock.now += seconds
            case Trouble("cancel") if self.world.script.count("cancel") == MOST_CANCELS:
                pass  # the tap may take more of them for a missing scope
            case Trouble(fault, times):
                self.world.script.extend([fault] * times)
            case Treat(place, sort, filters, echo):
                self.world.behaviour[self._place(place)[1]] = Behaviour(sort, filters, echo)

    def calm(self) -> None:
        """End what goes wrong."""
        self.world.before_call.clear()
        self.world.script.clear()

    def _place(self, number: int) -> tuple[str, str]:
        return self.places[number % len(self.places)]

    def _table(self, place: tuple[str, str]) -> Table:
        organization, path = place
        return self.world.holdings[organization].get_table(path)

    def _chosen(self, place: tuple[str, str], number: int) -> Record | None:
        records = [*self._table(place).records.values()]
        return records[number % len(records)] if records else None

    def _write(
        self, place: tuple[str, str], event: Insert | Change, record: Record | None = None
    ) -> int:
        """Return the time with which something is written."""
        now = int(self.clock.utc().timestamp())
        base = self._newest[place] if event.behind and self._newest[place] else now
        time = base - event.late % (self.lookback + 1)
        time = max(time, record.modified) if record else time
        self._newest[place] = max(time, self._newest[place])
        return time

    def _note(self, key: str, event: Insert | Change) -> None:
        self.writes += 1
        self.written[key] = self.writes
        (self.behind.add if event.behind else self.behind.discard)(key)

    def _insert(self, place: tuple[str, str], event: Insert) -> None:
        organization, path = place
        one = get_endpoint(path)
        fields: dict[str, Any] = {"last_modified_time": self._write(place, event)}
        if one.parent:
            parent = self._chosen((organization, one.parent), event.late)
            if parent is None:
                return
            fields |= {one.parent_key: parent.id}
        for _ in range(event.count):
            self._note(self.world.insert(organization, path, **fields), event)

    def _change(self, place: tuple[str, str], event: Change) -> None:
        organization, path = place
        record = self._chosen(place, event.number)
        if record is None:
            return
        fields: dict[str, Any] = {"last_modified_time": self._write(place, event, record)}
        if event.moves and path in MOVERS:
            name, text = MOVERS[path]
            fields[name] = text.format(event.moves)
        self.world.change(organization, path, record.id, **fields)
        self._note(record.id, event)

    def _delete(self, place: tuple[str, str], number: int) -> None:
        organization, path = place
        record = self._chosen(place, number)
        if record is None:
            return
        self.world.delete(organization, path, record.id)
        for other in self.places:
            if other[0] == organization and get_endpoint(other[1]).parent == path:
                for child in [*self._table(other).find_children(record.id)]:
                    self._table(other).delete(child)

    def alive(self, stream: str, organization: str) -> dict[Key, Record]:
        """Return what a stream must bring of an organization."""
        path = paths(stream)[-1]
        records = self._table((organization, path)).records.values()
        below = bool(get_endpoint(path).parent)
        return {(one.parent, one.id) if below else (one.id,): one for one in records}

    def revision(self, stream: str, record: dict[str, Any]) -> int:
        """Read a record's revision; a document without what only documents show has none."""
        one = get_endpoint(paths(stream)[-1])
        if stream.endswith("_details"):
            own = (
                load_shape(get_shape_name(one), "document").keys()
                - load_shape(get_shape_name(one), "row").keys()
            )
            if own.isdisjoint(record):
                return 0
        return revision(record.get(self.world.visible_field(one.path)))
