"""What is handed to a run, checked before anything is asked: state and catalog."""

from __future__ import annotations

import json
from typing import IO, Any

from singer_sdk.singerlib import Catalog

from tap_zohobooks.errors import ConfigError
from tap_zohobooks.records import utc
from tap_zohobooks.resources import ORGANIZATION


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
    try:
        read = Catalog.from_dict(catalog)  # type: ignore[arg-type]
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
    bookmarks = state.get("bookmarks", {})
    if not isinstance(bookmarks, dict) or (state and "bookmarks" not in state):
        raise _foreign("it has no 'bookmarks'")
    for stream, bookmark in bookmarks.items():
        if not isinstance(bookmark, dict):
            raise _foreign(f"the bookmark of '{stream}' is no object")
        if bookmark.get("replication_key_value"):
            raise _foreign(f"the bookmark of '{stream}' names no organization")
        partitions = bookmark.get("partitions", [])
        if not isinstance(partitions, list):
            raise _foreign(f"the partitions of '{stream}' are no list")
        for partition in partitions:
            _check_partition(stream, partition)
    return state


def _check_partition(stream: str, partition: object) -> None:
    match partition:
        case {"context": {"organization_id": str()}}:
            value = partition.get("replication_key_value")
        case _:
            raise _foreign(f"a partition of '{stream}' has no {ORGANIZATION}")
    if value is not None and (not isinstance(value, str) or utc(value) is None):
        raise _foreign(f"a bookmark of '{stream}' is no instant")


def _foreign(found: str) -> ConfigError:
    return ConfigError(
        f"The state is not one of this tap: {found}. Hand over a state that this tap has written, "
        "or none to read everything again."
    )
