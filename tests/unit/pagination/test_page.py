"""Answers are read as they come: as recorded, and as the published files describe them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks.http.responses import Response
from tap_zohobooks.pagination.page import parse_page, row_key, shows_rows
from tap_zohobooks.resources import MODIFIED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zohobooks.pagination.page import Page, Params
    from tests.conftest import Service

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
CONTEXT = {"page": 1, "per_page": 50, "has_more_page": True, "sort_column": "date"}


def answer(**document: Any) -> Response:
    """Return a good answer."""
    return Response({"code": 0, "message": "success", **document}, EPOCH)


def parsed(response: Response) -> Page:
    """Return the page of bills that a response holds."""
    return parse_page(response.document, response.served, "bills", lambda row: str(row["bill_id"]))


@pytest.mark.parametrize("context", [CONTEXT, [CONTEXT]])
def test_the_context_of_a_page(context: object) -> None:
    """The context is an object, as recorded, or a list of one, as files have it."""
    page = parsed(answer(bills=[{"bill_id": "1"}], page_context=context))
    assert page.has_more_known
    assert page.has_more
    assert (page.per_page, page.sort_column) == (50, "date")


@pytest.mark.parametrize(
    "context",
    [{}, {"page_context": None}, {"page_context": ""}, {"page_context": []},
     {"page_context": {"page": 1}}, {"page_context": {"has_more_page": "false"}}],
)  # fmt: skip
@pytest.mark.parametrize("rows", [[], [{"bill_id": "1"}]])
def test_a_page_that_does_not_tell_its_end(
    context: dict[str, object], rows: list[dict[str, str]]
) -> None:
    """Silence is not the end: there may be more rows, unless none came."""
    page = parsed(answer(bills=rows, **context))
    assert not page.has_more_known
    assert page.has_more is bool(rows)


@pytest.mark.parametrize(
    "odd",
    [
        {"sort_column": ["x"]}, {"sort_column": {}, "sort_order": 7}, {"per_page": True},
        {"per_page": "many"}, {"per_page": -1}, {"per_page": Decimal("1e300")},
        {"has_more_page": [True]}, {"page": {}},
    ],
)  # fmt: skip
def test_an_odd_context(odd: dict[str, object]) -> None:
    """What is of another type in a context is not known, and the rows are read."""
    page = parsed(answer(bills=[{"bill_id": "1"}], page_context=odd))
    assert (page.sort_column, page.sort_order, page.per_page) == (None, None, None)
    assert [entry.key for entry in page.entries] == ["1"]


def test_what_is_no_row_keeps_its_place() -> None:
    """What is no row, and a row without a key, is one entry: the rows behind it keep their place.

    The former has the time of the row before it, so that an ordered page stays ordered.
    """
    first, second = "2026-01-01T00:00:00+0000", "2026-01-02T00:00:00+0000"
    rows: list[Any] = [
        None,
        {"bill_id": "1", MODIFIED: first},
        "x",
        {"a": 1, MODIFIED: second},
        [],
        {},
    ]
    key = partial(row_key, ["bill_id"])
    page = parse_page(answer(bills=rows).document, EPOCH, "bills", key)
    assert [entry.time and entry.time[9] for entry in page.entries] == [*"111222"]
    assert [entry.row for entry in page.entries] == [{}, rows[1], {}, rows[3], {}, {}]
    assert len({entry.key for entry in page.entries}) == 6


@pytest.mark.parametrize("value", ["1", " 1", 0, 7, "9" * 100, "EUR", "1e5", "1e", "A-1e999999"])
def test_keys(value: object) -> None:
    """A key is text that is not blank, or a whole number; several are joined."""
    assert row_key(["a"], {"a": value}) == str(value)
    assert row_key(["b", "a"], {"a": value, "b": 5}) == f"5 {value}"


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", " ", "\u00a0", True, Decimal("1.0"), {}, [1], {"a": 1}),
        *("1e999999", " -1E400", "1.5e-400", "9" * 101),  # numbers that are kept as text
    ],
)
def test_what_is_no_key(value: object) -> None:
    """A row that has no key is identified by nothing."""
    assert row_key(["a"], {"a": value}) is None
    assert row_key(["b", "a"], {"a": value, "b": "1"}) is None
    assert row_key(["a"], {}) is None


@pytest.mark.parametrize(
    ("document", "is_shown"),
    [
        ({"vendor_credits": []}, True), ({"vendorcredits": []}, True),
        ({"vendor_credit": []}, True),
        ({"data": []}, True), ({"errors": []}, False), ({"vendor_credits": None}, False),
        ({"vendor_credits": None, "errors": []}, False), ({"vendor_credits": {}}, False),
        ({"vendor_credits": {"id": 1}}, True), ({"others": [{"id": 1}]}, True), ({}, False),
    ],
)  # fmt: skip
def test_what_shows_rows(document: dict[str, object], *, is_shown: bool) -> None:
    """Only the expected list, in any spelling, says by being empty that nothing exists."""
    envelope = {"code": 0, "message": "success", "page_context": []}
    assert shows_rows({**envelope, **document}, "vendor_credits", "data") is is_shown


@pytest.mark.parametrize("count", [0, 199, 200, 450])
def test_a_nested_list_that_does_not_tell_its_end(
    service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """What hangs on a row is read whole, with no call to confirm it where it is no full page."""
    double = service(organizations=1, rows={"bills": 1})
    tap, asked = double.tap(["bill_comments"]), []
    real, comments = tap.client.get, [{"comment_id": str(number)} for number in range(count)]

    def get(path: str, params: Params | None = None, organization: str = "") -> Response:
        if not path.endswith("/comments"):
            return real(path, params, organization)
        asked.append(path)
        params = params or {}
        size = int(params.get("per_page", 200))
        start = (int(params.get("page", 1)) - 1) * size
        return answer(comments=comments[start : start + size])

    monkeypatch.setattr(tap.client, "get", get)
    tap.sync_all()
    assert tap.sync_context.stats.rows["bill_comments"] == count
    assert len(asked) == {0: 1, 199: 1, 200: 2, 450: 4}[count]
