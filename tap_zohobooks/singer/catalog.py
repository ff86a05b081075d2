"""The catalog: the one that discovery prints, and the one that a run is given, checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from singer_sdk.singerlib import Catalog
from singer_sdk.singerlib.catalog import (
    REPLICATION_FULL_TABLE,
    REPLICATION_INCREMENTAL,
    MetadataMapping,
    StreamMetadata,
)

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.json_objects import find_problem, keep_all, parse_object, shorten
from tap_zohobooks.setting_values import to_interval

INTERVAL = "full-refresh-interval"
_PATH = "breadcrumb"
_NAME = re.compile(r"[\w.-]{1,255}")

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from singer_sdk import Stream
    from singer_sdk.singerlib import CatalogEntry

    from tap_zohobooks.json_objects import Convert


def read_json(
    what: str, file: IO[str] | None, convert: Convert = keep_all
) -> dict[str, Any] | None:
    """Read a JSON object that the command line names; `convert` each object in it.

    Raises:
        ConfigError: It holds something else.
    """
    if file is None:
        return None
    try:
        value = parse_object(file.read(), convert)
    except ValueError as error:
        raise Reason.FILE_NO_JSON.error(file=what, problem=shorten(error)) from error
    if problem := find_problem(value):
        raise Reason.FILE_NO_JSON.error(file=what, problem=problem)
    return value


def leave_out_fields(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object of a catalog; the entry of a stream that is not selected without its fields.

    A catalog holds 10,000 fields, of which a run needs few. They take 12 MB, and the SDK copies
    each of them five times before a run begins: most of a short one.
    """
    match value:
        case {"schema": {"properties": fields} as schema, "metadata": list(metadata)}:
            root = [one for one in metadata if isinstance(one, dict) and one.get(_PATH) == []]
            is_sound = _has_objects(fields) and find_problem(value) is None
            if root and is_sound and not _is_selected(root):
                return {**value, "schema": {**schema, "properties": {}}, "metadata": root}
    return value


def _is_selected(metadata: list[dict[str, Any]]) -> bool:
    try:
        return MetadataMapping.from_iterable(metadata).resolve_selection()[()]
    except (AttributeError, KeyError, TypeError, ValueError):  # `read_catalog` reports it
        return True


def read_catalog(catalog: dict[str, Any] | None) -> Catalog | None:
    """Return a catalog as the SDK reads it.

    Raises:
        ConfigError: It is not of a catalog's shape.
    """
    if catalog is None:
        return None
    problem = next(_find_problems(catalog.get("streams")), None)
    if problem is not None:
        raise Reason.CATALOG_MALFORMED.error(problem=problem)
    try:
        read = Catalog.from_dict(catalog)
        for entry in catalog["streams"]:
            _choose_method(read[entry["tap_stream_id"]], entry.get("metadata", []))
            _read_interval(read[entry["tap_stream_id"]], entry.get("metadata", []))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Reason.CATALOG_MALFORMED.error(problem=shorten(repr(error))) from error
    return read


def _find_problems(entries: object) -> Iterator[str]:
    """Yield what keeps the entries of a catalog from being read, before the SDK reads them."""
    if not isinstance(entries, list):
        yield "it has no list of streams"
        return
    names = set[str]()
    for entry in entries:
        name = entry.get("tap_stream_id") if isinstance(entry, dict) else None
        if not isinstance(name, str) or _NAME.fullmatch(name) is None:
            yield "the tap_stream_id of a stream is not a name"
            return
        if entry.get("stream", name) != name:
            yield f"the stream of '{name}' is '{shorten(entry['stream'])}': both are one name"
        if name in names:
            yield f"it has stream '{name}' twice"
        names.add(name)
        schema, keys = entry.get("schema"), entry.get("key_properties") or []
        if not isinstance(schema, dict) or not _has_objects(schema.get("properties")):
            yield f"it has a stream without a schema, '{name}'"
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            yield f"the key_properties of '{name}' are no list of names"


def _has_objects(properties: object) -> bool:
    return isinstance(properties, dict) and all(
        isinstance(one, dict) for one in properties.values()
    )


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


@dataclass(slots=True)
class IntervalMetadata(StreamMetadata):
    """Metadata of a stream, with the seconds between two whole reads of it; None if not given."""

    full_refresh_interval: object = None


def find_interval(catalog: Catalog | None, name: str) -> int | None:
    """Return the seconds between two whole reads that a catalog gives a stream; None if none."""
    entry = catalog.get_stream(name) if catalog else None
    root = entry.metadata.get(()) if entry else None
    given = root.full_refresh_interval if isinstance(root, IntervalMetadata) else None
    return None if given is None else int(str(given))


def _read_interval(entry: CatalogEntry, metadata: list[dict[str, Any]]) -> None:
    """Take the interval of a stream from its metadata, which the SDK does not read.

    Raises:
        ConfigError: It is none.
    """
    for one in metadata:
        given = None if one["breadcrumb"] else one["metadata"].get(INTERVAL)
        if given not in (None, ""):
            name = f"{INTERVAL} of stream {entry.tap_stream_id}"
            try:
                seconds = to_interval(given)
            except ValueError as error:
                raise Reason.SETTING_WRONG.error(setting=name, problem=error) from error
            entry.metadata[()] = IntervalMetadata.from_dict({**one["metadata"], INTERVAL: seconds})


def _choose_method(entry: CatalogEntry, metadata: list[dict[str, Any]]) -> None:
    """Take the replication method from the stream's metadata, which the SDK does not read.

    Raises:
        ConfigError: There is no such method.
    """
    chosen = next((one["metadata"].get("replication-method") for one in metadata
                   if not one["breadcrumb"]), None)  # fmt: skip
    entry.replication_method = chosen or entry.replication_method
    if entry.replication_method not in (None, REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL):
        raise Reason.METHOD_UNKNOWN.error(
            stream=entry.tap_stream_id, method=repr(entry.replication_method)
        )


def describe_streams(streams: Iterable[Stream]) -> dict[str, Any]:
    """Return the catalog of streams, equal to the SDK's `catalog_dict`; its schemas are no copies.

    The SDK makes an object of each of 11,000 schemas, and a dictionary of each object: 90 ms.
    """
    return {"streams": [_describe_stream(stream) for stream in streams]}


def _describe_stream(stream: Stream) -> dict[str, Any]:
    facts = {
        "tap_stream_id": stream.tap_stream_id,
        "replication_key": stream.replication_key,
        "replication_method": stream.replication_method,
        "key_properties": stream.primary_keys or [],
        "schema": stream.schema,
        "stream": stream.name,
        "metadata": stream.metadata.to_list(),
    }
    return {name: fact for name, fact in facts.items() if fact is not None}
