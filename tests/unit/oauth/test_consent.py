"""Consent: what is asked for, and whose answer is believed."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest

from tap_zohobooks.errors import ConfigError, ServiceError
from tap_zohobooks.oauth.consent import ConsentRequest, OAuthClient, check_server
from tap_zohobooks.oauth.credentials import Hosts

CLIENT = OAuthClient("1000.ID", "the-secret")
US, EU, CN = (f"https://accounts.zoho.{end}" for end in ("com", "eu", "com.cn"))
DOUBLE = "http://127.0.0.1:9"


def asking() -> ConsentRequest:
    """Return a request for consent."""
    return ConsentRequest(
        "http://127.0.0.1:8765/callback", "ZohoBooks.bills.READ,ZohoBooks.settings.READ"
    )


def test_what_is_asked_for() -> None:
    """Offline access to the scopes, always with a consent page, bound to a state and a verifier."""
    one = asking()
    address = urlsplit(one.url(US, CLIENT))
    digest = urlsafe_b64encode(sha256(one.verifier.encode()).digest()).rstrip(b"=").decode()
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{US}/oauth/v2/auth"
    assert {name: values[0] for name, values in parse_qs(address.query).items()} == {
        "response_type": "code",
        "client_id": "1000.ID",
        "scope": "ZohoBooks.bills.READ,ZohoBooks.settings.READ",
        "redirect_uri": "http://127.0.0.1:8765/callback",
        "access_type": "offline",
        "prompt": "consent",
        "state": one.state,
        "code_challenge": digest,
        "code_challenge_method": "S256",
    }


def test_nothing_can_be_guessed() -> None:
    """State and verifier are new each time, long enough, and seen in no representation."""
    one, other = asking(), asking()
    assert one.state != other.state
    assert one.verifier != other.verifier
    assert len(one.state) >= 43
    assert 43 <= len(one.verifier) <= 128  # as the standard of PKCE has it
    shown = f"{one!r} {CLIENT!r}"
    for secret in (one.state, one.verifier, CLIENT.secret):
        assert secret not in shown


@pytest.mark.parametrize(
    ("server", "location", "hosts", "found"),
    [
        (None, None, Hosts("auto"), US),
        (EU, "eu", Hosts("auto"), EU),
        (f"{EU}/", "eu", Hosts("auto"), EU),
        (CN, "cn", Hosts("cn"), CN),
        (f"{DOUBLE}/dc/eu", "eu", Hosts("auto", DOUBLE), f"{DOUBLE}/dc/eu"),
        (EU, "eu", Hosts("auto", DOUBLE), EU),
    ],
)
def test_zohos_servers_are_believed(
    server: str | None, location: str | None, hosts: Hosts, found: str
) -> None:
    """The answer may name any of Zoho's servers, or one beside the server that is set."""
    assert check_server(server, location, hosts, US) == found


@pytest.mark.parametrize(
    ("server", "hosts"),
    [
        ("https://accounts.zoho.evil.example", Hosts("auto")),
        ("https://accounts.zoho.com.evil.example", Hosts("auto")),
        ("http://accounts.zoho.com", Hosts("auto")),
        (f"{DOUBLE}/dc/eu", Hosts("auto")),
        ("http://127.0.0.1:10/dc/eu", Hosts("auto", DOUBLE)),
        ("http://[::bad", Hosts("auto", DOUBLE)),
    ],
)
def test_others_are_not(server: str, hosts: Hosts) -> None:
    """Code and secret are sent to no other server."""
    with pytest.raises(ServiceError, match="not Zoho's"):
        check_server(server, "us", hosts, US)


@pytest.mark.parametrize(("server", "location"), [(CN, None), (None, "cn"), (CN, "us")])
def test_china_must_be_named(server: str | None, location: str | None) -> None:
    """China's servers are another company's: a response alone selects none of them."""
    with pytest.raises(ConfigError, match="--region cn"):
        check_server(server, location, Hosts("auto"), US)
