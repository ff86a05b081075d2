"""Zoho's data centers: which host mints tokens, which host answers calls."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tap_zohobooks.error_catalog import Reason

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Region:
    """One data center.

    Source: Zoho Books API introduction and OAuth pages; `ae` and `uk` are seen in public code only.
    """

    name: str
    accounts_url: str
    api_url: str


def _region(name: str, suffix: str, accounts: str | None = None) -> Region:
    accounts_host = accounts or f"accounts.zoho.{suffix}"
    return Region(name, f"https://{accounts_host}", f"https://www.zohoapis.{suffix}")


REGIONS = {
    region.name: region
    for region in (
        _region("us", "com"),
        _region("eu", "eu"),
        _region("in", "in"),
        _region("au", "com.au"),
        _region("jp", "jp"),
        _region("ca", "ca", accounts="accounts.zohocloud.ca"),
        _region("cn", "com.cn"),
        _region("sa", "sa"),
        _region("uk", "uk"),
        _region("ae", "ae"),
    )
}

# China's accounts server is another legal person's: credentials go there only when it is named.
SEARCHED = tuple(region for region in REGIONS.values() if region.name != "cn")

_API_URLS = {region.api_url for region in REGIONS.values()}


def trusted_api_url(api_domain: object) -> str | None:
    """Return the API base URL that a token answer names, if it is one of Zoho's API hosts."""
    if not isinstance(api_domain, str):
        return None
    url = api_domain.rstrip("/").lower()
    return url if url in _API_URLS else None


def is_loopback(host: str | None) -> bool:
    """Tell whether a host name or address never leaves this machine."""
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def checked_url(setting: str, url: str) -> str:
    """Return a base URL without its trailing slash.

    Raises:
        ConfigError: The URL is not https, and not plain http to a loopback address either.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme == "https" and host:
        return url.rstrip("/")
    if parts.scheme == "http" and is_loopback(host):
        return url.rstrip("/")
    raise Reason.URL_UNSAFE.error(setting=setting)
