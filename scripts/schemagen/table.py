"""Which streams there are, and where each one's rows are described."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Row: TypeAlias = dict[str, Any]

ORGANIZATION: Final = "organization_id"


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: its key, the parents' ids that it bears, and its sources.

    ``paths`` are keys of the OpenAPI index, ``recordings`` stems of recorded answers, ``fields`` is
    the stream of its lines in lists of fields, and ``base`` is the list whose rows its documents
    are merged with.
    """

    name: str
    keys: tuple[str, ...]
    paths: tuple[str, ...]
    recordings: tuple[str, ...]
    fields: str
    bears: tuple[str, ...] = ()
    base: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the tap adds to every row."""
        return (ORGANIZATION, *self.bears)


def read_table(table: Row) -> dict[str, Stream]:
    """Return every stream by name."""
    lists = {name: _list(name, row) for name, row in table["lists"].items()}
    details = {name: _details(lists[name], row) for name, row in table["details"].items()}
    nested = [_find_child(name, lists[row["parent"]], row) for name, row in table["nested"].items()]
    comments = [_comments(lists[name], row) for name, row in table["comments"].items()]
    streams = [*lists.values(), *details.values(), *nested, *comments]
    return {stream.name: stream for stream in streams}


def singular(plural: str) -> str:
    """Return the noun of a stream's name in the singular."""
    return f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")


def _list(name: str, row: Row) -> Stream:
    """A list's path, key and recording follow from its name."""
    return Stream(
        name=name,
        keys=_keys(_many(row.get("key", f"{singular(name)}_id"))),
        paths=_many(row.get("path", "/" + name.replace("_", ""))),
        recordings=(_find_recording("list", row.get("recording", name)),),
        fields=row.get("fields", name),
    )


def _details(rows: Stream, row: Row) -> Stream:
    """A document's path follows from its list's, its recording from the noun."""
    noun = singular(rows.name)
    return Stream(
        name=f"{noun}_details",
        keys=rows.keys,
        paths=_many(row.get("path", [f"{path}/{{}}" for path in rows.paths])),
        recordings=(_find_recording("get", row.get("recording", noun)),),
        fields=row.get("fields", f"{noun}_details"),
        base=rows.name,
    )


def _find_child(name: str, parent: Stream, row: Row) -> Stream:
    """A nested row bears its parent's id, which is part of the key unless it is ``alone``."""
    above = parent.keys[-1]
    own = row.get("key", f"{singular(name)}_id")
    return Stream(
        name=name,
        keys=_keys([own] if row.get("alone") else [above, own]),
        paths=tuple(
            path if path.startswith("/") else _under(parent, path) for path in _many(row["path"])
        ),
        recordings=(_find_recording("list", name),),
        fields=name,
        bears=(above,),
    )


def _comments(parent: Stream, row: Row) -> Stream:
    """Comments lie under their document, everywhere alike."""
    name = f"{singular(parent.name)}_comments"
    return _find_child(name, parent, {"path": "comments", "key": "comment_id", **row})


def _under(parent: Stream, path: str) -> str:
    """Return the path of something under one row of the parent."""
    return f"{parent.paths[0]}/{{}}/{path}"


def _keys(own: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Return the key's columns, the organization's first, each once."""
    return tuple(dict.fromkeys([ORGANIZATION, *own]))


def _many(value: str | list[str]) -> tuple[str, ...]:
    """Return one value or several as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value)


def _find_recording(kind: str, name: str) -> str:
    """Return the stem of a recorded answer."""
    return f"{kind}-{name.replace('_', '-')}"
