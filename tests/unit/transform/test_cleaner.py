"""Rows become records whose values have the types of the schema."""

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


def clean(row: Row, deselected: str = "", *, flattens: bool = False) -> Row:
    """Clean one row."""
    reports: list[tuple[str, bool]] = []
    cleaner = Cleaner(
        PROPERTIES,
        deselected={deselected},
        report=lambda name, is_invalid: reports.append((name, is_invalid)),
        flattens=flattens,
    )
    return cleaner(row)


@pytest.mark.parametrize("blank", ["", " ", None])
@pytest.mark.parametrize("name", ["name", "total", "paid", "day", "time", "place", "lines"])
def test_blank_is_null(name: str, blank: str | None) -> None:
    """A blank text is null in a field of any type."""
    assert clean({name: blank}) == {name: None}


@pytest.mark.parametrize(
    ("name", "value", "converted"),
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
def test_values(name: str, value: object, converted: object) -> None:
    """Each type is converted from the forms in which recorded responses hold it."""
    assert clean({name: value}) == {name: converted}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total", "100.00%"),
        ("total", True),
        ("total", "NaN"),
        ("total", "1e999999"),
        ("total", "7" * 10**5),
        ("total", "0." + "3" * 10**5),
        ("total", "1e-999999999999999999999"),
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
def test_invalid_values_are_kept(name: str, value: object) -> None:
    """An invalid value is kept in additional_fields under its name, and the field is null."""
    assert clean({name: value}) == {name: None, ADDITIONAL: {name: value}}


def test_nested_invalid_values_are_kept() -> None:
    """An invalid value inside a list is kept under its path."""
    record = clean({"lines": [{"rate": 1}, {"rate": "free"}]})
    assert record == {
        "lines": [{"rate": 1}, {"rate": None}],
        ADDITIONAL: {"lines.1.rate": "free"},
    }


def test_unknown_fields_are_kept() -> None:
    """A field that the schema does not hold is kept in additional_fields as it came."""
    assert clean({"id": "1", "new": ""}) == {"id": "1", ADDITIONAL: {"new": ""}}


@pytest.mark.parametrize(
    ("flattens", "record"),
    [
        (False, {"place": {"zip": "1", "planet": "Mars"}}),
        (True, {"place": {"zip": "1"}, ADDITIONAL: {"place.planet": "Mars"}}),
    ],
)
def test_unknown_parts_of_an_object_are_kept(record: Row, *, flattens: bool) -> None:
    """An unknown field stays in its object; if objects become columns, it is additional."""
    assert clean({"place": {"zip": "1", "planet": "Mars"}}, flattens=flattens) == record


@pytest.mark.parametrize("place", ["Mars", None, ["Mars"]])
def test_no_object_in_the_field_of_one(place: object) -> None:
    """A value that is no object in the field of one is invalid, flattened or not."""
    assert clean({"place": place}) == {"place": None} | clean({"place": place}, flattens=True)


def test_lists_are_not_flattened() -> None:
    """A list is a column of JSON, so an unknown field of an object in it stays there."""
    row = {"lines": [{"rate": 1, "planet": "Mars"}]}
    assert clean(row, flattens=True) == row


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (False, "false"), (7, "7"), (Decimal("1.50"), "1.50"), ("on", "on"),
     ("", None), (None, None), ({"active": True}, {"active": True}), ([1], [1])],
)  # fmt: skip
@pytest.mark.parametrize("kinds", [["object", "boolean"], ["array", "number", "string"]])
def test_an_object_or_another_value_is_text_as_a_column(
    value: object, text: object, kinds: list[str]
) -> None:
    """The SDK writes objects and lists as text then, and declares the column as text."""
    properties: Row = {"settings": {"type": ["null", *kinds]}}
    flat = Cleaner(properties, report=lambda *_: None, flattens=True)
    assert flat({"settings": value}) == {"settings": text}
    whole = Cleaner(properties, report=lambda *_: None)
    assert whole({"settings": value}) == {"settings": None if value == "" else value}


def test_unmapped_fields_are_reported_once() -> None:
    """Each unknown field and each field with an invalid value is reported once."""
    reports: list[tuple[str, bool]] = []
    cleaner = Cleaner(
        PROPERTIES,
        report=lambda name, is_invalid: reports.append((name, is_invalid)),
    )
    for _ in range(2):
        cleaner({"new": 1, "total": "much", "lines": [{"rate": "a"}, {"rate": "b"}]})
    assert sorted(reports) == [("lines.rate", True), ("new", False), ("total", True)]


@pytest.mark.parametrize("place", [None, ""])
def test_an_object_that_is_null_has_no_column(place: object) -> None:
    """Where objects become columns, a loader would find a field that no column is for."""
    assert clean({"id": "1", "place": place}, flattens=True) == {"id": "1"}
    assert clean({"id": "1", "place": place}) == {"id": "1", "place": None}


def test_deselected_fields_are_left_out() -> None:
    """A deselected field is left out, additional_fields included."""
    assert clean({"id": "1", "name": "x"}, deselected="name") == {"id": "1"}
    assert clean({"id": "1", "new": 1}, deselected=ADDITIONAL) == {"id": "1"}


def test_the_row_stays() -> None:
    """Cleaning does not change the row."""
    row: Row = {"id": 1, "place": {"zip": ""}}
    clean(row)
    assert row == {"id": 1, "place": {"zip": ""}}


def test_fields_without_number_are_counted() -> None:
    """Of a million unknown fields, 100 are reported, with 100 characters each; all are kept."""
    reported: list[str] = []
    cleaner = Cleaner({"id": {"type": ["string"]}, ADDITIONAL: {"type": ["object"]}},
                      report=lambda name, _: reported.append(name))  # fmt: skip
    row: Row = {f"{number:06}{'x' * 500}": number for number in range(1000)}
    assert cleaner(row | {"id": "1"})[ADDITIONAL] == row
    cleaner(row)
    assert len(reported) == len(set(reported)) == 100
    assert {len(name) for name in reported} == {100}
    assert cleaner.unreported == 2 * 900
