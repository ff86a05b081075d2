"""What requests need is built from settings and variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib import request

import pytest

from tap_zohobooks.connection import build_session

if TYPE_CHECKING:
    import requests

URL = "https://books.example/books/v3/invoices"
PROXY = "http://proxy.example:3128"
VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE",
             "CURL_CA_BUNDLE")  # fmt: skip


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> requests.Session:
    """Return a session of a run with a proxy, and hosts that are reached without it."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", "near.example")
    return build_session({"user_agent": "test"}, 1)


def find_proxy(session: requests.Session, host: str) -> str | None:
    """Return the proxy through which a host is reached."""
    found: dict[str, str] = settings(session, f"https://{host}/books/v3/invoices")["proxies"]
    return found.get("https")


def settings(session: requests.Session, url: str, *, verify: bool | None = None) -> dict[str, Any]:
    """Return the settings of a request, as `requests` asks for them."""
    merged = session.merge_environment_settings(url, {}, None, verify, None)
    return {**merged}


def test_variables_are_read_once_a_host(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The requests of a document each have the settings of the host's first request."""
    read: list[object] = []

    def count() -> dict[str, str]:
        read.append(1)
        return request.getproxies()

    monkeypatch.setattr("requests.utils.getproxies", count)
    for number in range(3):
        assert settings(session, f"{URL}/{number}?page=1")["proxies"]["https"] == PROXY
    assert len(read) == 1


def test_each_host_has_settings_of_its_own(session: requests.Session) -> None:
    """What NO_PROXY names, and this machine, are reached without the proxy of another host."""
    hosts = ("books.example", "near.example", "books.example:8443", "127.0.0.1", "localhost:9")
    found = [find_proxy(session, host) for host in hosts]
    assert found == [PROXY, None, PROXY, None, None]


def test_settings_of_a_request_count(session: requests.Session) -> None:
    """What a request says itself is not replaced by what another one of the host has."""
    assert settings(session, URL)["verify"] is True
    assert settings(session, URL, verify=False)["verify"] is False


def test_settings_are_not_shared(session: requests.Session) -> None:
    """A request that changes its settings changes those of no other."""
    settings(session, URL)["proxies"].clear()
    assert settings(session, URL)["proxies"]["https"] == PROXY
