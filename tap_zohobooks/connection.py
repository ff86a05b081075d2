"""What the settings mean for calls: by whom, where to, through which session, and how fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from tap_zohobooks.http.shared_state import PATIENCE, SharedValue
from tap_zohobooks.oauth.credentials import Grant, Hosts
from tap_zohobooks.oauth.token_store import TokenStore

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

    from tap_zohobooks.http.shared_state import Cache

import logging
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platformdirs import user_cache_path
from requests.adapters import HTTPAdapter

from tap_zohobooks.http.rate_limit import LimitSettings
from tap_zohobooks.http.shared_state import Cache
from tap_zohobooks.regions import checked_url
from tap_zohobooks.settings import CREDENTIALS, REFRESH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])


def build_session(config: Mapping[str, Any], connections: int) -> requests.Session:
    """Return a session that keeps so many connections, and no cookies."""
    session = requests.Session()
    session.auth = lambda request: request  # else a .netrc would put its header into some
    session.headers["User-Agent"] = config["user_agent"]
    session.cookies.set_policy(NO_COOKIES)
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=connections))
    return session


def grant(config: Mapping[str, Any]) -> Grant | None:
    """Return what mints tokens; None where there is only a given access token."""
    client = (config["client_id"], config["client_secret"])
    if config["grant_type"] == CREDENTIALS:
        return Grant(*client, soid=config["organization_ids"][0])
    return Grant(*client, config[REFRESH]) if REFRESH in config else None


def hosts(config: Mapping[str, Any]) -> Hosts:
    """Return where to mint and to call."""
    urls = {
        name: checked_url(name, config[name])
        for name in ("accounts_url", "api_url")
        if name in config
    }
    return Hosts(config["region"], **urls)


def cache(
    config: Mapping[str, Any],
    logger: logging.Logger,
    *,
    clock: Callable[[], float],
    wall: Callable[[], float],
) -> Cache:
    """Return what is shared with other runs of this user."""
    match config.get("token_cache"):
        case "off":
            return Cache(None, logger, clock=clock)
        case None:  # nobody has asked for it: a read-only home is no reason to warn
            folder = user_cache_path("tap-zohobooks", appauthor=False)
            return Cache(folder, logger, logging.INFO, clock=clock, wall=wall)
        case named:
            return Cache(Path(named).expanduser().absolute(), logger, clock=clock, wall=wall)


def limit_settings(config: Mapping[str, Any], window: float) -> LimitSettings:
    """Return what the settings say about calls, of which so many may leave in a window."""
    return LimitSettings(
        requests_per_minute=config["requests_per_minute"],
        max_concurrency=config["max_concurrency"],
        quota_reserve=config["quota_reserve"],
        wait_for_quota=config["on_quota_exhausted"] == "wait",
        max_wait=config["max_wait_seconds"],
        timeout=config["request_timeout"],
        window=window,
    )


def token_store(
    cache: Cache, grant: Grant | None, hosts: Hosts, timeout: float
) -> SharedValue[TokenStore]:
    """Return what all who mint with a grant know together; its name shows nothing of the grant."""
    if grant is None:
        return SharedValue(TokenStore, cache.clock)
    return cache.record(
        TokenStore,
        grant.client_id,
        grant.soid or "",
        hosts.accounts_url or hosts.region,
        secret=f"{grant.client_secret}\0{grant.refresh_token}",
        patience=PATIENCE + timeout * len(hosts.candidates()),  # it is held while one mints
    )
