"""Where settings come from: files, environment variables, and `.env` in the current folder."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotenv import dotenv_values

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.json_objects import parse_object, shorten
from tap_zohobooks.setting_values import convert
from tap_zohobooks.settings import HOSTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ENVIRONMENT, PREFIX, ENV_FILE = "ENV", "TAP_ZOHOBOOKS_", Path(".env")
_plugin: ContextVar[str | None] = ContextVar("plugin", default=None)
NOT_TEXT = "it is not text in UTF-8"
SECRETS_SENT = ("client_secret", "refresh_token", "access_token")
# Meltano replaces ${NAME}; a variable without a name is never set, so its default holds: "${".
LITERAL_VARIABLE = "${:-$}{"
CLIENT = ("client_id", "client_secret")
CREDENTIALS = (*CLIENT, "refresh_token", "access_token", "grant_type")
CHINA = "cn"  # its servers belong to another company: the region is as good as a host


def load(paths: Iterable[str], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of files, the last one counting most, and over them those of `ENV`.

    Raises:
        ConfigError: One of them cannot be read, or names hosts for the secrets of another one.
    """
    config: dict[str, Any] = {}
    names = list(paths)
    for path in names:
        if path != ENVIRONMENT:
            config |= read_file(path)
    return config | read_environment(schema, config) if ENVIRONMENT in names else config


def read_environment(
    schema: Mapping[str, Any], others: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the settings in environment variables, or else in `.env`, in their setting's type.

    Only settings are read from `.env`: a proxy or a certificate that it names has no effect.
    `others` are settings that these ones replace.

    Raises:
        ConfigError: A variable does not hold a value of its setting's type, or `.env` cannot be
            read, or it names hosts and the secrets come from elsewhere.
    """
    in_file, found = read_env_file(), dict[str, Any]()
    for name, value in schema["properties"].items():
        variable = to_variable(name)
        text = os.environ.get(variable, in_file.get(variable))
        if text is not None:
            found |= _convert_variable(name, text, value)
    secrets = [name for name in SECRETS_SENT if _is_from_elsewhere(name, found, others or {})]
    check_hosts(list_env_file_hosts(), secrets)
    return found


def _is_from_elsewhere(name: str, found: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Tell whether a setting has a value, and not from `.env`."""
    return _is_exported(name) if name in found else bool(others.get(name))


def to_variable(setting: str) -> str:
    """Return the name of the variable that holds a setting."""
    plugin = get_plugin()
    return (PREFIX if plugin is None else to_prefix(plugin)) + setting.upper()


def to_prefix(plugin: str) -> str:
    """Return what the variables that Meltano reads for a plugin begin with."""
    return re.sub(r"[^A-Z0-9]", "_", plugin.upper()) + "_"


@contextmanager
def use_plugin(name: str | None) -> Iterator[None]:
    """Let the settings stand in the variables of a plugin of Meltano; None is the tap itself."""
    token = _plugin.set(name)
    try:
        yield
    finally:
        _plugin.reset(token)


def get_plugin() -> str | None:
    """Return the plugin whose variables hold the settings; None is the tap's own."""
    return _plugin.get()


def _is_exported(setting: str) -> bool:
    return to_variable(setting) in os.environ


def has_credentials() -> bool:
    """Tell whether environment variables hold a client, and what gives it access tokens."""
    names = {name for name in CREDENTIALS if os.environ.get(to_variable(name), "").strip()}
    return {*CLIENT} <= names and not names.isdisjoint({*CREDENTIALS} - {*CLIENT})


def read_env_file() -> dict[str, str | None]:
    """Return the variables of `.env`, none replaced by another one; empty if there is no file.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        found = dotenv_values(ENV_FILE, interpolate=False, encoding="utf-8-sig")
        return {name: text and text.replace(LITERAL_VARIABLE, "${") for name, text in found.items()}
    except UnicodeDecodeError as error:
        raise Reason.ENV_UNREADABLE.error(problem=NOT_TEXT) from error
    except OSError as error:
        raise Reason.ENV_UNREADABLE.error(problem=error.strerror) from error


def _convert_variable(name: str, text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    try:
        value = convert(name, text, schema)
    except ValueError as error:
        raise Reason.VARIABLE_WRONG.error(variable=to_variable(name), problem=error) from error
    return {} if value is None else {name: value}


def list_env_file_hosts() -> list[str]:
    """Return the settings of `.env`, not of the environment, that say where secrets are sent."""
    in_file = read_env_file()
    named = {name for name in HOSTS if in_file.get(to_variable(name))}
    if CHINA in (in_file.get(to_variable("region")) or "").lower():
        named.add("region")
    return sorted(name for name in named if not _is_exported(name))


def check_hosts(hosts: Sequence[str], secrets: Sequence[str]) -> None:
    """Check that no secret of another source is sent to hosts that `.env` names.

    Raises:
        ConfigError: There is one: the folder, and its `.env`, may be those of a stranger.
    """
    if hosts and secrets:
        raise Reason.HOSTS_UNTRUSTED.error(hosts=", ".join(hosts), secrets=", ".join(secrets))


def read_file(path: str) -> dict[str, Any]:
    """Return the settings in a JSON file.

    Raises:
        ConfigError: The file cannot be read, or does not hold a JSON object.
    """
    try:
        return parse_object(Path(path).read_text(encoding="utf-8"))
    except OSError as error:  # settings in place of a file may hold secrets
        name = "the text after --config" if "{" in path else shorten(path)
        raise Reason.CONFIG_UNREADABLE.error(problem=f"{name}: {error.strerror}") from error
    except ValueError as error:
        problem = "it is no path" if "\0" in path else shorten(error)
        raise Reason.CONFIG_UNREADABLE.error(problem=problem) from error
