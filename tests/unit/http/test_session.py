"""Requests leave with the address that `requests` would give them."""

from __future__ import annotations

import io
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter
from typing_extensions import override

from tap_zohobooks.connection import build_session

ADDRESSES = (
    "https://www.zohoapis.com/books/v3/invoices",
    "https://www.zohoapis.com.au/books/v3/invoices/982000000567001/comments",
    "http://127.0.0.1:8080/books/v3/settings/currencies",
    "https://WWW.zohoapis.EU/books/v3/invoices",
    "https://www.zohoapis.com/books/v3/../v3/./invoices",
    "https://www.zohoapis.com/books/v3/a%20b/%7e",
    "https://www.zohoapis.com/books/v3/a b/ü",
    "https://b\u00fccher.example/books/v3/invoices",
    "https://www.zohoapis.com",
    "https://www.zohoapis.com/books/v3/invoices/",
    "https://user@host.example:443/books//v3",
)
QUERIES: tuple[dict[str, str | int], ...] = (
    {},
    {"page": 1, "organization_id": "10234695"},
    {"last_modified_time": "2026-06-09T17:15:37+0000", "name": "ü & ~ /?#"},
)


class Recorder(BaseAdapter):
    """Answers everything, and remembers the addresses."""

    def __init__(self) -> None:
        """Start with none."""
        super().__init__()
        self.addresses: list[str | None] = []

    @override
    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.addresses.append(request.url)
        response = requests.Response()
        response.status_code, response.raw = 200, io.BytesIO(b"{}")
        return response

    @override
    def close(self) -> None:
        """Nothing is open."""


class Anonymous(requests.auth.AuthBase):
    """Adds nothing."""

    @override
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


@pytest.mark.parametrize("query", QUERIES, ids=["none", "plain", "odd"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_address_is_that_of_requests(address: str, query: dict[str, str | int]) -> None:
    """An address that needs no preparation is not prepared, and is the same as if it were."""
    with build_session({"user_agent": "test"}, 1) as session:
        recorder = Recorder()
        for scheme in ("https://", "http://"):
            session.mount(scheme, recorder)
        session.fetch(address, query, Anonymous(), 1.0)
    expected = requests.Request("GET", address, params=query).prepare().url
    assert recorder.addresses == [expected]
