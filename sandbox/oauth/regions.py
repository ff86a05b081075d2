"""The data centers and their hosts."""

from __future__ import annotations

from typing import Final

# Accounts server and API host of each data center.
REGIONS: Final = {
    "us": ("accounts.zoho.com", "www.zohoapis.com"),
    "eu": ("accounts.zoho.eu", "www.zohoapis.eu"),
    "in": ("accounts.zoho.in", "www.zohoapis.in"),
    "au": ("accounts.zoho.com.au", "www.zohoapis.com.au"),
    "jp": ("accounts.zoho.jp", "www.zohoapis.jp"),
    "ca": ("accounts.zohocloud.ca", "www.zohoapis.ca"),
    "cn": ("accounts.zoho.com.cn", "www.zohoapis.com.cn"),
    "sa": ("accounts.zoho.sa", "www.zohoapis.sa"),
    "uk": ("accounts.zoho.uk", "www.zohoapis.uk"),
    "ae": ("accounts.zoho.ae", "www.zohoapis.ae"),
}
HOSTS: Final = {host: region for region, hosts in REGIONS.items() for host in hosts}
PREFIX: Final = "/dc/"


def resolve_region(host: str, path: str, home: str) -> tuple[str, str]:
    """Resolve the data center of a request, and its path there.

    On the one loopback address a path that begins ``/dc/<region>/`` is another data center.
    """
    if path.startswith(PREFIX):
        region, slash, rest = path.removeprefix(PREFIX).partition("/")
        return region, f"{slash}{rest}"
    return HOSTS.get(host, home), path


def get_accounts_server(region: str, base_url: str) -> str:
    """Get the URL of a data center's accounts server, below ``base_url`` if it is not blank."""
    return f"{base_url}{PREFIX}{region}" if base_url else f"https://{REGIONS[region][0]}"
