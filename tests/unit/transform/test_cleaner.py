"""Rows arrive as what the service meant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tap_zohobooks.transform.cleaner import ADDITIONAL, Cleaner, Row

PROPERTIES: dict[str, dict[str, Any]] = {
    "id": {"type": "string"},
    "name": {"type": ["null", "string"]},
    "total": {"type": ["null", "number"]},
    "paid": {"type": ["null", "boolean"]},
    "day": {"type": ["null", "string"], "format": "date"},
    "time": {"type": ["null", "string"], "format": "date-time"},
    "place": {"type": ["null", "object"], "properties": {"zip": {"type": ["null", "string"]}}},
    "lines": {
        "type": ["null", "array"],
        "items": {"type": ["null", "object"], "properties": {"rate": {"type": ["null", "number"]}}},
    },
    "value": {"type": ["null", "string", "number", "boolean", "array"]},
    ADDITIONAL: {"type": ["null", "object"]},
}


def cleaned(row: Row, deselected: str = "", *, flattens: bool = False) -> Row:
    """Clean one row."""
    reports: list[tuple[str, bool]] = []
    cleaner = Cleaner(
        PROPERTIES,
        is_selected=lambda name: name != deselected,
        report=lambda name, misfit: reports.append((name, misfit)),
        flattens=flattens,
    )
    return cleaner(row)


@pytest.mark.parametrize("blank", ["", " ", None])
@pytest.mark.parametrize("name", ["name", "total", "paid", "day", "time", "place", "lines"])
def test_blank_is_null(name: str, blank: str | None) -> None:
    """Zoho's empty text is null in a field of any type."""
    assert cleaned({name: blank}) == {name: None}


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("id", 4136804000000048002, "4136804000000048002"),
        ("id", Decimal("1.0"), "1.0"),
        ("id", "007", "007"),
        ("name", True, "true"),
        ("name", " padded ", " padded "),
        ("total", "990", 990),
        ("total", "0.00", Decimal("0.00")),
        ("total", Decimal("1e-7"), Decimal("1e-7")),
        ("total", 100, 100),
        ("paid", "True", True),
        ("paid", "false", False),
        ("paid", False, False),
        ("day", "2026-06-09", "2026-06-09"),
        ("time", "2026-06-09T09:47:08-0400", "2026-06-09T13:47:08+00:00"),
        ("place", {"zip": "", "new": ""}, {"zip": None, "new": None}),
        ("place", {"zip": 10001, "new": [""]}, {"zip": "10001", "new": [""]}),
        ("lines", [{"rate": "1.50"}, {"rate": ""}], [{"rate": Decimal("1.50")}, {"rate": None}]),
        ("value", [1, "2"], [1, "2"]),
        ("value", "x", "x"),
    ],
)
def test_values(name: str, value: object, meant: object) -> None:
    """Each type takes the forms in which real answers write it."""
    assert cleaned({name: value}) == {name: meant}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total", "100.00%"),
        ("total", True),
        ("total", "NaN"),
        ("paid", "maybe"),
        ("day", "09/06/2026"),
        ("day", "2026-02-30"),
        ("time", "24/12/2024 04:53 PM"),
        ("time", 5),
        ("place", [1]),
        ("lines", {"a": 1}),
        ("name", {"a": 1}),
    ],
)
def test_misfits_are_kept(name: str, value: object) -> None:
    """A value that fits no way is kept aside under its name, and the field is null."""
    assert cleaned({name: value}) == {name: None, ADDITIONAL: {name: value}}


def test_nested_misfits_are_kept() -> None:
    """A misfit inside a list is kept under its path."""
    record = cleaned({"lines": [{"rate": 1}, {"rate": "free"}]})
    assert record == {
        "lines": [{"rate": 1}, {"rate": None}],
        ADDITIONAL: {"lines.1.rate": "free"},
    }


def test_unknown_fields_are_kept() -> None:
    """A field that the schema does not know is kept aside as it came."""
    assert cleaned({"id": "1", "new": ""}) == {"id": "1", ADDITIONAL: {"new": ""}}


@pytest.mark.parametrize(
    ("flattens", "record"),
    [
        (False, {"place": {"zip": "1", "planet": "Mars"}}),
        (True, {"place": {"zip": "1"}, ADDITIONAL: {"place.planet": "Mars"}}),
    ],
)
def test_unknown_parts_of_an_object_are_kept(flattens: bool, record: Row) -> None:  # noqa: FBT001
    """An unknown field stays in its object; where objects become columns it is kept apart."""
    assert cleaned({"place": {"zip": "1", "planet": "Mars"}}, flattens=flattens) == record


@pytest.mark.parametrize("place", ["Mars", None, ["Mars"]])
def test_no_object_where_objects_become_columns(place: object) -> None:
    """What is no object where one belongs is a misfit, columns or not."""
    assert cleaned({"place": place}, flattens=True) == cleaned({"place": place})


def test_lists_stay_whole_where_objects_become_columns() -> None:
    """A list is a column of JSON, so an unknown field of what it holds has its place there."""
    row = {"lines": [{"rate": 1, "planet": "Mars"}]}
    assert cleaned(row, flattens=True) == row


def test_surprises_are_reported_once() -> None:
    """Each unknown field and each misfit is reported once, told apart."""
    reports: list[tuple[str, bool]] = []
    cleaner = Cleaner(
        PROPERTIES,
        is_selected=lambda _: True,
        report=lambda name, misfit: reports.append((name, misfit)),
    )
    for _ in range(2):
        cleaner({"new": 1, "total": "much", "lines": [{"rate": "a"}, {"rate": "b"}]})
    assert sorted(reports) == [("lines.rate", True), ("new", False), ("total", True)]


def test_deselected_fields_are_left_out() -> None:
    """What is not selected does not leave, additional fields included."""
    assert cleaned({"id": "1", "name": "x"}, deselected="name") == {"id": "1"}
    assert cleaned({"id": "1", "new": 1}, deselected=ADDITIONAL) == {"id": "1"}


def test_the_row_stays() -> None:
    """Cleaning leaves the row as the service wrote it."""
    row: Row = {"id": 1, "place": {"zip": ""}}
    cleaned(row)
    assert row == {"id": 1, "place": {"zip": ""}}
