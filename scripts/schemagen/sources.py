"""Reads the two sources: Zoho's OpenAPI files and recorded answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml

from schemagen.shapes import NOTHING, Kind, Shape, merge, of_value, text_kinds

if TYPE_CHECKING:
    from pathlib import Path

Json: TypeAlias = Mapping[str, Any]

_ENVELOPE: Final = frozenset({"code", "message", "page_context"})
_PARAMETER: Final = re.compile(r"\{[^}]*\}")
_NUMERIC: Final = frozenset({"double", "float", "int32", "int64"})


def read_openapi(folder: Path) -> dict[str, Shape]:
    """Return the shape of a row or document of every path, parameters written as ``{}``.

    Each path is there twice: as ``file:/path``, and as ``/path``, which joins all files.
    """
    rows: dict[str, Shape] = {}
    for file in sorted(folder.glob("*.y*ml")):
        for path, row in _rows(yaml.safe_load(file.read_text(encoding="utf-8"))):
            rows[f"{file.stem}:{path}"] = row
            rows[path] = merge(rows.get(path, NOTHING), row)
    return rows


def read_recordings(folder: Path) -> dict[str, Shape]:
    """Return the shape of a row or document of every recorded answer by its file's stem."""
    return {
        file.stem: _row(of_value(json.loads(file.read_text(encoding="utf-8"))))
        for file in sorted(folder.glob("*.json"))
    }


def _rows(document: Json) -> Iterator[tuple[str, Shape]]:
    """Yield each path that answers a GET with JSON, and the shape of its row."""
    for path, operations in document["paths"].items():
        answers = operations.get("get", {}).get("responses", {})
        answer = answers.get("200", answers.get(200, {}))
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        if schema is not None:
            yield _PARAMETER.sub("{}", path), _row(_read_declared(schema, document))


def _row(answer: Shape) -> Shape:
    """Return what the envelope holds: its one own key, or all of its own keys where it is flat."""
    own = {name: held for name, held in answer.fields.items() if name not in _ENVELOPE}
    held = next(iter(own.values())) if len(own) == 1 else Shape(frozenset({"object"}), own)
    return Shape(frozenset({"object"}), held.inside)


def _read_declared(schema: Json, document: Json) -> Shape:
    """Return the shape that an OpenAPI schema declares."""
    if "$ref" in schema:
        target: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return _read_declared(target, document)
    match schema.get("type"):
        case "object":
            fields = {
                name: _read_declared(held, document)
                for name, held in schema.get("properties", {}).items()
            }
            return Shape(frozenset({"object"}), fields)
        case "array":
            held = _read_declared(schema.get("items", {}), document)
            return Shape(frozenset({"array"}), items=held if held.kinds else None)
        case _:
            return Shape(_read_kinds(schema))


def _read_kinds(schema: Json) -> frozenset[Kind]:
    """Return the kind of a scalar, more exact where the example of a text shows it."""
    match schema.get("type"), schema.get("format"):
        case "integer" | "number", _:
            return frozenset({"number"})
        case "string", form if form in _NUMERIC:
            return frozenset({"number"})
        case "string", "date" | "date-time" as form:
            return frozenset({form})
        case "string", _:
            return _example_kinds(schema.get("example"))
        case "boolean", _:
            return frozenset({"boolean"})
        case _:
            return frozenset()


def _example_kinds(example: object) -> frozenset[Kind]:
    """Return the kind of a text's example; a blank or missing one shows nothing."""
    match example:
        case bool():
            return frozenset({"flag"})
        case date():
            # YAML reads an unquoted day as a point in time; the service writes the day alone.
            return frozenset({"date"})
        case _:
            return text_kinds("" if example is None else str(example)) or frozenset({"string"})
