"""Zoho's data centers: the accounts server and the API host of each."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

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

# How else a data center is named: by its domain, or by a word for its country.
_NAMES = {
    "com": "us", "usa": "us", "com.au": "au", "com.cn": "cn", "gb": "uk",
    "europe": "eu", "india": "in", "australia": "au", "japan": "jp", "canada": "ca", "china": "cn",
}  # fmt: skip
_ZOHO = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*zoho(?:apis|cloud)?(?P<domain>(?:\.[a-z]+)+)(?:/.*)?"
)

# Only what all parsers of URLs read alike: no user name, backslash, blank or fragment.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_URL = re.compile(
    rf"""(?P<scheme>https?)://
    (?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:]+(?:\.[0-9]+)*\])
    (?P<port>:[0-9]{{1,5}})?
    (?P<path>(?:/[\w.~%!$&'()*+,;=:@-]*)*)
    (?P<query>\?[\w.~%!$&'()*+,;=:@/?-]*)?""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
MAX_HOST, MAX_PORT = 253, 65_535

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
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def match_region(text: str) -> str:
    """Return the name of a data center, or auto, that a text means.

    Raises:
        ValueError: It means none, or more than one.
    """
    word = text.strip().strip(".").lower()
    if match := _ZOHO.fullmatch(word):
        word = match["domain"].strip(".")
    word = _NAMES.get(word, word)
    if word not in REGIONS and word != AUTO:
        msg = f"it is none of {', '.join([*REGIONS, AUTO])}"
        raise ValueError(msg)
    return word


def check_url(setting: str, url: str, *, has_query: bool = False) -> str:
    """Return a base URL without its trailing slash, scheme and host in small letters.

    Raises:
        ConfigError: The URL is not https, and not plain http to a loopback address either; or
            programs could disagree about its host.
    """
    match = _URL.fullmatch(url)
    if match is None or not _is_safe(match) or (match["query"] and not has_query):
        raise Reason.URL_UNSAFE.error(setting=setting)
    authority = f"{match['host']}{match['port'] or ''}".lower()
    rest = f"{match['path']}{match['query'] or ''}"
    return f"{match['scheme'].lower()}://{authority}{rest}".rstrip("/")


def _is_safe(match: re.Match[str]) -> bool:
    host, port = match["host"].lower().strip("[]"), int((match["port"] or ":443")[1:])
    if len(host) > MAX_HOST or not 1 <= port <= MAX_PORT or _is_wrong_address(match["host"]):
        return False
    return match["scheme"].lower() == "https" or is_loopback(host)


def _is_wrong_address(host: str) -> bool:
    """Tell whether a host looks like an IP address and is none: libraries read such differently."""
    if not host.startswith("[") and not host.rpartition(".")[2].isdigit():
        return False
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return True
    return False
