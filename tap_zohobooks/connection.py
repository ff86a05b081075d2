"""Build from the settings what requests need: credentials, hosts, session, cache, limits."""

from __future__ import annotations

import logging
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

from platformdirs import user_cache_path

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.http.rate_limit import LimitSettings
from tap_zohobooks.http.session import ServiceSession
from tap_zohobooks.http.shared_state import PATIENCE, Cache, SharedValue, Value
from tap_zohobooks.http.transport import BoundedAdapter
from tap_zohobooks.oauth.credentials import Grant, Hosts
from tap_zohobooks.oauth.revoked_token import Revocation, RevokedToken, Webhook
from tap_zohobooks.oauth.token_store import TokenStore
from tap_zohobooks.regions import check_url
from tap_zohobooks.safe_text import add_url_secrets
from tap_zohobooks.settings import CREDENTIALS, REFRESH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests


NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])


def build_session(config: Mapping[str, Any], connections: int) -> ServiceSession:
    """Return a session that keeps so many connections open, and no cookies.

    Each of its responses is bounded in time and size: see BoundedAdapter.
    """
    session = ServiceSession()
    session.auth = lambda request: request  # else a .netrc would add its header
    session.headers["User-Agent"] = config["user_agent"]
    session.cookies.set_policy(NO_COOKIES)
    for proxy in getproxies().values():
        add_url_secrets(proxy)
    for scheme in ("https://", "http://"):
        session.mount(scheme, BoundedAdapter(pool_maxsize=connections))
    return session


def grant(config: Mapping[str, Any]) -> Grant | None:
    """Return what access tokens are requested with; None if only an access token is set."""
    client = (config["client_id"], config["client_secret"])
    if config["grant_type"] == CREDENTIALS:
        return Grant(*client, soid=config["organization_ids"][0])
    return Grant(*client, config[REFRESH]) if REFRESH in config else None


def hosts(config: Mapping[str, Any]) -> Hosts:
    """Return the accounts server and the API host.

    Raises:
        ConfigError: A URL is not one that credentials may be sent to.
    """
    urls = {
        name: check_url(name, config[name])
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
    """Return what this run shares with others of the user; `clock` and `wall` in seconds.

    Raises:
        ConfigError: The folder is relative to one that was removed.
    """
    match config.get("token_cache"):
        case "off":
            return Cache(None, logger, clock=clock)
        case None:  # the default: a home that is read-only is no reason to warn
            folder = user_cache_path("tap-zohobooks", appauthor=False)
            return Cache(folder, logger, logging.INFO, clock=clock, wall=wall)
        case named:
            return Cache(_read_folder(named), logger, clock=clock, wall=wall)


def _read_folder(name: str) -> Path:
    """Return the absolute path of a folder.

    Raises:
        ConfigError: It is relative to a folder that was removed.
    """
    try:
        return Path(name).expanduser().absolute()
    except FileNotFoundError as error:
        problem = "it is relative to the current folder, which was removed"
        raise Reason.SETTING_WRONG.error(setting="token_cache", problem=problem) from error


def limit_settings(config: Mapping[str, Any], window: float) -> LimitSettings:
    """Return the settings about requests; `window` is the length of the rate's window in s."""
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
    """Return the store of a grant's access tokens; its name is a hash. `timeout` in seconds."""
    if grant is None:
        return SharedValue(TokenStore, cache.clock)
    return cache.record(
        TokenStore,
        grant.client_id,
        grant.soid or "",
        hosts.accounts_url or hosts.region,
        secret=f"{grant.client_secret}\0{grant.refresh_token}",
        patience=PATIENCE + timeout * len(hosts.candidates()),  # locked during a token request
    )


def build_revoked_token(
    config: Mapping[str, Any],
    cache: Cache,
    session: requests.Session,
    wall: Callable[[], float],
) -> RevokedToken:
    """Return the memory of the refresh token that is set; its name is a hash of it."""
    known, servers = grant(config), hosts(config)
    record = None
    if known is not None and known.refresh_token:
        where = servers.accounts_url or servers.region
        record = cache.record(Revocation, known.client_id, where, secret=known.refresh_token)
    webhook = Webhook(
        config.get("reauth_webhook_url"), session, cache.logger, servers.region,
        config["organization_ids"],
    )  # fmt: skip
    return RevokedToken(record, wall, webhook.post)


def open_account_value(
    config: Mapping[str, Any], cache: Cache, kind: type[Value], name: str
) -> SharedValue[Value]:
    """Return what the runs with this grant, at these hosts, share under a name.

    With only an access token, which no later run has, it is kept in this run.
    """
    known, servers = grant(config), hosts(config)
    if known is None:
        return SharedValue(kind, cache.clock)
    return cache.record(
        kind, known.client_id, known.soid or "", servers.accounts_url or servers.region,
        servers.api_url or "", name,
        secret=f"{known.client_secret}\0{known.refresh_token}",
    )  # fmt: skip
