"""What is handed to a run, checked before anything is asked: state and catalog."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

from singer_sdk.singerlib import Catalog

from tap_zohobooks.errors import ConfigError
from tap_zohobooks.records import utc

if TYPE_CHECKING:
    from collections.abc import Iterator


def read_json(what: str, file: IO[str] | None) -> dict[str, Any] | None:
    """Read a JSON object that the command line names.

    Raises:
        ConfigError: It holds something else.
    """
    if file is None:
        return None
    try:
        value = json.loads(file.read())
    except ValueError as error:
        msg = f"The {what} is not JSON ({error}). Hand over the file as it was written."
        raise ConfigError(msg) from error
    if not isinstance(value, dict):
        msg = f"The {what} is not a JSON object. Hand over the file as it was written."
        raise ConfigError(msg)
    return value


def checked_catalog(catalog: dict[str, Any] | None) -> Catalog | None:
    """Return a catalog as the SDK reads it.

    Raises:
        ConfigError: It is not of a catalog's shape.
    """
    if catalog is None:
        return None
    if not isinstance(catalog.get("streams"), list):
        msg = "The catalog has no list of streams. Make it anew with --discover."
        raise ConfigError(msg)
    try:
        read = Catalog.from_dict(catalog)
        shaped = all(isinstance(entry.schema.to_dict().get("properties"), dict)
                     for entry in read.streams)  # fmt: skip
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        msg = f"The catalog is malformed ({error!r}). Make it anew with --discover."
        raise ConfigError(msg) from error
    if not shaped:
        msg = "The catalog has a stream without a schema. Make it anew with --discover."
        raise ConfigError(msg)
    return read


def checked_state(state: dict[str, Any]) -> dict[str, Any]:
    """Return the state if this tap can go on from it.

    Raises:
        ConfigError: It is of another shape, or another tap's.
    """
    found = next(_strangeness(state), None)
    if found is not None:
        msg = (
            f"The state is not one of this tap: {found}. Hand over a state that this tap has "
            "written, or none to read everything again."
        )
        raise ConfigError(msg)
    return state


def _strangeness(state: dict[str, Any]) -> Iterator[str]:
    bookmarks = state.get("bookmarks", {})
    if not isinstance(bookmarks, dict) or (
        state.keys() - {"bookmarks", "currently_syncing"} and "bookmarks" not in state
    ):
        yield "it has no 'bookmarks'"
        return
    for stream, bookmark in bookmarks.items():
        if not isinstance(bookmark, dict):
            yield f"the bookmark of '{stream}' is no object"
            return
        if bookmark.get("replication_key_value"):
            yield f"the bookmark of '{stream}' names no organization"
        partitions = bookmark.get("partitions", [])
        if not isinstance(partitions, list):
            yield f"the partitions of '{stream}' are no list"
            return
        for partition in partitions:
            yield from _strange_partition(stream, partition)
        for partition in (bookmark, *partitions):
            if not isinstance(partition.get("progress_markers", {}), dict):
                yield f"the progress_markers of '{stream}' are no object"
        if len({str(partition["context"]) for partition in partitions}) < len(partitions):
            yield f"'{stream}' has an organization twice"


def _strange_partition(stream: str, partition: dict[str, Any]) -> Iterator[str]:
    match partition:
        case {"context": {"organization_id": str()}}:
            value = partition.get("replication_key_value")
            if value is not None and (not isinstance(value, str) or utc(value) is None):
                yield f"a bookmark of '{stream}' is no instant"
        case _:
            yield f"a partition of '{stream}' has no organization_id"
