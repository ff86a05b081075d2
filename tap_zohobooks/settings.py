"""The settings of the tap: their schema, where they are read from, and their validation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th
from singer_sdk.typing import DEFAULT_JSONSCHEMA_VALIDATOR, extend_validator_with_defaults

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ConfigError, TapError
from tap_zohobooks.json_objects import shorten
from tap_zohobooks.regions import AUTO, REGIONS, check_url
from tap_zohobooks.safe_text import add_secret, add_url_secrets, is_token
from tap_zohobooks.setting_errors import explain_setting_error, find_missing
from tap_zohobooks.setting_values import convert

if TYPE_CHECKING:
    from collections.abc import Mapping

REFRESH, CREDENTIALS = "refresh_token", "client_credentials"

HOSTS, WEBHOOK = ("accounts_url", "api_url"), "reauth_webhook_url"
HOUR, YEAR, MILLION = 3600, 31_536_000, 1_000_000  # a number beyond these is a mistake

BASES = ("accrual", "cash")
PERIODS = ("day", "month", "quarter", "year", "whole")

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
                description="With client_credentials, access tokens are requested for the first of "
                "organization_ids, without a refresh token."),
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
                description="Private folder in which runs share access tokens, their pace and what "
                "discovery learned, or off; by default in the user's cache folder."),
    th.Property("reauth_webhook_url", th.StringType, secret=True,
                title="Re-authorization webhook",
                description="URL that is told once when the refresh token is dead: https, or "
                "plain http to a loopback address."),
)  # fmt: skip

_READING = (
    th.Property("organization_ids", th.ArrayType(th.StringType(nullable=False)), default=[],
                nullable=False, title="Organizations",
                description="IDs of the organizations to read, as a list or with commas between; "
                "empty reads all active ones."),
    th.Property("start_date", th.DateTimeType, title="Start date",
                description="Earliest change to read on a first run: a day or a time, in UTC "
                "unless it has an offset."),
    th.Property("lookback_seconds", th.IntegerType(minimum=0, maximum=10 * YEAR), nullable=False,
                default=300, title="Lookback",
                description="Seconds before its bookmark that an incremental run re-reads."),
    th.Property("page_size", th.IntegerType(minimum=1, maximum=200), nullable=False, default=200,
                title="Page size", description="Rows a page."),
    th.Property("flatten_custom_fields", th.BooleanType, nullable=False, default=True,
                title="Flatten custom fields",
                description="Discover custom fields and give them typed cf_* columns."),
    th.Property("refresh_catalog", th.BooleanType, nullable=False, default=False,
                title="Refresh the catalog",
                description="Discover custom fields and modules anew in each run; by default what "
                "discovery learned is used for a day, unless token_cache is off."),
    th.Property("full_refresh_interval", th.StringType, nullable=False, default="0",
                title="Full refresh interval",
                description="Least time between two whole reads of a stream without a time of "
                "change: seconds, or 30m, 6h, 1d; 0 reads it in each run. Custom fields and other "
                "metadata are read once a day at most; with 0, bank_transactions and time_entries "
                "are read whole once a day, and in other runs from 31 days before."),
    th.Property("emit_activate_version_messages", th.BooleanType,
                title="Emit ACTIVATE_VERSION",
                description="After a whole read in FULL_TABLE mode, let the target delete what is "
                "gone; unset does so unless rows of organizations that are not read may stand in "
                "the same tables."),
)  # fmt: skip

_REPORTS = (
    th.Property("report_start_date", th.DateType, title="Report start date",
                description="First day that report streams cover; by default that of the fiscal "
                "year before the current one."),
    th.Property("report_end_date", th.DateType, title="Report end date",
                description="Last day that report streams cover; by default today, in the "
                "organization's time zone, and its whole period."),
    th.Property("report_period", th.StringType, nullable=False, default="month",
                allowed_values=[*PERIODS], title="Report period",
                description="Length of the periods of reports, quarters and years fiscal; whole "
                "is one period. Each costs a call a stream and basis."),
    th.Property("report_basis", th.StringType, nullable=False, default=BASES[0],
                allowed_values=[*BASES, "both"], title="Report basis",
                description="Accounting basis of statements; both costs twice the calls."),
    th.Property("report_lookback_periods", th.IntegerType(minimum=0, maximum=MILLION),
                nullable=False, default=2, title="Report lookback",
                description="Closed periods that report streams read again in each run."),
    th.Property("report_aging_by", th.StringType, nullable=False, default="due_date",
                allowed_values=["due_date", "document_date"], title="Report aging",
                description="Date from which the age of an open document counts."),
    th.Property("report_verify_closed", th.BooleanType, nullable=False, default=True,
                title="Verify closed years",
                description="Compare each closed fiscal year by one call a basis, and read it "
                "again if its accounts have changed."),
)  # fmt: skip

_PACE = (
    th.Property("requests_per_minute", th.IntegerType(minimum=1, maximum=MILLION),
                nullable=False, default=100, title="Requests per minute",
                description="Calls a minute to pace to, an organization."),
    th.Property("max_concurrency", th.IntegerType(minimum=1, maximum=10), nullable=False,
                default=5, title="Concurrency",
                description="Calls in flight, an organization."),
    th.Property("max_parallel_organizations", th.IntegerType(minimum=1, maximum=32),
                nullable=False, default=4, title="Parallel organizations",
                description="Organizations read at the same time."),
    th.Property("quota_reserve", th.IntegerType(minimum=0, maximum=MILLION), nullable=False,
                default=0, title="Quota reserve",
                description="Calls of the day to leave for others, an organization."),
    th.Property("on_quota_exhausted", th.StringType, nullable=False, default="fail",
                allowed_values=["fail", "stop", "wait"], title="On quota exhausted",
                description="Once state is written: fail with exit code 75, stop with 0 and a "
                "warning, or wait for the reset."),
    th.Property("max_wait_seconds", th.IntegerType(minimum=0, maximum=YEAR), nullable=False,
                default=900, title="Longest wait",
                description="Longest single wait in seconds before giving up cleanly."),
    th.Property("request_timeout", th.NumberType(exclusive_minimum=0, maximum=HOUR),
                nullable=False, default=60, title="Request timeout",
                description="Seconds for an answer as a whole, from connecting to its last byte."),
    th.Property("user_agent", th.StringType, nullable=False, default="tap-zohobooks",
                title="User agent", description="User agent to send."),
)  # fmt: skip

SCHEMA: dict[str, Any] = th.PropertiesList(
    *_ACCESS, *_READING, *_REPORTS, *_PACE, additional_properties=False
).to_dict()
_ENCODING = th.ObjectType(
    th.Property("format", th.StringType, required=True, allowed_values=["jsonl", "parquet"]),
    th.Property("compression", th.StringType, allowed_values=["gzip", "none"]),
    additional_properties=False,
)
_STORAGE = th.ObjectType(
    th.Property("root", th.StringType, required=True),
    th.Property("prefix", th.StringType),
    th.Property("params", th.ObjectType(additional_properties=True), type="object"),  # not null
    additional_properties=False,
)
# In place of the SDK's own schema, which knows no size, no bounds, and no part that there must be.
_SDK_SETTINGS = {
    "batch_config": th.ObjectType(
        th.Property("encoding", _ENCODING, required=True),
        th.Property("storage", _STORAGE, required=True),
        th.Property("batch_size", th.IntegerType(minimum=1)), additional_properties=False,
    ).to_dict(),
    "flattening_max_depth": {"type": "integer", "minimum": 0},
    "flattening_max_key_length": {"type": "integer", "minimum": 1},
}  # fmt: skip
SECRETS = frozenset(name for name, value in SCHEMA["properties"].items() if value.get("secret"))

_Validator = extend_validator_with_defaults(DEFAULT_JSONSCHEMA_VALIDATOR)


def normalize(config: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, TapError]:
    """Convert settings to their types, in place; remove blank and wrong ones, and return errors."""
    wrong: dict[str, TapError] = {}
    for name, value in list(config.items()):
        try:
            config[name] = convert(name, value, schema["properties"].get(name, {}))
        except ValueError as error:
            wrong[name] = Reason.SETTING_WRONG.error(setting=shorten(name), problem=error)
        if config[name] in (None, {}) or name in wrong:
            del config[name]
    return wrong


def mask(config: Mapping[str, Any]) -> None:
    """Mask the secrets of a configuration in all output, wherever they stand in it."""
    for name, value in config.items():
        add_url_secrets(value, is_secret=name == "reauth_webhook_url")
        if name in SECRETS and name != "client_id":
            add_secret(value)


def validate(config: dict[str, Any], schema: Mapping[str, Any]) -> list[TapError]:
    """Fill defaults into `config`, and return an error for each wrong setting, without secrets.

    Blank settings are removed, and values that can mean only one thing are converted to the type of
    their setting, so `start_date` becomes an instant in UTC.
    """
    mask(config)
    wrong = normalize(config, schema)
    mask(config)
    whole = {**schema, "properties": schema["properties"] | _SDK_SETTINGS}
    found = _Validator(_remove_null_alternatives(whole)).iter_errors(config)
    others = [explain_setting_error(one) for one in found if find_missing(one) not in wrong]
    return [*wrong.values(), *others] or _check_combinations(config)


def _remove_null_alternatives(schema: object) -> object:
    """Return a valid schema: the SDK lists the word "null" among the alternatives of `oneOf`."""
    match schema:
        case dict():
            return {name: _remove_null_alternatives(value) for name, value in schema.items()}
        case [dict(), *_]:
            return [_remove_null_alternatives(one) for one in schema if one != "null"]
        case _:
            return schema


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
    for name in (*HOSTS, WEBHOOK):
        found += _check_url(name, config.get(name))
    if config.get("report_start_date", "") > config.get("report_end_date", "9999-12-31"):
        after = "it is after report_end_date"
        found.append(Reason.SETTING_WRONG.error(setting="report_start_date", problem=after))
    found += _check_home("token_cache", config.get("token_cache", ""))
    header = "it holds characters that no HTTP header can carry"
    if not all(" " <= letter <= "~" for letter in config.get("user_agent", "")):
        found.append(Reason.SETTING_WRONG.error(setting="user_agent", problem=header))
    if not is_token(config.get("access_token", "unset")):
        found.append(Reason.SETTING_WRONG.error(setting="access_token", problem=header))
    return found


def _check_url(name: str, url: str | None) -> list[TapError]:
    try:
        check_url(name, url or "https://unset", has_query=name == WEBHOOK)
    except ConfigError as error:
        return [error]
    return []


def _check_home(name: str, path: str) -> list[TapError]:
    try:
        Path(path).expanduser()
    except RuntimeError:
        problem = "there is no such home as it names"
        return [Reason.SETTING_WRONG.error(setting=name, problem=problem)]
    return []
