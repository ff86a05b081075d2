"""Columns of an export: types, and values that keep each digit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tap_zohobooks.cli.export_columns import combine_types, find_type, split_lines, widen
from tap_zohobooks.cli.export_store import Store

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = {"type": ["number", "null"]}
AMOUNTS = (
    "0.1", "1.005", "-19.99", "1E-7", "123456789012345.67", "0.30000000000000004",
    "1234567890123456789012345678.0123456789", "0.00000000000000000001",
)  # fmt: skip


def test_amounts_keep_each_digit(tmp_path: Path) -> None:
    """Numbers that no float holds, and that are too long for the first type, stay what they are."""
    store = Store(tmp_path / "books.duckdb")
    store.add_table("amounts", {"key": {"type": "string"}, "amount": NUMBER})
    for number, text in enumerate(AMOUNTS):  # one after the other: the column grows
        store.append("amounts", [{"key": str(number), "amount": Decimal(text)}])
    (rows,) = store.read_rows("amounts", ["key", "amount"])
    store.close()
    assert [Decimal(str(amount)) for _, amount in rows] == [Decimal(text) for text in AMOUNTS]


@pytest.mark.parametrize(
    ("held", "values", "wanted"),
    [
        ("DECIMAL(38,10)", ["1.5", "12345678901234567890"], "DECIMAL(38,10)"),
        ("DECIMAL(38,10)", ["0.12345678901"], "DECIMAL(38,11)"),
        ("DECIMAL(38,10)", ["1E28", "1E-11"], "VARCHAR"),
        ("BIGINT", ["999999999999999999"], "BIGINT"),
        ("BIGINT", ["1000000000000000000"], "DECIMAL(38,0)"),
        ("BIGINT", ["0.5"], "DECIMAL(38,1)"),
        ("DATE", ["1"], "DATE"),
    ],
)
def test_a_column_grows_with_its_numbers(held: str, values: list[str], wanted: str) -> None:
    """The type is the shortest that holds all numbers exactly, or text."""
    assert widen(held, [None, *map(Decimal, values)]) == wanted


def test_a_column_whose_type_changes() -> None:
    """Two types that do not go together become text; numbers keep the held type."""
    assert find_type({"type": ["string", "number", "null"]}) == "VARCHAR"
    assert combine_types("DATE", "JSON") == "VARCHAR"
    assert combine_types("DECIMAL(38,12)", "DECIMAL(38,10)") == "DECIMAL(38,12)"


def test_lines_bear_their_place() -> None:
    """A line has the key of its document and its number; what has no column stays beside it."""
    record = {"id": "7", "line_items": [{"rate": 1, "new": "x", "line_number": 9}, "odd"]}
    first, second = split_lines(record, ["id"], {"id": {}, "rate": {}, "line_number": {}})
    assert first == {"rate": 1, "id": "7", "line_number": 1,
                     "additional_fields": {"new": "x", "line_number": 9}}  # fmt: skip
    assert second == {"id": "7", "line_number": 2, "additional_fields": {"value": "odd"}}
