"""What is handed to a run, checked before anything is asked: state and catalog."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

from singer_sdk.singerlib import Catalog
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.resources import ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from singer_sdk.singerlib import CatalogEntry


def read_json(what: str, file: IO[str] | None) -> dict[str, Any] | None:
    """Read a JSON object that the command line names.

    Raises:
        ConfigError: It holds something else.
    """
    if file is None:
        return None
    try:
        value = json.loads(file.read())
        json.dumps(value, ensure_ascii=False).encode()  # what cannot be written is not gone on from
    except (ValueError, RecursionError) as error:
        raise Reason.FILE_NO_JSON.error(file=what, problem=error) from error
    if not isinstance(value, dict):
        raise Reason.FILE_NO_JSON.error(file=what, problem=f"but a {type(value).__name__}")
    return value


def checked_catalog(catalog: dict[str, Any] | None) -> Catalog | None:
    """Return a catalog as the SDK reads it.

    Raises:
        ConfigError: It is not of a catalog's shape.
    """
    if catalog is None:
        return None
    if not isinstance(catalog.get("streams"), list):
        raise Reason.CATALOG_MALFORMED.error(problem="it has no list of streams")
    try:
        read = Catalog.from_dict(catalog)
        for entry in catalog["streams"]:
            _choose_method(read[entry["tap_stream_id"]], entry.get("metadata", []))
        shaped = all(isinstance(entry.schema.to_dict().get("properties"), dict)
                     for entry in read.streams)  # fmt: skip
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Reason.CATALOG_MALFORMED.error(problem=repr(error)) from error
    if not shaped:
        raise Reason.CATALOG_MALFORMED.error(problem="it has a stream without a schema")
    return read


def oddities(catalog: Catalog | None, selected: Mapping[str, bool]) -> Iterator[str]:
    """Yield what is no mistake but may be one, given which streams there are and are selected."""
    for entry in catalog.streams if catalog else ():
        if entry.tap_stream_id not in selected:
            yield (
                f"The catalog has stream '{entry.tap_stream_id}', which does not exist; it is left "
                "out. Make the catalog anew with --discover."
            )
    if not any(selected.values()):
        yield "Nothing is selected: nothing is read. Select streams in the catalog."


def _choose_method(entry: CatalogEntry, metadata: list[dict[str, Any]]) -> None:
    """Let the stream's metadata choose the method: where Singer has it, and the SDK does not look.

    Raises:
        ConfigError: There is no such method.
    """
    chosen = next((one["metadata"].get("replication-method") for one in metadata
                   if not one["breadcrumb"]), None)  # fmt: skip
    entry.replication_method = chosen or entry.replication_method
    if entry.replication_method not in {None, REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL}:
        raise Reason.METHOD_UNKNOWN.error(
            stream=entry.tap_stream_id, method=repr(entry.replication_method)
        )


def checked_state(state: dict[str, Any]) -> dict[str, Any]:
    """Return the state if it has the shape of one.

    Raises:
        ConfigError: It has another, or names no organization where it should.
    """
    found = next(_strangeness(state), None)
    if found is not None:
        raise Reason.STATE_STRANGE.error(problem=found)
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
        partitions = bookmark.get("partitions", [])
        if not isinstance(partitions, list):
            yield f"the partitions of '{stream}' are no list"
            return
        for partition in partitions:
            if not _names_organization(partition):
                yield f"a partition of '{stream}' has no organization_id"
        for partition in (bookmark, *partitions):
            if not isinstance(partition.get("progress_markers", {}), dict):
                yield f"the progress_markers of '{stream}' are no object"
        if len({str(partition["context"]) for partition in partitions}) < len(partitions):
            yield f"'{stream}' has an organization twice"


def _names_organization(partition: object) -> bool:
    match partition:
        case {"context": {"organization_id": str()}}:
            return True
        case _:
            return False


def organizations_in(state: Mapping[str, Any]) -> frozenset[str]:
    """Return the organizations that a state knows: each has been read before."""
    return frozenset(
        str(partition["context"][ORGANIZATION])
        for bookmark in state.get("bookmarks", {}).values()
        for partition in bookmark.get("partitions", [])
    )


def check_start(stream: str, organization: str, start: str | None, now: str) -> None:
    """See that there can be changes to read: no bookmark lies in the future (both UTC texts).

    Raises:
        ConfigError: What changes from now until then would be passed over without a word.
    """
    if start and start > now:
        raise Reason.START_IN_FUTURE.error(
            stream=stream, organization=organization, start=start, now=now
        )
