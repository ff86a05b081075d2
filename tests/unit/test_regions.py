"""Ten data centers, and no credential to a host that is not theirs."""

from __future__ import annotations

import pytest

from tap_zohobooks.errors import ConfigError
from tap_zohobooks.oauth.credentials import Hosts
from tap_zohobooks.regions import REGIONS, SEARCHED, check_url, match_api_url


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


@pytest.mark.parametrize("url", ["https://proxy.example/", "http://127.0.0.1:8080", "http://[::1]",
                                 "http://localhost:1"])  # fmt: skip
def test_safe_urls(url: str) -> None:
    """Https goes anywhere, plain http to loopback only; a trailing slash is dropped."""
    assert check_url("api_url", url) == url.rstrip("/")


@pytest.mark.parametrize("url", ["http://proxy.example", "ftp://127.0.0.1", "https://", "http://[",
                                 "http://127.0.0.1.evil.example", "nonsense"])  # fmt: skip
def test_unsafe_urls(url: str) -> None:
    """Anything else is refused with the setting's name and exit code 78."""
    with pytest.raises(ConfigError, match="'api_url'") as caught:
        check_url("api_url", url)
    assert caught.value.exit_code == 78


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
