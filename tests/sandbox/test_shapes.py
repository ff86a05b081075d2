"""Shapes hold names and kinds, never values, and can be made again from the folders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox.api.documents import get_shape_name
from sandbox.data import make_shapes
from sandbox.data.catalog import load_endpoints
from sandbox.data.kinds import Kind, convert_schema, infer_shape, merge_shapes
from sandbox.data.shapes import FOLDER, load_shape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = {
    "id", "text", "money", "number", "count", "bool", "time", "date", "display-time",
    "display-date", "display-money", "email", "url", "duration", "digits", "empty",
}  # fmt: skip


def walk_leaves(kind: Kind) -> Iterator[str]:
    """Walk the kinds of a shape."""
    match kind:
        case dict():
            for inner in kind.values():
                yield from walk_leaves(inner)
        case list():
            for inner in kind:
                yield from walk_leaves(inner)
        case _:
            yield kind


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("*.json")))
def test_a_shape_holds_kinds_and_nothing_else(file: str) -> None:
    """Each leaf of a shape is one of the known kinds: no value was copied."""
    content = json.loads((FOLDER / file).read_text("utf-8"))
    assert {one.rstrip("?") for one in walk_leaves(content)} <= KINDS


@pytest.mark.parametrize("path", sorted(load_endpoints()))
def test_every_list_has_a_shape_for_its_rows(path: str) -> None:
    """Each endpoint goes by a shape file that has fields."""
    assert load_shape(get_shape_name(load_endpoints()[path]), "row")


def test_no_shape_is_left_over() -> None:
    """Each shape file belongs to an endpoint, or to custom modules."""
    known = {get_shape_name(one) for one in load_endpoints().values()} | {"cm_module"}
    assert {path.stem for path in FOLDER.glob("*.json")} == known


def test_kinds_are_inferred_from_recorded_values() -> None:
    """The values of a field over several rows give its kind; blank at times makes it optional."""
    rows = [
        {"a_id": "260815000000097001", "total": 1.5, "when": "2026-06-09T09:47:08-0400"},
        {"a_id": "", "total": 2, "when": "09 Jun 2026", "flag": True, "tags": [], "sub": {"x": ""}},
    ]
    assert infer_shape(rows) == {
        "a_id": "id?",
        "total": "money",
        "when": "text",
        "flag": "bool",
        "tags": [],
        "sub": {"x": "empty"},
    }


def test_a_file_gives_the_kinds_of_blank_fields() -> None:
    """Blank fields and empty arrays take their kind from the OpenAPI file; others keep theirs."""
    seen: dict[str, Kind] = {"rate": "empty", "taxes": [], "total": "money", "odd": "empty"}
    described: dict[str, Kind] = {"rate": "money", "taxes": [{"tax_id": "id"}], "total": "text"}
    assert merge_shapes(seen, described) == {
        "rate": "money?",
        "taxes": [{"tax_id": "id"}],
        "total": "money",
        "odd": "empty",
    }


def test_shapes_are_made_from_two_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script reads recordings and OpenAPI files, and writes a shape a list."""
    recordings, openapi, made = (tmp_path / name for name in ("recordings", "openapi", "made"))
    for folder in (recordings, openapi, made):
        folder.mkdir()
    row = {"bill_id": "260815000000113002", "total": 1, "notes": ""}
    (recordings / "list-bills.json").write_text(json.dumps({"code": 0, "bills": [row]}))
    (openapi / "bills.yml").write_text(
        "paths:\n  /bills/{id}:\n    get:\n      responses:\n        '200':\n          content:\n"
        "            application/json:\n              schema:\n                properties:\n"
        "                  bill:\n                    properties:\n"
        "                      total: {type: number}\n"
    )
    monkeypatch.setattr(make_shapes, "SHAPES", made)
    make_shapes.main(recordings, openapi)
    assert [path.name for path in made.iterdir() if path.stem == "bills"] == ["bills.json"]
    assert json.loads((made / "bills.json").read_text()) == {
        "row": {"bill_id": "id", "total": "money", "notes": "empty"},
        "document": {"total": "money"},
    }


def test_kinds_are_converted_from_an_openapi_schema() -> None:
    """References are followed; types, names and examples of the file make the kinds."""
    described = {"components": {"schemas": {"line": {"properties": {"qty": {"type": "number"}}}}}}
    schema = {
        "properties": {
            "a_id": {"type": "integer"},
            "total": {"type": "number"},
            "is_on": {"type": "boolean"},
            "when": {"type": "string", "example": "2014-07-28T08:29:07+0530"},
            "due_date": {"type": "string"},
            "label": {"type": "string", "example": "12"},
            "item_total": {"type": "string", "example": 100},
            "item_order": {"type": "string", "example": 1},
            "lines": {"type": "array", "items": {"$ref": "#/components/schemas/line"}},
            "loose": {"type": "array"},
            "bare": {"type": "object"},
        }
    }
    assert convert_schema("", schema, described) == {
        "a_id": "id",
        "total": "money",
        "is_on": "bool",
        "when": "time",
        "due_date": "date",
        "label": "text",
        "item_total": "digits",
        "item_order": "digits",
        "lines": [{"qty": "number"}],
        "loose": [],
        "bare": {},
    }
