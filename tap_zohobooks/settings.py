"""What a user may set, and what is wrong with what was set."""

from __future__ import annotations

import json
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pendulum
from singer_sdk import typing as th
from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.typing import DEFAULT_JSONSCHEMA_VALIDATOR, extend_validator_with_defaults

from tap_zohobooks.auth import Grant, Hosts
from tap_zohobooks.client import Rules
from tap_zohobooks.errors import ConfigError
from tap_zohobooks.regions import AUTO, REGIONS, checked_url

if TYPE_CHECKING:
    from collections.abc import Mapping

REFRESH, CREDENTIALS = "refresh_token", "client_credentials"
NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])

# Declared because the names are a contract; a run says so where one of them is set.
WITHOUT_EFFECT_YET = frozenset(
    {
        "flatten_custom_fields",
        "max_parallel_organizations",
        "reauth_webhook_url",
        "report_basis",
        "report_end_date",
        "report_lookback_periods",
        "report_period",
        "report_start_date",
        "token_cache",
    }
)

_ACCESS = (
    th.Property("client_id", th.StringType, required=True, secret=True, title="Client ID",
                description="Client ID of the OAuth client, from Zoho's API console."),
    th.Property("client_secret", th.StringType, required=True, secret=True, title="Client secret",
                description="Client secret of the OAuth client."),
    th.Property("refresh_token", th.StringType, secret=True, title="Refresh token",
                description="Required unless access_token is set or grant_type is "
                "client_credentials."),
    th.Property("access_token", th.StringType, secret=True, title="Access token",
                description="Use this access token and mint none, for runs within its hour."),
    th.Property("grant_type", th.StringType, nullable=False, default=REFRESH, title="Grant type",
                allowed_values=[REFRESH, CREDENTIALS],
                description="client_credentials mints for the first of organization_ids without "
                "a refresh token."),
    th.Property("region", th.StringType, nullable=False, default=AUTO, title="Data center",
                allowed_values=[*REGIONS, AUTO],
                description="Data center of the account; auto finds it and says which to set."),
    th.Property("accounts_url", th.StringType, title="Accounts URL",
                description="Base URL of the accounts server in place of the region's. Plain "
                "http only to a loopback address."),
    th.Property("api_url", th.StringType, title="API URL",
                description="Base URL of the API in place of the region's. Plain http only to a "
                "loopback address."),
    th.Property("token_cache", th.StringType, title="Token cache",
                description="File that shares access tokens between runs, or off; by default in "
                "the user's cache folder."),
    th.Property("reauth_webhook_url", th.StringType, title="Re-authorization webhook",
                description="URL that is told once when the refresh token is dead."),
)  # fmt: skip

_READING = (
    th.Property("organization_ids", th.ArrayType(th.StringType(nullable=False)), default=[],
                nullable=False, title="Organizations",
                description="IDs of the organizations to read; empty reads all active ones."),
    th.Property("start_date", th.DateTimeType, title="Start date",
                description="Earliest change to read on a first run."),
    th.Property("lookback_seconds", th.IntegerType(minimum=0), nullable=False, default=300,
                title="Lookback",
                description="Seconds before its bookmark that an incremental run re-reads."),
    th.Property("page_size", th.IntegerType(minimum=1, maximum=200), nullable=False, default=200,
                title="Page size", description="Rows a page."),
    th.Property("flatten_custom_fields", th.BooleanType, nullable=False, default=True,
                title="Flatten custom fields",
                description="Discover custom fields and give them typed cf_* columns."),
    th.Property("report_start_date", th.DateType, title="Report start date",
                description="First day that report streams cover."),
    th.Property("report_end_date", th.DateType, title="Report end date",
                description="Last day that report streams cover."),
    th.Property("report_period", th.StringType, title="Report period",
                description="Length of the periods that report streams are cut into."),
    th.Property("report_basis", th.StringType, title="Report basis",
                description="Accounting basis of report streams."),
    th.Property("report_lookback_periods", th.IntegerType(minimum=0), title="Report lookback",
                description="Closed periods that report streams read again."),
)  # fmt: skip

_PACE = (
    th.Property("requests_per_minute", th.IntegerType(minimum=1), nullable=False, default=100,
                title="Requests per minute",
                description="Calls a minute to pace to, an organization."),
    th.Property("max_concurrency", th.IntegerType(minimum=1, maximum=10), nullable=False,
                default=5, title="Concurrency",
                description="Calls in flight, an organization."),
    th.Property("max_parallel_organizations", th.IntegerType(minimum=1, maximum=32),
                nullable=False, default=4, title="Parallel organizations",
                description="Organizations read at the same time."),
    th.Property("quota_reserve", th.IntegerType(minimum=0), nullable=False, default=0,
                title="Quota reserve",
                description="Calls of the day to leave for others, an organization."),
    th.Property("on_quota_exhausted", th.StringType, nullable=False, default="fail",
                allowed_values=["fail", "stop", "wait"], title="On quota exhausted",
                description="Once state is written: fail with exit code 75, stop with 0 and a "
                "warning, or wait for the reset."),
    th.Property("max_wait_seconds", th.IntegerType(minimum=0), nullable=False, default=900,
                title="Longest wait",
                description="Longest single wait in seconds before giving up cleanly."),
    th.Property("request_timeout", th.NumberType(exclusive_minimum=0), nullable=False, default=60,
                title="Request timeout", description="Seconds to wait for an answer."),
    th.Property("user_agent", th.StringType, nullable=False, default="tap-zohobooks",
                title="User agent", description="User agent to send."),
)  # fmt: skip

