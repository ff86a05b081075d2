"""What the commands share: the tap without a run, its settings, and the selected streams."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_zohobooks import setting_sources, settings
from tap_zohobooks.cli.terminal import escape_text, print_message
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ConfigError
from tap_zohobooks.resources import ORGANIZATIONS, TABLE, Resource, custom_module, scopes
from tap_zohobooks.singer.catalog import (
    find_interval,
    leave_out_fields,
    read_catalog,
    read_json,
)
from tap_zohobooks.streams.discovery import is_module
from tap_zohobooks.streams.organization import choose_module_kind, find_module
from tap_zohobooks.streams.registry import STREAM_TYPES
from tap_zohobooks.tap import TapZohoBooks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tap_zohobooks.http.rate_limit import Quota
    from tap_zohobooks.streams.base import ResourceStream

MAX_WAIT = 90  # seconds: enough for the limit per minute to pass

TYPE_OF: dict[str, type[ResourceStream]] = {
    resource.name: kind for kind, resources in STREAM_TYPES.items() for resource in resources
}


class SetupTap(TapZohoBooks):
    """The tap without a run, and without waits above 90 seconds."""

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        problems = super()._validate_config(raise_errors=raise_errors)
        self._config["max_wait_seconds"] = min(self._config["max_wait_seconds"], MAX_WAIT)
        return problems

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        """Ignore the state: loading it would discover the catalog."""


def compute_reset(tap: TapZohoBooks, quota: Quota) -> datetime:
    """Return when the daily quota is reset (aware, UTC)."""
    until = timedelta(seconds=max(0.0, quota.resets_at - tap.clock()))
    return datetime.now(UTC) + until


def load_config(paths: Iterable[str]) -> dict[str, Any]:
    """Return the settings of files; `ENV`, or no path, means variables and `.env`.

    Raises:
        ConfigError: One of them cannot be read, or a setting is wrong.
    """
    config = setting_sources.load([*paths] or [setting_sources.ENVIRONMENT], settings.SCHEMA)
    convert_values(config)
    return config


def convert_values(config: dict[str, Any]) -> None:
    """Convert settings to their types, in place, and remove blank ones.

    Raises:
        ConfigError: One of them is wrong.
    """
    if problems := settings.normalize(config, settings.SCHEMA):
        raise ConfigError.of_all([*problems.values()])


def build_tap(config: dict[str, Any]) -> SetupTap:
    """Return the tap with these settings, without a request.

    Raises:
        ConfigError: A setting is missing or wrong.
    """
    return SetupTap(config=dict(config), setup_mapper=False)


def choose_organization(tap: TapZohoBooks, wanted: str | None) -> str:
    """Return the organization that a command about one reads: `wanted`, or the first of a run's.

    Raises:
        TapError: There is none, or they may not be listed.
    """
    if wanted is not None:
        return wanted
    first, *others = tap.config["organization_ids"] or tap.organization_ids
    if others:
        print_message(f"Organization {escape_text(first)} is read, the first of {len(others) + 1}; "
                      "--organization chooses another.")  # fmt: skip
    return str(first)


@dataclass(frozen=True, slots=True)
class SelectedStream:
    """A stream that a run would read; `is_incremental` if it reads on from a bookmark.

    `refresh_interval` are the seconds between two whole reads that its metadata give, or None.
    """

    resource: Resource
    kind: type[ResourceStream]
    is_incremental: bool
    refresh_interval: int | None = None

    @property
    def name(self) -> str:
        """The name of the stream."""
        return self.resource.name

    @property
    def list_resource(self) -> Resource:
        """The list that the stream reads, or whose rows it requests documents for."""
        return TABLE[self.resource.of] if self.resource.of else self.resource


def select_streams(catalog: Path | None, names: Sequence[str] = ()) -> list[SelectedStream]:
    """Return the streams with these names, or selected by a catalog, or else by default.

    Raises:
        ConfigError: There is no such stream, or no such catalog.
    """
    if names:
        return [_select(name) for name in dict.fromkeys(names)]
    if catalog is None:
        return [_select(name) for name, kind in TYPE_OF.items() if kind.selected_by_default]
    with catalog.open(encoding="utf-8") as file:
        content = read_catalog(read_json("catalog", file, leave_out_fields))
    return [
        replace(
            _select(entry.tap_stream_id, entry.replication_method, entry.schema.title),
            refresh_interval=find_interval(content, entry.tap_stream_id),
        )
        for entry in (content.streams if content else [])
        if entry.metadata.resolve_selection()[()]
    ]


def _select(name: str, method: str | None = None, module: str | None = None) -> SelectedStream:
    kind = choose_module_kind(name, module) if is_module(name) else TYPE_OF.get(name)
    if kind is None:
        raise Reason.STREAM_UNKNOWN.error(stream=name)
    resource = TABLE.get(name) or custom_module(find_module(name, module), name)
    return SelectedStream(resource, kind, kind.is_incremental and method != "FULL_TABLE")


def collect_scopes(streams: Iterable[SelectedStream]) -> str:
    """Return the scopes, joined by commas, for reading these streams and the organizations."""
    return scopes([ORGANIZATIONS, *(stream.resource for stream in streams)])
