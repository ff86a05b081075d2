"""A login by the client itself: without browser, grant code and refresh token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli.common import build_tap
from tap_zohobooks.regions import REGIONS
from tap_zohobooks.settings import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_zohobooks.cli.common import SetupTap
    from tap_zohobooks.oauth.consent import OAuthClient

QUESTION = "Organization ID (in Zoho Books: Manage Organizations)"
LIMITS = (
    "The client reads the account that has created it, with a token for one organization. There "
    "is no refresh token to lose or to revoke. It reads neither custom modules nor accounts of "
    "other users: for these, log in by --browser or --code."
)


def request_client_token(
    config: Mapping[str, Any], client: OAuthClient, organizations: Sequence[str]
) -> tuple[SetupTap, dict[str, Any]]:
    """Request a token by client_credentials, and return its tap and the settings to save.

    Raises:
        TapError: No accounts server issues a token to the client.
    """
    found = {**client.form, "grant_type": CREDENTIALS}
    others = {name: value for name, value in config.items() if name != "access_token"}
    tap = build_tap({**others, **found, "organization_ids": [*organizations]})
    url = tap.auth.request_token().api_url
    regions = [region.name for region in REGIONS.values() if region.api_url == url]
    return tap, found | ({"region": regions[0]} if regions else {})
