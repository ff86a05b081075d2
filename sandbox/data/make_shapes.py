"""Make ``shapes/*.json`` from recorded responses and from Zoho's OpenAPI files.

``python -m sandbox.data.make_shapes RECORDINGS OPENAPI`` writes the name of every field and the
kind of its value, never a value, from the recording if there is one, else from the OpenAPI file.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.data.catalog import Endpoint, get_endpoint, load_endpoints
from sandbox.data.kinds import Shape, convert_schema, infer_shape, merge_shapes

SHAPES: Final = Path(__file__).with_name("shapes")
ENVELOPE: Final = frozenset({"code", "message", "page_context"})
MODULE: Final = "cm_module"

# OpenAPI paths that are spelled differently from the service's, or that have our collection.
SPELLINGS: Final = {
    "debitnotes": "/invoices",
    "recurringbills/{}": "/recurring_bills/{}",
    MODULE: "/{}",
    f"{MODULE}/{{}}": "/{}/{}",
}
# Fields that are documented elsewhere, or known from live responses only.
TIMES: Final[Shape] = {"created_time": "time", "last_modified_time": "time"}
LIVE_FIELDS: Final[dict[str, dict[str, Shape]]] = {
    "salesorders": {"row": TIMES, "document": TIMES},
    "recurringinvoices": {"row": TIMES, "document": TIMES},
    "vendorcredits": {"row": TIMES, "document": TIMES},
    "settings.taxes": {
        "row": {
            "last_modified_time": "time",
            "status": "text",
            "start_date": "date?",
            "end_date": "date?",
            "country": "text",
            "country_code": "text",
        }
    },
    "cm_module": {"row": TIMES, "document": TIMES},
}
NEVER_SEEN: Final[dict[str, frozenset[str]]] = {
    "cm_module": frozenset({"cf_debt_amount", "cf_debt_amount_formatted"}),
    "salesorders": frozenset({"custom_fields"}),
    "settings.taxes": frozenset({"created_time", "is_value_added"}),
}


def _normalize(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path).strip("/")


class OpenApi:
    """The responses in Zoho's OpenAPI files, by path with ``{}`` for each parameter."""

    def __init__(self, folder: Path) -> None:
        """Read every file of a folder."""
        self._responses: dict[tuple[str, str], Shape] = {}
        for file in sorted(folder.glob("*.yml")):
            self._read(file.stem, yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader))

    def _read(self, stem: str, described: dict[str, Any]) -> None:
        for path, operations in described["paths"].items():
            content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content")
            schema = (content or {}).get("application/json", {}).get("schema")
            if schema:
                response = convert_schema("", schema, described)
                if isinstance(response, dict):
                    self._responses[stem, _normalize(path)] = response

    def find(self, path: str, *, debit: bool = False) -> Shape:
        """Find the response of a path; empty if the files have none."""
        for (stem, known), response in self._responses.items():
            if known == path and (stem == "customer-debit-notes") == debit:
                return {name: kind for name, kind in response.items() if name not in ENVELOPE}
        return {}


def _find_record(response: Shape, *keys: str) -> Shape:
    """Find the shape of one record in a response, under one of several keys."""
    inner = next((response[key] for key in keys if key in response), response)
    if len(response) == 1 and inner is response:
        inner = next(iter(response.values()))
    if isinstance(inner, list):
        inner = inner[0] if inner else {}
    return inner if isinstance(inner, dict) else {}


class Recordings:
    """Recorded responses, by the key of their records."""

    def __init__(self, folder: Path) -> None:
        """Read every recording of a folder."""
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._documents: dict[str, list[dict[str, Any]]] = {}
        for file in sorted(folder.glob("*.json")):
            for key, value in json.loads(file.read_text("utf-8")).items():
                if isinstance(value, list):
                    self._rows[key] = value
                elif isinstance(value, dict):
                    self._documents[key] = [value]

    def shape(self, one: Endpoint) -> dict[str, Shape]:
        """Infer the shapes of a list's rows and documents; empty if nothing is recorded."""
        path_is_plain = not one.parent or one.rows == "contact_persons"
        rows = self._rows.get(one.rows, []) if path_is_plain else []
        documents = self._documents.get(one.document, []) if path_is_plain else []
        return {"row": infer_shape(rows), "document": infer_shape(documents)}


def _describe(one: Endpoint, openapi: OpenApi) -> dict[str, Shape]:
    path = _normalize(one.path)
    debit = one.path == "debitnotes"
    rows = openapi.find(_normalize(SPELLINGS.get(path, path)), debit=debit)
    single = f"{path}/{{}}"
    document = openapi.find(
        _normalize(SPELLINGS.get(single, f"{_normalize(SPELLINGS.get(path, path))}/{{}}")),
        debit=debit,
    )
    return {
        "row": _find_record(rows, one.rows, one.rows.replace("_", ""), one.rows + "s"),
        "document": _find_record(document, one.document) if one.document else {},
    }


def _combine(one: Endpoint, recordings: Recordings, openapi: OpenApi) -> dict[str, Shape]:
    recorded, described = recordings.shape(one), _describe(one, openapi)
    if one.path == "debitnotes":
        recorded = {"row": {}, "document": {}}
    found = {
        part: merge_shapes(recorded[part], described[part]) if recorded[part] else described[part]
        for part in ("row", "document")
    }
    hidden = NEVER_SEEN.get(one.slug, frozenset())
    for part, more in LIVE_FIELDS.get(one.slug, {}).items():
        found[part] = {**found[part], **more}
    found["row"] = {name: kind for name, kind in found["row"].items() if name not in hidden}
    return {part: shape for part, shape in found.items() if shape}


def main(recordings: Path, openapi: Path) -> None:
    """Write a shape file for each endpoint in the folders."""
    recorded, described = Recordings(recordings), OpenApi(openapi)
    for one in (*load_endpoints().values(), get_endpoint(MODULE)):
        found = _combine(one, recorded, described)
        if found:
            text = json.dumps(found, indent=1, ensure_ascii=False)
            (SHAPES / f"{one.slug}.json").write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
