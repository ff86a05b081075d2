"""What reads the tap: a pipe that can be cut, and a target that upserts by key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from typing_extensions import override

from tap_zohobooks.resources import MODIFIED, ORGANIZATION, TABLE
from tests.conftest import Collector
from tests.property.simulation.pool import Cut

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from singer_sdk.singerlib import Message

    from tests.property.simulation.books import Key

Messages: TypeAlias = "Sequence[dict[str, Any]]"


class Pipe(Collector):
    """Keeps what is written, and tells it, until it is cut."""

    def __init__(self, room: int | None, tell: Callable[[dict[str, Any]], None]) -> None:
        """Take so many messages, or all."""
        super().__init__()
        self._room = room
        self._tell = tell
        self.is_cut = False

    def cut(self) -> None:
        """End the process.

        Raises:
            Cut: Always.
        """
        self.is_cut = True
        raise Cut

    @override
    def write_message(self, message: Message) -> None:
        if self.is_cut:
            return
        if len(self.messages) == self._room:
            self.cut()
        super().write_message(message)
        self._tell(self.messages[-1])


def survivors(messages: Messages, kept: int) -> Messages:
    """Return what a target keeps of a killed run: all to the last STATE, and some of the rest."""
    states = (at for at, message in enumerate(messages, 1) if message["type"] == "STATE")
    return messages[: max(states, default=0) + kept]


def bookmark(state: dict[str, Any], stream: str, organization: str) -> str:
    """Return where the run that is given a state goes on; nothing where it starts."""
    for partition in state.get("bookmarks", {}).get(stream, {}).get("partitions", []):
        if partition["context"][ORGANIZATION] == organization:
            return str(partition.get("replication_key_value") or "")
    return ""


def list_unread(state: dict[str, Any], stream: str, organization: str) -> set[str]:
    """Return the ids of documents that the bookmark has passed, and the next run requests."""
    for partition in state.get("bookmarks", {}).get(stream, {}).get("partitions", []):
        if partition["context"][ORGANIZATION] == organization:
            return set(partition.get("unread_documents", []))
    return set()


@dataclass(slots=True)
class Target:
    """Of each row the revision that it holds, and the state that it gave back last."""

    state: dict[str, Any] = field(default_factory=dict)
    rows: dict[tuple[str, str], dict[Key, int]] = field(default_factory=dict)
    versions: dict[tuple[str, str], dict[Key, object]] = field(default_factory=dict)
    newest: dict[tuple[str, str], str] = field(default_factory=dict)

    def load(self, messages: Messages, revision: Callable[[str, dict[str, Any]], int]) -> None:
        """Take messages in; `revision` is read off a stream's record."""
        for message in messages:
            match message:
                case {"type": "STATE", "value": state}:
                    self.state = state
                case {"type": "RECORD", "stream": stream, "record": record}:
                    self._upsert(stream, record, revision(stream, record), message.get("version"))
                case {"type": "ACTIVATE_VERSION", "stream": stream, "version": version}:
                    self._activate(stream, version)

    def _upsert(self, stream: str, record: dict[str, Any], revision: int, version: object) -> None:
        place = stream, record[ORGANIZATION]
        key = tuple(str(record[column]) for column in TABLE[stream].keys)
        self.rows.setdefault(place, {})[key] = revision
        self.versions.setdefault(place, {})[key] = version
        self.newest[place] = max(self.newest.get(place, ""), record.get(MODIFIED) or "")

    def _activate(self, stream: str, version: object) -> None:
        for place, versions in self.versions.items():
            if place[0] == stream:
                for key in [key for key, other in versions.items() if other != version]:
                    del versions[key], self.rows[place][key]

    def held(self, stream: str, organization: str) -> dict[Key, int]:
        """Return the revision of each row."""
        return self.rows.get((stream, organization), {})
