"""Zoho's data centers: the accounts server and the API host of each."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tap_zohobooks.error_catalog import Reason

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Region:
    """One data center.

    Source: Zoho Books API introduction and OAuth pages; `ae` and `uk` from public code only.
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

# China's servers belong to another company: credentials are sent there only if region is cn.
SEARCHED = tuple(region for region in REGIONS.values() if region.name != "cn")

_API_URLS = {region.api_url for region in REGIONS.values()}


def match_api_url(api_domain: object) -> str | None:
    """Return the API base URL of a token response; None if it is not one of Zoho's."""
    if not isinstance(api_domain, str):
        return None
    url = api_domain.rstrip("/").lower()
    return url if url in _API_URLS else None


def is_loopback(host: str | None) -> bool:
    """Tell whether a host name or address is of this machine."""
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_url(setting: str, url: str) -> str:
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
