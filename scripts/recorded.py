#!/usr/bin/env python
"""Clean recorded answers as the tap does, and say what their schemas do not hold.

Usage: python scripts/recorded.py FOLDER   (answers as get-*.json and list-*.json)
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft7Validator

from schemagen.table import ORGANIZATION, read_table
from tap_zohobooks.http.json_body import decode
from tap_zohobooks.pagination.page import rows_of
from tap_zohobooks.streams.records import SCHEMAS
from tap_zohobooks.transform.cleaner import ADDITIONAL, Cleaner

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STREAMS = Path(__file__).with_name("schemas") / "streams.json"
ANY_ID = "0"


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 where every recorded row and document fits its schema with nothing left over."""
    parser = argparse.ArgumentParser(description="Try recorded answers on the schemas.")
    parser.add_argument("folder", type=Path, help="recorded answers")
    folder = parser.parse_args(arguments).folder
    table = read_table(json.loads(STREAMS.read_text(encoding="utf-8")))
    rows, found = 0, []
    for stream in table.values():
        keys = {ORGANIZATION: ANY_ID, **dict.fromkeys(stream.bears, ANY_ID)}
        for name in stream.recordings:
            for row in read_rows(folder / f"{name}.json"):
                rows += 1
                found += [
                    f"{stream.name}, {name}: {one}" for one in misfits(stream.name, row, keys)
                ]
    sys.stdout.write("".join(f"{line}\n" for line in (*dict.fromkeys(found), f"{rows} rows tried")))
    return 1 if found or not rows else 0


def read_rows(file: Path) -> list[dict[str, Any]]:
    """Return the rows of a recorded answer, or its document; none where there is no such file."""
    if not file.is_file():
        return []
    document = decode(file.read_bytes())
    return rows_of(document, "") if document is not None else []


def misfits(stream: str, row: dict[str, Any], keys: dict[str, str]) -> Iterator[str]:
    """Yield what of a row the schema does not hold, or holds only as something else."""
    schema = SCHEMAS.fetch_schema(stream)
    told: list[str] = []
    clean = Cleaner(
        schema["properties"],
        report=lambda name, is_invalid: told.append(
            f"{name} {'misfits' if is_invalid else 'is new'}"
        ),
    )
    record = clean(row) | keys
    yield from told
    plain = json.loads(json.dumps({**record, ADDITIONAL: None}, default=float))
    for error in Draft7Validator(schema).iter_errors(plain):
        yield f"{'.'.join(map(str, error.path))}: {error.message}"


if __name__ == "__main__":
    sys.exit(main())
