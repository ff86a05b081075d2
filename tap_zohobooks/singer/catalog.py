"""The catalog that a run is given, checked before any request."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

from singer_sdk.singerlib import Catalog
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL

from tap_zohobooks.error_catalog import Reason

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
        json.dumps(value, ensure_ascii=False).encode()  # a value that cannot be written is rejected
    except (ValueError, RecursionError) as error:
        raise Reason.FILE_NO_JSON.error(file=what, problem=error) from error
    if not isinstance(value, dict):
        raise Reason.FILE_NO_JSON.error(file=what, problem=f"but a {type(value).__name__}")
    return value


def read_catalog(catalog: dict[str, Any] | None) -> Catalog | None:
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


def find_oddities(catalog: Catalog | None, selected: Mapping[str, bool]) -> Iterator[str]:
    """Yield what may be a mistake in a catalog, given whether each stream is selected."""
    for entry in catalog.streams if catalog else ():
        if entry.tap_stream_id not in selected:
            yield (
                f"The catalog has stream '{entry.tap_stream_id}', which does not exist; it is left "
                "out. Make the catalog anew with --discover."
            )
    if not any(selected.values()):
        yield "Nothing is selected: nothing is read. Select streams in the catalog."


def _choose_method(entry: CatalogEntry, metadata: list[dict[str, Any]]) -> None:
    """Take the replication method from the stream's metadata, which the SDK does not read.

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
