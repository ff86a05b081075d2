"""Odd shapes in each place of a response: a record, a warning or a named error, no traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from sandbox import Oddity
from tap_zohobooks.errors import TapError
from tests.conftest import Service

if TYPE_CHECKING:
    from sandbox import World

Make = Callable[..., Service]

DEEP = "[" * 100_000 + "]" * 100_000
LESS_DEEP = '{"a":' * 900 + "1" + "}" * 900
SHAPES = {
    "null": "null",
    "text": '"x"',
    "blank": '" "',
    "number": "7",
    "truth": "true",
    "list": "[1]",
    "empty list": "[]",
    "object": '{"a":1}',
    "empty object": "{}",
    "lists": "[[[]],{}]",
    "deep": DEEP,
    "less deep": LESS_DEEP,
    "open": "[" * 100_000,
    "exponent": "1e999999",
    "tiny": "1e-999999999999999999999",
    "digits": "7" * 10**5,
    "negative digits": "-" + "7" * 4000,
    "fraction": "0." + "3" * 10**5,
    "NaN": "NaN",
    "surrogate": '"\\ud800"',
    "control characters": '"a\tb\x00"',
    "huge date": '"9999-12-31T23:59:59-2359"',
    "first date": '"0001-01-01T00:00:00+2359"',
}
ODD = '"ODD"'
PLACES: dict[str, tuple[str, str, Oddity]] = {
    "key": ("contacts", "contacts", Oddity(fields={"contact_id": "ODD"}, every=3)),
    "time": ("contacts", "contacts", Oddity(fields={"last_modified_time": "ODD"}, every=3)),
    "amount": ("invoices", "invoices", Oddity(fields={"total": "ODD"}, every=3)),
    "unknown field": ("contacts", "contacts", Oddity(fields={"x": "ODD"}, every=3)),
    "row": ("contacts", "contacts", Oddity(rows=["ODD"])),
    "rows": ("contacts", "contacts", Oddity(content={"contacts": "ODD"})),
    "page_context": ("contacts", "contacts",
                     Oddity(content={"contacts": [], "page_context": "ODD"})),
    "sort column": ("contacts", "contacts", Oddity(context={"sort_column": "ODD"})),
    "filter": ("users", "users", Oddity(context={"applied_filter": "ODD"})),
    "page size": ("users", "users", Oddity(context={"per_page": "ODD"})),
    "more pages": ("users", "users", Oddity(context={"has_more_page": "ODD"})),
    "code": ("users", "users", Oddity(content={"code": "ODD"})),
    "document": ("contact_details", "contacts/*", Oddity(content={"contact": "ODD"})),
    "lines": ("invoice_details", "invoices/*", Oddity(fields={"line_items": "ODD"})),
    "child": ("bill_comments", "bills/*/comments", Oddity(rows=["ODD"])),
    "object": ("opening_balances", "settings/openingbalances",
               Oddity(content={"opening_balance": "ODD"})),
    "metadata": ("custom_fields", "settings/customfields", Oddity(content={"customfields": "ODD"})),
    "organizations": ("users", "organizations", Oddity(content={"organizations": "ODD"})),
    "organization": ("users", "organizations", Oddity(rows=["ODD"])),
    "organization id": ("users", "organizations", Oddity(fields={"organization_id": "ODD"})),
    "posting": ("account_transactions", "chartofaccounts/transactions",
                Oddity(fields={"transaction_date": "ODD"})),
}  # fmt: skip


# Each place is tried with these, and the first places with all shapes.
TYPES = ("null", "text", "list", "object", "empty object", "truth", "deep", "exponent", "NaN")
FIELDS = ("key", "time", "amount", "unknown field")
CASES = [
    (place, shape) for place in PLACES for shape in SHAPES if shape in TYPES or place in FIELDS
]


def place_shape(world: World, path: str, oddity: Oddity, shape: str) -> None:
    """Let the responses of a path hold a shape where the oddity says ODD."""
    options = {name: getattr(oddity, name) for name in ("rows", "fields", "every", "content")}
    world.oddities[path] = Oddity(**options, context=oddity.context, edits={ODD: shape})


@pytest.mark.parametrize(("place", "shape"), CASES)
def test_a_shape_in_a_place(service: Make, place: str, shape: str) -> None:
    """Whatever stands in a place, a run ends well or by a named error, and its keys are text."""
    stream, path, oddity = PLACES[place]
    double = service(rows=4, organizations=1, requests_per_minute=10**6)
    place_shape(double.world, path, oddity, SHAPES[shape])
    run = double.run([stream], max_wait_seconds=0)
    assert run.failure is None or isinstance(run.failure, TapError), repr(run.failure)
    assert run.failure is None or run.failure.name or run.tap.sync_context.stats.skipped
    for record in run.records(stream):
        keys = [record[key] for key in run.tap.streams[stream].primary_keys]
        assert all(isinstance(key, int) or key.strip() for key in keys)
    json.dumps(run.messages, default=str)  # what a target of the standard library can read again


@pytest.mark.parametrize("date", ["soon", "", "Fri, 31 Dec 9999 23:59:59 GMT",
                                  "Fri, 31 Dec 9999 23:59:59 -2359"])  # fmt: skip
def test_a_date_that_is_none(service: Make, date: str) -> None:
    """A header Date that is none, or of another century, moves no bookmark."""
    double = service(rows=4, organizations=1)
    double.world.oddities["contacts"] = Oddity(headers={"Date": date})
    run = double.complete(["contacts"])
    assert len(run.records("contacts")) == 4
    bookmark = run.bookmark("contacts", double.organizations[0])
    assert bookmark is not None
    assert bookmark.startswith("2026")
