"""Ten data centers, and no credential to a host that is not theirs."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st
from urllib3.util import parse_url

from tap_zohobooks.errors import ConfigError
from tap_zohobooks.oauth.credentials import Hosts
from tap_zohobooks.regions import REGIONS, SEARCHED, check_url, is_loopback, match_api_url


def test_ten_data_centers() -> None:
    """Each region has its two hosts."""
    assert sorted(REGIONS) == ["ae", "au", "ca", "cn", "eu", "in", "jp", "sa", "uk", "us"]
    assert REGIONS["us"].accounts_url == "https://accounts.zoho.com"
    assert REGIONS["au"].api_url == "https://www.zohoapis.com.au"


def test_canada_mints_elsewhere() -> None:
    """Canada's accounts host is zohocloud.ca, its API host is not."""
    assert REGIONS["ca"].accounts_url == "https://accounts.zohocloud.ca"
    assert REGIONS["ca"].api_url == "https://www.zohoapis.ca"


def test_china_is_not_searched() -> None:
    """Credentials go to China only when it is named."""
    assert "cn" not in {region.name for region in SEARCHED}


@pytest.mark.parametrize(
    ("domain", "trusted"),
    [
        ("https://www.zohoapis.eu", "https://www.zohoapis.eu"),
        ("https://www.zohoapis.eu/", "https://www.zohoapis.eu"),
        ("https://api.zoho.com", None),
        ("https://www.zohoapis.eu.evil.example", None),
        ("http://www.zohoapis.eu", None),
        (None, None),
    ],
)
def test_api_domain_is_trusted_only_where_it_is_zohos(domain: object, trusted: str | None) -> None:
    """The token answer's api_domain counts only where it names one of Zoho's API hosts."""
    assert match_api_url(domain) == trusted


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://proxy.example/", "https://proxy.example"),
        ("HTTPS://Proxy.Example:8443/Path/", "https://proxy.example:8443/Path"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.0.0.2", "http://127.0.0.2"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://LOCALHOST:1", "http://localhost:1"),
        ("https://my_proxy:65535", "https://my_proxy:65535"),
    ],
)
def test_safe_urls(url: str, base: str) -> None:
    """Https goes anywhere, plain http to loopback only; a trailing slash is dropped."""
    assert check_url("api_url", url) == base


UNSAFE = (
    "http://proxy.example", "ftp://127.0.0.1", "https://", "http://[", "nonsense", "//127.0.0.1",
    "http://127.0.0.1.evil.example", "http://127.0.0.2:9\\@127.0.0.1", "https://a\\.example",
    "http://evil.example@127.0.0.1", "https://user:word@a.example", "https://a.example#@127.0.0.1",
    "http://127.0.0.1#@evil.example", "https://a.example?x", "https://a..b", "https://.a",
    "https://a.", "https://-a", "https://a b", "https://a\n.example", "https://a\x00", "https://a\t",
    "https://a.example:", "https://a.example:0", "https://a.example:65536", "https://a:80:90",
    "https://a:٨", "https://a:+1", "https://ä.example", "https://a%2eb", "http://127.1",
    "http://2130706433", "https://256.1.1.1", "https://1.2.3", "https://[::1", "https://[::1%25lo]",
    "https://[1.2.3.4]x", "https://" + "a" * 64, "https://" + "a." * 130 + "b", "http://[::2]",
    "http://0.0.0.0", "https:/a.example", "https:a.example", "https:///a.example", " https://a",
)  # fmt: skip


@pytest.mark.parametrize("url", UNSAFE, ids=range(len(UNSAFE)))
def test_unsafe_urls(url: str) -> None:
    """Anything else is refused with the setting's name and exit code 78."""
    with pytest.raises(ConfigError, match="'api_url'") as caught:
        check_url("api_url", url)
    assert caught.value.exit_code == 78


def test_addresses_of_webhooks() -> None:
    """The address of a webhook may have a query, and nothing else that a base URL has not."""
    url = "https://hooks.example/a/b?token=x%20y&z=1"
    assert check_url("reauth_webhook_url", url, has_query=True) == url
    for wrong in ("https://u@hooks.example/?a", "https://hooks.example/?a#b", "https://h/?a b"):
        with pytest.raises(ConfigError):
            check_url("reauth_webhook_url", wrong, has_query=True)


PIECES = st.sampled_from(
    ["http:", "https:", "//", "/", "127.0.0.1", "evil.example", "[::1]", "@", ":", "\\", "#", "?",
     "80", ".", "%40", "%00", " ", "\n", "a", "\u0660", "localhost", ";", "&"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=9).map("".join))
@example("http://127.0.0.1:80/a;b")
@settings(max_examples=500)
def test_what_is_checked_is_dialled(text: str) -> None:
    """All parsers find in an accepted URL the host that was checked."""
    for url in (text, f"http://{text}", f"https://{text}"):
        try:
            base = check_url("api_url", url)
        except ConfigError:
            continue
        request = requests.Request("GET", f"{base}/books/v3/invoices").prepare()
        dialled, host = parse_url(str(request.url)), urlsplit(base).hostname
        assert str(dialled.host).strip("[]") == host
        assert dialled.scheme == "https" or is_loopback(host)
        assert (dialled.auth, dialled.port) == (None, urlsplit(base).port)


def test_overrides_win() -> None:
    """api_url wins over the token answer, and that over the region."""
    region = REGIONS["in"]
    assert Hosts("in").call_url(region) == "https://www.zohoapis.in"
    assert Hosts("in").call_url(region, "https://www.zohoapis.eu") == "https://www.zohoapis.eu"
    overriding = Hosts("in", "https://a.example", "https://b.example")
    assert overriding.call_url(region, "https://www.zohoapis.eu") == "https://b.example"
    assert overriding.token_url(region) == "https://a.example/oauth/v2/token"


def test_one_named_host_is_not_searched() -> None:
    """With accounts_url set there is one place to mint at, whatever the region."""
    assert len(Hosts("auto", "https://a.example").candidates()) == 1
    assert [region.name for region in Hosts("cn").candidates()] == ["cn"]
