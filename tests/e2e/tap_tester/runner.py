"""The tap from outside: its command line, what it prints, and what the page says of its streams."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND = str(Path(sys.executable).with_name("tap-zohobooks"))
PAGE = Path(__file__).parents[3] / "docs" / "streams.md"
ORGANIZATION = "organization_id"
TIME = "last_modified_time"
PATIENCE = 120

Record: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, ...]

_ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \| .+? \| (.+?) \|", re.MULTILINE)
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


@dataclass(frozen=True, slots=True)
class Promise:
    """What docs/streams.md says of a stream."""

    keys: list[str]
    method: str
    is_selected: bool

    @property
    def is_incremental(self) -> bool:
        """Whether its rows tell when they changed."""
        return self.method == f"`{TIME}`"

    @property
    def replication_key(self) -> str | None:
        """The field that says how far a run has come; None if there is none."""
        return None if self.is_whole or self.is_dated else self.method.strip("`")

    @property
    def is_whole(self) -> bool:
        """Whether every run reads all of it."""
        return self.method == "full table"

    @property
    def is_dated(self) -> bool:
        """Whether most runs read its last days only."""
        return self.method == "full table, days"


def promises() -> dict[str, Promise]:
    """Read the page of streams."""
    return {
        name: Promise(
            [ORGANIZATION, *re.findall(r"`(\w+)`", keys)],
            method,
            selected == "yes",
        )
        for name, keys, method, selected in _ROW.findall(PAGE.read_text(encoding="utf-8"))
    }


@dataclass(frozen=True)
class Sync:
    """What one run has written, up to its end or to where it was stopped."""

    messages: list[dict[str, Any]]

    @classmethod
    def read(cls, path: Path) -> Sync:
        """Read the messages that a run has written; a line that was cut off is none."""
        lines = path.read_bytes().splitlines(keepends=True)
        return cls([_decode(line) for line in lines if line.endswith(b"\n")])

    @cached_property
    def records(self) -> dict[str, list[Record]]:
        """The records by stream, in the order in which they came."""
        found: dict[str, list[Record]] = defaultdict(list)
        for message in self.messages:
            if message["type"] == "RECORD":
                found[message["stream"]].append(message["record"])
        return dict(found)

    @cached_property
    def schemas(self) -> dict[str, dict[str, Any]]:
        """The SCHEMA messages by stream."""
        return {one["stream"]: one for one in self.messages if one["type"] == "SCHEMA"}

    @property
    def states(self) -> list[dict[str, Any]]:
        """The states in the order in which they came."""
        return [one["value"] for one in self.messages if one["type"] == "STATE"]

    @property
    def bookmarks(self) -> dict[tuple[str, str], str]:
        """The last bookmarks by stream and organization that are times of change."""
        return {
            (stream, partition["context"][ORGANIZATION]): partition["replication_key_value"]
            for stream, bookmark in self.states[-1]["bookmarks"].items()
            for partition in bookmark.get("partitions", [])
            if partition.get("replication_key") == TIME
        }

    def key(self, stream: str, record: Record) -> Key:
        """Return the key of a record, as its SCHEMA message names it."""
        return tuple(str(record[name]) for name in self.schemas[stream]["key_properties"])

    def keys(self, stream: str, wanted: Callable[[Record], bool] = lambda _: True) -> set[Key]:
        """Return the keys of the records of a stream, or of those that are wanted."""
        return {self.key(stream, one) for one in self.records.get(stream, []) if wanted(one)}


def discover(folder: Path, config: dict[str, Any]) -> None:
    """Let the tap print its catalog."""
    run(folder, config, "--discover")


def run(folder: Path, config: dict[str, Any], *arguments: str) -> None:
    """Run the tap to its end, which must be a good one."""
    with (folder / "messages.jsonl").open("wb") as output, (folder / "log").open("wb") as log:
        done = subprocess.run(
            command(folder, config, *arguments),
            stdout=output,
            stderr=log,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 0, (folder / "log").read_text()[-2000:]


def kill(after: int) -> Callable[..., None]:
    """Return what runs the tap, and kills it after so many messages, whatever it does then."""

    def act(folder: Path, config: dict[str, Any], *arguments: str) -> None:
        with (
            (folder / "messages.jsonl").open("wb") as written,
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                command(folder, config, *arguments), stdout=subprocess.PIPE, stderr=log
            ) as tap,
        ):
            assert tap.stdout is not None
            written.writelines(islice(tap.stdout, after))
            tap.kill()

    return act


def command(folder: Path, config: dict[str, Any], *arguments: str) -> list[str]:
    """Return the command line of a run."""
    return [COMMAND, "--config", file(folder, "config.json", config), *arguments]


def file(folder: Path, name: str, value: object) -> str:
    """Write a file of JSON and return its path."""
    path = folder / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return str(path)


def selected(catalog: dict[str, Any], *, fields: bool = True) -> dict[str, Any]:
    """Return a catalog with every stream selected, and all of its fields or none by choice."""
    chosen: dict[str, Any] = json.loads(json.dumps(catalog))
    for entry in chosen["streams"]:
        for item in entry["metadata"]:
            item["metadata"]["selected"] = fields or not item["breadcrumb"]
    return chosen


def automatic(entry: dict[str, Any]) -> set[str]:
    """Return the fields of a catalog's entry that are always part of a record."""
    return {
        item["breadcrumb"][1]
        for item in entry["metadata"]
        if item["metadata"]["inclusion"] == "automatic"
    }
