"""First pages of lists that several streams read."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks.errors import ServiceError
from tap_zohobooks.http.responses import Response
from tap_zohobooks.singer import shared_pages
from tap_zohobooks.singer.shared_pages import SharedPages, count_rows

if TYPE_CHECKING:
    from collections.abc import Callable

SERVED = datetime(2026, 11, 23, tzinfo=UTC)
LONG = 20.0  # seconds that no test takes unless something hangs


class Service:
    """Counts requests, each with its own rows."""

    def __init__(self, rows: int = 2) -> None:
        """Start without a request."""
        self.calls = 0
        self.rows = rows

    def __call__(self) -> Response:
        """Return the rows of the next request."""
        self.calls += 1
        rows: list[Any] = [{"id": f"{self.calls}-{at}"} for at in range(self.rows)]
        return Response({"code": 0, "bills": rows, "page_context": {"page": 1}}, SERVED)


def ask(
    pages: SharedPages,
    stream: str,
    request: Callable[[], Response],
    organization: str = "7",
    **params: str | int,
) -> object:
    """Return the rows that a stream is given."""
    return pages.get(organization, "bills", stream, params, request).document["bills"]


def expecting(*streams: str) -> SharedPages:
    """Return pages that so many streams of two organizations are going to read."""
    pages = SharedPages()
    for one in streams:
        pages.expect("7", "bills", one)
        pages.expect("8", "bills", one)
    return pages


def test_the_same_request_is_made_once() -> None:
    """The second stream gets the rows of the first request."""
    pages, service = expecting("bills", "bill_details"), Service()
    assert ask(pages, "bills", service, page=1) == ask(pages, "bill_details", service, page=1)
    assert service.calls == 1


def test_another_request_is_made() -> None:
    """Another bookmark, page size or organization is another request."""
    pages, service = expecting("bills", "bill_details"), Service()
    ask(pages, "bills", service, last_modified_time="1")
    ask(pages, "bill_details", service, last_modified_time="2")
    ask(pages, "bill_details", service, "8", last_modified_time="2")
    assert service.calls == 3


def test_rows_are_not_shared() -> None:
    """What one stream does to its rows, the other does not see."""
    pages, service = expecting("bills", "bill_details"), Service()
    first = ask(pages, "bills", service)
    assert isinstance(first, list)
    first[0]["bill_id"] = "1"
    first.clear()
    assert ask(pages, "bill_details", service) == [{"id": "1-0"}, {"id": "1-1"}]


def test_nothing_is_held_for_one_stream() -> None:
    """The pages of a list that no other stream is going to read are let go."""
    pages, service = expecting("bills"), Service()
    ask(pages, "bills", service)
    ask(pages, "bills", service)
    assert service.calls == 2
    assert pages._rows_held == 0  # noqa: SLF001  # what memory depends on


def test_pages_are_let_go_once_all_have_read_them() -> None:
    """Rows are held from the first stream to the last."""
    pages, service = expecting("bills", "bill_details", "bill_payments"), Service()
    held = []
    for stream in ("bills", "bill_details", "bill_payments"):
        ask(pages, stream, service)
        held.append(pages._rows_held)  # noqa: SLF001
    assert held == [2, 2, 0]
    assert service.calls == 1


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page for which there is no room is requested again."""
    monkeypatch.setattr(shared_pages, "MAX_ROWS_HELD", 3)
    pages, service = expecting("bills", "bill_details"), Service()
    for organization in ("7", "8"):
        for stream in ("bills", "bill_details"):
            ask(pages, stream, service, organization)
    assert service.calls == 2  # there is room for one after the other
    pages, service = expecting("bills", "bill_details"), Service()
    for stream in ("bills", "bill_details"):
        for organization in ("7", "8"):
            ask(pages, stream, service, organization)
    assert service.calls == 3


def test_a_failure_is_not_shared() -> None:
    """The next stream requests the page itself, and so does the first one, if it tries again."""
    pages, service = expecting("bills", "bill_details"), Service()

    def fail() -> Response:
        msg = "No response."
        raise ServiceError(msg)

    with pytest.raises(ServiceError):
        ask(pages, "bills", fail)
    ask(pages, "bill_details", service)
    assert ask(pages, "bills", service) == [{"id": "1-0"}, {"id": "1-1"}]
    assert service.calls == 1


def test_a_stream_waits_for_the_request_of_another() -> None:
    """Two streams that are read at the same time make one request."""
    pages, service, begun, free = (
        expecting("bills", "bill_details"), Service(), threading.Event(), threading.Event()
    )  # fmt: skip

    def request() -> Response:
        begun.set()
        assert free.wait(LONG)
        return service()

    found: list[object] = []
    first = threading.Thread(target=lambda: found.append(ask(pages, "bills", request)))
    second = threading.Thread(target=lambda: found.append(ask(pages, "bill_details", service)))
    first.start()
    assert begun.wait(LONG)
    second.start()
    free.set()
    for one in (first, second):
        one.join(LONG)
    assert found[0] == found[1]
    assert service.calls == 1


def test_rows_are_counted() -> None:
    """Those of each list of a response; an object is none."""
    assert count_rows(Service(5)()) == 5