SCHEMA: dict[str, Any] = th.PropertiesList(
    *_ACCESS, *_READING, *_PACE, additional_properties=False
).to_dict()
for _name in WITHOUT_EFFECT_YET:
    SCHEMA["properties"][_name]["description"] += " No effect in this version."
SECRETS = frozenset(name for name, value in SCHEMA["properties"].items() if value.get("secret"))

_Validator = extend_validator_with_defaults(DEFAULT_JSONSCHEMA_VALIDATOR)


def from_environment(schema: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Read the settings that environment variables (or a .env file) hold.

    Raises:
        ConfigError: A variable does not hold a value of its setting's type.
    """
    found: dict[str, Any] = {}
    for name, value in schema["properties"].items():
        found |= _variable(name, value, prefix)
    return found


def _variable(name: str, schema: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    try:
        return parse_environment_config({"properties": {name: schema}}, prefix, Path(".env"))
    except ValueError as error:
        msg = f"Variable {prefix}{name.upper()} does not hold a value of its setting's type."
        raise ConfigError(msg) from error


def check_file(path: str) -> None:
    """Check that a settings file can be read.

    Raises:
        ConfigError: It is not there, or holds no JSON object.
    """
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"The file that --config names cannot be read as JSON: {error}."
        raise ConfigError(msg) from error
    if not isinstance(value, dict):
        msg = f"The file that --config names ({path}) is no JSON object of settings."
        raise ConfigError(msg)


def problems(config: dict[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Fill in defaults, and say in one sentence a setting what is wrong; never a secret."""
    for name in [name for name, value in config.items() if value is None or value == ""]:
        del config[name]
    _read_number(config, "request_timeout")
    if isinstance(ids := config.get("organization_ids"), list):
        config["organization_ids"] = [one for one in dict.fromkeys(ids) if one != ""]
    errors = list(_Validator(schema).iter_errors(config))
    found = [_sentence(error.validator, error.message, list(error.path)) for error in errors]
    return found or _contradictions(config)


def _read_number(config: dict[str, Any], name: str) -> None:
    """Read a number that came as text: the environment knows no other type."""
    try:
        config[name] = float(config[name])
    except (KeyError, TypeError, ValueError):
        return  # absent, or wrong: the schema says so


def _sentence(validator: object, message: str, path: list[str | int]) -> str:
    if not path and validator == "required":
        return f"Setting {message.replace(' is a required property', '')} is missing."
    if not path:
        return f"Unknown setting: {message}. `tap-zohobooks --about` lists all."
    found = f"not of the right {validator}" if path[0] in SECRETS else message
    return f"Setting '{path[0]}' is wrong: {found}."


def _contradictions(config: dict[str, Any]) -> list[str]:
    found = []
    if config["grant_type"] == CREDENTIALS and not config["organization_ids"]:
        found.append("Setting 'organization_ids' is missing: client_credentials mint for one.")
    if config["grant_type"] == REFRESH and not {REFRESH, "access_token"} & config.keys():
        found.append("Setting 'refresh_token' is missing (or access_token, or another grant_type).")
    if "access_token" in config and config["region"] == AUTO and "api_url" not in config:
        found.append("Setting 'region' is missing: an access_token does not tell its data center.")
    for name in ("accounts_url", "api_url"):
        found += _unsafe_url(name, config.get(name))
    for name in ("access_token", "user_agent"):
        if not all(" " <= letter <= "~" for letter in config.get(name, "")):
            found.append(f"Setting '{name}' holds characters that no HTTP header can carry.")
    return found + _read_instant(config, "start_date")


def _unsafe_url(name: str, url: str | None) -> list[str]:
    try:
        checked_url(name, url or "https://unset")
    except ConfigError as error:
        return [str(error)]
    return []


def _read_instant(config: dict[str, Any], name: str) -> list[str]:
    if name not in config:
        return []
    try:
        instant = pendulum.parse(config[name], tz="UTC")
    except ValueError:
        instant = None
    if not isinstance(instant, pendulum.DateTime):
        return [f"Setting '{name}' is no date-time: write it like 2026-01-31T00:00:00Z."]
    config[name] = instant.in_timezone("UTC").isoformat()
    return []


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


def rules(config: Mapping[str, Any]) -> Rules:
    """Return what the settings say about calls."""
    return Rules(
        requests_per_minute=config["requests_per_minute"],
        max_concurrency=config["max_concurrency"],
        quota_reserve=config["quota_reserve"],
        wait_for_quota=config["on_quota_exhausted"] == "wait",
        max_wait=config["max_wait_seconds"],
        timeout=config["request_timeout"],
    )
