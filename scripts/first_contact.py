#!/usr/bin/env python
"""Print what a report of `zohobooks probe` corrects in schemas, table and facts, as JSON.

`schemas` belongs into the list `streams` of scripts/schemas/corrections.json, `table` into
tap_zohobooks/resources.py; `refused`, `views` and `reports` are facts of the organization.

Usage: python scripts/first_contact.py REPORT
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from schemagen.corrections import read_corrections, short_of
from schemagen.shapes import Shape
from schemagen.types import Decider, Evidence
from tap_zohobooks.cli.probe import FORMAT, FORMAT_VERSION
from tap_zohobooks.resources import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from schemagen.shapes import Kind

CORRECTIONS = Path(__file__).with_name("schemas") / "corrections.json"
WRONG = ("missing", "contradicts")
HASH = "#"  # in the name of a custom field or module
VERDICTS = {"filter": "filters", "order": "sorts"}

Entry = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the corrections; return 0, or 2 if the file is no such report."""
    parser = argparse.ArgumentParser(description="Turn a report of `zohobooks probe` into facts.")
    parser.add_argument("report", type=Path, help="file that `zohobooks probe --report` wrote")
    file = parser.parse_args(arguments).report
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        parser.error(f"{file} cannot be read: {error}")
    held = report if isinstance(report, dict) else {}
    made_by = held.get("format"), held.get("format_version")
    if made_by != (FORMAT, FORMAT_VERSION):
        parser.error(f"{file} is no report of version {FORMAT_VERSION}: {made_by}")
    print(json.dumps(collect_corrections(report), indent=2))
    return 0


def collect_corrections(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a report corrects, by where the correction belongs."""
    entries: list[Entry] = report["endpoints"]
    decider = Decider([], read_corrections(json.loads(CORRECTIONS.read_text("utf-8"))).names)
    made_at = report["made_at"][:10]
    return {
        "is_complete": report["is_complete"],
        "schemas": [note for entry in entries for note in correct_schema(entry, decider, made_at)],
        "table": [note for entry in entries for note in correct_table(entry)],
        "refused": [list_refusal(entry) for entry in entries if entry["outcome"] != "read"],
        "views": {entry["name"]: entry["default_view"] for entry in entries
                  if entry.get("default_view")},
        "reports": {entry["name"]: {"range": entry["range"], "keys": entry["keys"]}
                    for entry in entries if "range" in entry},
    }  # fmt: skip


@dataclass(slots=True)
class Place:
    """A field, or the items of a list, and what is below it."""

    kinds: set[str] = field(default_factory=set)
    fields: dict[str, Place] = field(default_factory=dict)
    item: Place | None = None

    def find(self, path: str) -> Place:
        """Return the place at a path such as `line_items[].rate`, made if there is none."""
        here = self
        for part in path.split("."):
            name = part.rstrip("[]")
            here = here.fields.setdefault(name, Place())
            for _ in range(part.count("[]")):
                here.item = here.item or Place()
                here = here.item
        return here

    def shorten(self, name: str, decider: Decider) -> object:
        """Return the place in the notation of corrections.json."""
        is_list = self.item is not None or "array" in self.kinds
        is_object = bool(self.fields) or "object" in self.kinds
        scalars = self.kinds - {"array", "object"}
        if is_list + is_object + bool(scalars) > 1:
            return "any"
        if is_object:
            return {inner: held.shorten(inner, decider) for inner, held in self.fields.items()}
        if is_list:
            return [self.item.shorten(f"{name}[]", decider)] if self.item else []
        shape = Shape(cast("frozenset[Kind]", frozenset(scalars)))
        return short_of(decider.decide(name, Evidence(real=shape)))


def correct_schema(entry: Entry, decider: Decider, made_at: str) -> Iterator[dict[str, Any]]:
    """Yield the correction of a stream's schema: first what it lacks, then what contradicts it."""
    if entry["name"] not in TABLE:
        return
    for finding in WRONG:
        root = Place()
        for path, one in entry.get("fields", {}).items():
            if one["finding"] == finding and HASH not in path:
                root.find(path).kinds |= set(one["types"])
        if root.fields:
            yield {
                "reason": f"A report of {made_at}: {finding}.",
                "streams": [entry["name"]],
                "fields": root.shorten("", decider),
            }


def correct_table(entry: Entry) -> Iterator[dict[str, str]]:
    """Yield what a list does otherwise than its row of the table says."""
    if entry["name"] not in TABLE:
        return
    resource = TABLE[entry["name"]]
    for verdict, column in VERDICTS.items():
        found = entry.get(verdict, "unknown")
        is_stated = getattr(resource, column)
        if found != "unknown" and is_stated is not None and is_stated != (found == "honoured"):
            yield {"stream": entry["name"], "column": f"{column}={found == 'honoured'}",
                   "found": f"{verdict}: {found}"}  # fmt: skip
        elif found not in {"unknown", "honoured"} and is_stated is None:
            yield {"stream": entry["name"], "column": f"{column}=False",
                   "found": f"{verdict}: {found}"}  # fmt: skip
    yield from correct_view(entry, resource.query.get("filter_by", ""))


def correct_view(entry: Entry, asked: str) -> Iterator[dict[str, str]]:
    """Yield the filter that a list needs to show all rows, or the one that does not work."""
    view = entry.get("default_view") or ""
    if "." in view and not view.endswith(".All") and not asked:
        family = view.partition(".")[0]
        yield {"stream": entry["name"], "column": f"?filter_by={family}.All",
               "found": f"default view: {view}"}  # fmt: skip
    if entry.get("view", "honoured") != "honoured":
        yield {"stream": entry["name"], "column": f"?filter_by={asked}",
               "found": f"view: {entry['view']}"}  # fmt: skip


def list_refusal(entry: Entry) -> dict[str, Any]:
    """Return how an endpoint was refused, or why it was not asked for."""
    why = entry.get("refusal") or {"reason": entry.get("reason", "")}
    return {"name": entry["name"], "path": entry["path"], "outcome": entry["outcome"], **why}


if __name__ == "__main__":
    sys.exit(main())
