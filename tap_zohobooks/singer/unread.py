"""Documents that were listed and not read: their ids are kept in the state, and requested again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_zohobooks.resources import FIRST_READ, UNREAD
from tap_zohobooks.transform.timestamps import to_utc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_zohobooks.transform.cleaner import Row

# Each id costs an API call a run: 1,000 calls are the quota of a day in the Free plan, and ten
# minutes at the limit of 100 a minute. Their ids are 20 KB of state.
MAX_UNREAD = 1000


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the state says of a partition once the records before it are written.

    `bookmark` is UTC text, None if it stays; `unread` are ids of documents; `is_first_read` is
    false once everything was read from the start to the end.
    """

    bookmark: str | None
    unread: tuple[str, ...]
    is_first_read: bool

    def update(self, state: dict[str, Any]) -> bool:
        """Write all but the bookmark into the state of the partition; tell if that changes it."""
        before = state.get(UNREAD), state.get(FIRST_READ)
        entries = {UNREAD: [*self.unread] or None, FIRST_READ: self.is_first_read or None}
        for name, value in entries.items():
            state.pop(name, None)
            if value is not None:
                state[name] = value
        return before != (state.get(UNREAD), state.get(FIRST_READ))


@dataclass(slots=True)
class UnreadDocuments:
    """The unread documents of one partition, while it is read.

    `bookmark` is that of the state (UTC text), None if all is read. `refused` are the list rows of
    the documents that were refused in this run, by id, as far as `ids` holds them.
    """

    ids: dict[str, None] = field(default_factory=dict)
    is_first_read: bool = False
    bookmark: str | None = None
    refused: dict[str, Row] = field(default_factory=dict)
    _from_state: dict[str, None] = field(init=False)
    _reached: str | None = None
    _snapshot: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Remember which ids the list may not bring again."""
        self._from_state = dict(self.ids)

    @classmethod
    def load(cls, state: Mapping[str, Any], *, has_bookmark: bool) -> UnreadDocuments:
        """Return what the state of a partition holds."""
        bookmark = state.get("replication_key_value") if has_bookmark else None
        return cls(dict.fromkeys(state.get(UNREAD, ())), bool(state.get(FIRST_READ)), bookmark)

    @property
    def is_known(self) -> bool:
        """Whether documents of this partition were read before."""
        return bool(self.bookmark or self.ids)

    def may_stand_in(self, key: str, row: Row) -> bool:
        """Tell whether a list row may be written for its document: not over one that was read.

        The target holds no whole document of it in the first read, if it was refused before, or if
        it was created after all that was read.
        """
        if self.is_first_read or key in self.ids:
            return True
        created = row.get("created_time")
        instant = to_utc(created) if isinstance(created, str) else None
        return bool(self.bookmark and instant and instant > self.bookmark)

    def add(self, key: str, refused: Row | None) -> bool:
        """Keep an id, and the list row of a refused document; return False if there is no room."""
        self._from_state.pop(key, None)
        if key not in self.ids:
            if len(self.ids) >= MAX_UNREAD:
                return False
            self.ids[key] = self._snapshot = None
        if refused is not None:
            self.refused[key] = refused
        return True

    def discard(self, key: str) -> None:
        """Drop the id of a document that was read, or is gone."""
        self._from_state.pop(key, None)
        self.refused.pop(key, None)
        if key in self.ids:
            del self.ids[key]
            self._snapshot = None

    def take_unlisted(self) -> list[str]:
        """Return the ids of the state that the list of this run has not brought, once."""
        found = [*self._from_state]
        self._from_state.clear()
        return found

    def take_refused(self) -> list[Row]:
        """Return the list rows of the documents that were refused in this run, once."""
        found = [*self.refused.values()]
        self.refused.clear()
        return found

    def checkpoint(self, bookmark: str | None) -> Checkpoint:
        """Return what holds once all before is written; `bookmark` None does not move it."""
        self._reached = bookmark or self._reached
        if self._snapshot is None:
            self._snapshot = tuple(self.ids)
        return Checkpoint(self._reached, self._snapshot, self.is_first_read)


def find_state_problem(stream: str, partition: Mapping[str, Any]) -> str | None:
    """Return why the unread documents of a partition cannot be read; None if they can."""
    unread = partition.get(UNREAD, [])
    if not isinstance(unread, list) or not _are_ids(unread):
        return f"the {UNREAD} of '{stream}' are no list of ids"
    if not isinstance(partition.get(FIRST_READ, True), bool):
        return f"the {FIRST_READ} of '{stream}' is neither true nor false"
    return None


def _are_ids(values: Iterable[object]) -> bool:
    return all(isinstance(one, str) and one.strip() for one in values)
