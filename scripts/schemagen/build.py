"""Puts a stream's schema together from its sources, the rules and the corrections."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemagen.fields import Listed
from schemagen.shapes import Shape, merge_all
from schemagen.types import Decider, Evidence, Schema, nullable, object_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemagen.corrections import Corrections
    from schemagen.table import Stream

UNKNOWN_FIELDS = "additional_fields"


@dataclass(frozen=True, slots=True)
class Sources:
    """The rows of the sources: by path, by a recording's stem, and by the stream of a list."""

    declared: Mapping[str, Shape]
    recorded: Mapping[str, Shape]
    listed: Mapping[str, Listed] = field(default_factory=dict)


def build(
    streams: Mapping[str, Stream], sources: Sources, corrections: Corrections
) -> dict[str, Schema]:
    """Return the schema of every stream.

    Raises:
        ValueError: If a stream names a path that no OpenAPI file answers.
    """
    lost = sorted(_list_lost(streams, sources))
    if lost:
        msg = f"No OpenAPI file answers a GET of {', '.join(lost)}: correct the table of streams"
        raise ValueError(msg)
    evidence = {name: _evidence(stream, streams, sources) for name, stream in streams.items()}
    decider = Decider(list(evidence.values()), corrections.names)
    return {
        name: _schema(stream, decider.properties(evidence[name]), corrections)
        for name, stream in streams.items()
    }


def render(schema: Schema) -> str:
    """Return the text of a schema's file."""
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def _list_lost(streams: Mapping[str, Stream], sources: Sources) -> set[str]:
    """Return the paths that are in no file."""
    return {path for stream in streams.values() for path in stream.paths} - set(sources.declared)


def _evidence(stream: Stream, streams: Mapping[str, Stream], sources: Sources) -> Evidence:
    """Return what is known of a stream's rows; a document's include its list's."""
    both = [stream, streams[stream.base]] if stream.base else [stream]
    recorded = [sources.recorded.get(name) for one in both for name in one.recordings]
    listed = [sources.listed.get(one.fields, Listed()) for one in both]
    real = [shape for shape in recorded if shape is not None]
    declared = [sources.declared[path] for one in both for path in one.paths]
    return Evidence(
        real=merge_all([*real, *(one.real for one in listed)]),
        declared=merge_all([*declared, *(one.declared for one in listed)]),
    )


def _schema(stream: Stream, properties: Mapping[str, Schema], corrections: Corrections) -> Schema:
    """Return a stream's schema: its rows' fields and the tap's own columns, put right."""
    right = corrections.apply(stream.base or stream.name, properties)
    if stream.base:
        right = corrections.apply(stream.name, right)
    own = {column: nullable("string") for column in stream.columns}
    keys = {column: {"type": "string"} for column in stream.keys}
    return {
        "properties": {**own, **right, **keys, UNKNOWN_FIELDS: object_of({})},
        "type": "object",
    }
