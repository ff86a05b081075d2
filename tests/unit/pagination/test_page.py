"""Answers are read as they come: as recorded, and as the published files describe them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks.http.responses import Response
from tap_zohobooks.pagination.page import parse_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zohobooks.pagination.page import Page, Params
    from tests.conftest import Service

EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)
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
