"""JSON that a person passes is an object, and odd values are found."""

from __future__ import annotations

import json

import pytest

from tap_zohobooks.json_objects import MAX_DEPTH, find_problem, parse_object, shorten


def nest(depth: int) -> object:
    """Return lists and objects within each other."""
    value: object = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('\ufeff{"a": 1}', {"a": 1}),
        ('{"a": 1, "a": 1}', {"a": 1}),
        ('{"a": 1' + "0" * 5000 + "}", {"a": float("inf")}),
    ],
)
def test_objects(text: str, value: object) -> None:
    """An object is returned, without a byte order mark."""
    assert parse_object(text) == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "it holds a list"),
        ("null", "it holds a NoneType"),
        ("", "Expecting value"),
        ('{"a": 1, "a": 2}', "'a' occurs twice"),
        ('{"b": {"a": 1, "a": [1]}}', "'a' occurs twice"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_other_texts(text: str, problem: str) -> None:
    """Anything else is an error that says why."""
    with pytest.raises(ValueError, match=problem):
        parse_object(text)


def test_problems() -> None:
    """Values that cannot be written again have a problem; others have none."""
    assert find_problem(json.loads('{"a": [1, "\\u00e4\\u0000"]}')) is None
    assert find_problem(nest(MAX_DEPTH - 1)) is None
    assert find_problem(nest(MAX_DEPTH)) == "it is nested deeper than 100 levels"
    assert find_problem(nest(900)) == "it is nested deeper than 100 levels"
    assert find_problem({"\ud800": 1}) == "it holds half of a character (a lone surrogate)"
    assert find_problem([float("nan")]) == "it holds NaN or an infinite number"


def test_short_texts() -> None:
    """A text in a message is bounded."""
    assert shorten("a" * 200) == "a" * 200
    assert shorten("a" * 201) == "a" * 200 + "..."
