"""The settings of the tap: their schema, where they are read from, and their validation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pendulum
from singer_sdk import typing as th
from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.typing import DEFAULT_JSONSCHEMA_VALIDATOR, extend_validator_with_defaults

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ConfigError, TapError
from tap_zohobooks.regions import AUTO, REGIONS, check_url

if TYPE_CHECKING:
    from collections.abc import Mapping

REFRESH, CREDENTIALS = "refresh_token", "client_credentials"
NOT_TEXT = "it is not text in UTF-8"

# Declared because the names are a contract; a run logs a warning if one of them is set.
WITHOUT_EFFECT_YET = frozenset(
    {
        "report_basis",
        "report_end_date",
        "report_lookback_periods",
        "report_period",
        "report_start_date",
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
                description="Private folder in which runs share access tokens and their pace, or "
                "off; by default in the user's cache folder."),
    th.Property("reauth_webhook_url", th.StringType, secret=True,
                title="Re-authorization webhook",
                description="URL that is told once when the refresh token is dead: https, or "
                "plain http to a loopback address."),
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
    th.Property("emit_activate_version_messages", th.BooleanType,
                title="Emit ACTIVATE_VERSION",
                description="After a whole read in FULL_TABLE mode, let the target delete what is "
                "gone; unset does so unless rows of organizations that are not read may stand in "
                "the same tables."),
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
                title="Request timeout",
                description="Seconds for an answer as a whole, from connecting to its last byte."),
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


def read_environment(schema: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return the settings in environment variables, or else in `.env`; text as its setting's type.

    Raises:
        ConfigError: A variable does not hold a value of its setting's type, or `.env` is not UTF-8.
    """
    found: dict[str, Any] = {}
    for name, value in schema["properties"].items():
        found |= _read_variable(name, value, prefix)
    return found


def _read_variable(name: str, schema: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    try:
        return parse_environment_config({"properties": {name: schema}}, prefix, Path(".env"))
    except UnicodeDecodeError as error:
        raise Reason.ENV_UNREADABLE.error(problem=NOT_TEXT) from error
    except ValueError as error:
        kind = next(one for one in (*schema["type"], "") if one != "null")
        variable = f"{prefix}{name.upper()}"
        raise Reason.VARIABLE_WRONG.error(variable=variable, kind=kind) from error


def read_file(path: str) -> dict[str, Any]:
    """Return the settings in a JSON file.

    Raises:
        ConfigError: The file cannot be read, or does not hold a JSON object.
    """
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Reason.CONFIG_UNREADABLE.error(problem=error) from error
    if not isinstance(value, dict):
        raise Reason.CONFIG_UNREADABLE.error(problem=f"{path} holds a {type(value).__name__}")
    return value


def validate(config: dict[str, Any], schema: Mapping[str, Any]) -> list[TapError]:
    """Fill defaults into `config`, and return an error for each wrong setting, without secrets.

    Blank settings are removed, and `start_date` becomes an instant in UTC.
    """
    for name in [name for name, value in config.items() if value is None or value == ""]:
        del config[name]
    _read_number(config, "request_timeout")
    if isinstance(ids := config.get("organization_ids"), list):
        config["organization_ids"] = [one for one in dict.fromkeys(ids) if one != ""]
    errors = list(_Validator(_remove_null_alternatives(schema)).iter_errors(config))
    found = [_to_error(error.validator, error.message, list(error.path)) for error in errors]
    return found or _check_combinations(config)


def _remove_null_alternatives(schema: object) -> object:
    """Return a valid schema: the SDK lists the word "null" among the alternatives of `oneOf`."""
    match schema:
        case dict():
            return {name: _remove_null_alternatives(value) for name, value in schema.items()}
        case [dict(), *_]:
            return [_remove_null_alternatives(one) for one in schema if one != "null"]
        case _:
            return schema


def _read_number(config: dict[str, Any], name: str) -> None:
    """Convert a number given as text, the only type of an environment variable."""
    try:
        config[name] = float(config[name])
    except (KeyError, TypeError, ValueError):
        return  # absent, or an error that the schema reports


def _to_error(validator: object, message: str, path: list[str | int]) -> TapError:
    if not path and validator == "required":
        return Reason.SETTING_MISSING.error(setting=message.split("'")[1], why="every run needs it")
    if not path:
        return Reason.SETTING_UNKNOWN.error(problem=message)
    found = f"not of the right {validator}" if path[0] in SECRETS else message
    return Reason.SETTING_WRONG.error(setting=path[0], problem=found)


def _check_combinations(config: dict[str, Any]) -> list[TapError]:
    missing = {}
    if config["grant_type"] == CREDENTIALS and not config["organization_ids"]:
        missing["organization_ids"] = "client_credentials mint for one"
    if config["grant_type"] == REFRESH and not {REFRESH, "access_token"} & config.keys():
        missing[REFRESH] = "neither access_token nor another grant_type stands in for it"
    if "access_token" in config and config["region"] == AUTO and "api_url" not in config:
        missing["region"] = "an access_token does not tell its data center"
    if config.get("flattening_enabled") and "flattening_max_depth" not in config:
        missing["flattening_max_depth"] = "flattening_enabled does not go without it"
    found = [Reason.SETTING_MISSING.error(setting=name, why=why) for name, why in missing.items()]
    for name in ("accounts_url", "api_url", "reauth_webhook_url"):
        found += _check_url(name, config.get(name))
    found += _check_home("token_cache", config.get("token_cache", ""))
    for name in ("access_token", "user_agent"):
        if not all(" " <= letter <= "~" for letter in config.get(name, "")):
            problem = "it holds characters that no HTTP header can carry"
            found.append(Reason.SETTING_WRONG.error(setting=name, problem=problem))
    return found + _convert_instant(config, "start_date")


def _check_url(name: str, url: str | None) -> list[TapError]:
    try:
        check_url(name, url or "https://unset")
    except ConfigError as error:
        return [error]
    return []


def _check_home(name: str, path: str) -> list[TapError]:
    try:
        Path(path).expanduser()
    except RuntimeError:
        problem = f"there is no such home as '{path}' names"
        return [Reason.SETTING_WRONG.error(setting=name, problem=problem)]
    return []


def _convert_instant(config: dict[str, Any], name: str) -> list[TapError]:
    if name not in config:
        return []
    try:
        instant = pendulum.parse(config[name], tz="UTC")
    except ValueError:
        instant = None
    if not isinstance(instant, pendulum.DateTime):
        problem = "it is no date-time, as 2026-01-31T00:00:00Z is one"
        return [Reason.SETTING_WRONG.error(setting=name, problem=problem)]
    config[name] = instant.in_timezone("UTC").isoformat()
    return []
