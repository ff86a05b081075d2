"""A login by the client: which settings it finds."""

from __future__ import annotations

import pytest

from sandbox import World, serve
from tap_zohobooks.cli.client_login import request_client_token
from tap_zohobooks.errors import ConfigError
from tap_zohobooks.oauth.consent import OAuthClient


@pytest.mark.parametrize("region", ["us", "eu", "in"])
def test_the_data_center_is_that_of_the_token(region: str) -> None:
    """The API domain of the token names the region, and a set access token is not used."""
    world = World.build(rows=1, region=region)
    client = OAuthClient(world.credentials.client_id, world.credentials.client_secret)
    with serve(world) as base:
        config = {"accounts_url": base, "token_cache": "off", "access_token": "stale"}
        tap, found = request_client_token(config, client, ["927270289"])
    assert found == {**client.form, "grant_type": "client_credentials", "region": region}
    assert tap.auth.token_requests == 1
    assert tap.config["organization_ids"] == ["927270289"]
    assert len(world.accounts.mints) == 1


def test_a_host_of_its_own_has_no_region() -> None:
    """With api_url the region stays what it is: the host does not tell it."""
    world = World.build(rows=1)
    client = OAuthClient(world.credentials.client_id, world.credentials.client_secret)
    with serve(world) as base:
        config = {"accounts_url": base, "api_url": base, "token_cache": "off"}
        _, found = request_client_token(config, client, ["927270289"])
    assert "region" not in found


def test_a_client_that_is_refused() -> None:
    """The error is that of the client."""
    world = World.build(rows=1)
    client = OAuthClient(world.credentials.client_id, "a-wrong-one")
    with serve(world) as base, pytest.raises(ConfigError, match="invalid_client_secret"):
        request_client_token({"accounts_url": base, "token_cache": "off"}, client, ["1"])
