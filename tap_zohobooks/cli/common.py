"""The tap as a person looks at it: the same settings, tokens and calls, but no run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_zohobooks import settings
from tap_zohobooks.cli.env_file import PREFIX
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.resources import ORGANIZATIONS, TABLE, Resource, custom_module, scopes
from tap_zohobooks.singer.catalog import read_catalog, read_json
from tap_zohobooks.streams.discovery import is_module
from tap_zohobooks.streams.organization import ModuleStream
from tap_zohobooks.streams.registry import STREAM_TYPES
from tap_zohobooks.tap import TapZohoBooks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tap_zohobooks.http.rate_limit import Quota
    from tap_zohobooks.streams.base import ResourceStream

ENVIRONMENT = "ENV"
PATIENCE = 90  # seconds: a minute's limit passes, and a person would rather be told of the rest

KIND_OF: dict[str, type[ResourceStream]] = {
    one.name: kind for kind, rows in STREAM_TYPES.items() for one in rows
}


class SetupTap(TapZohoBooks):
    """The tap without a run, and without long waits."""

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        problems = super()._validate_config(raise_errors=raise_errors)
        self._config["max_wait_seconds"] = min(self._config["max_wait_seconds"], PATIENCE)
        return problems

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        """Leave it: to know what its bookmarks are of, a run would discover."""


def reset_of(tap: TapZohoBooks, quota: Quota) -> datetime:
    """Return when the day's calls are given anew (aware, UTC)."""
    until = timedelta(seconds=max(0.0, quota.resets_at - tap.clock()))
    return datetime.now(timezone.utc) + until


def load_config(paths: Iterable[str]) -> dict[str, Any]:
    """Return the settings that files hold, or variables and .env where no file is named.

    Raises:
        ConfigError: One of them cannot be read.
    """
    found: dict[str, Any] = {}
    for path in [*paths] or [ENVIRONMENT]:
        if path == ENVIRONMENT:
            found |= settings.read_environment(settings.SCHEMA, PREFIX)
        else:
            found |= settings.read_file(path)
    return {name: value for name, value in found.items() if value is not None and value != ""}


def build_tap(config: dict[str, Any]) -> SetupTap:
    """Return the tap with these settings; nothing is asked yet.

    Raises:
        ConfigError: A setting is missing or wrong.
    """
    return SetupTap(config=dict(config), setup_mapper=False)


@dataclass(frozen=True, slots=True)
class SelectedStream:
    """A stream that a run would read, and whether it goes on from a bookmark."""

    resource: Resource
    kind: type[ResourceStream]
    is_incremental: bool

    @property
    def name(self) -> str:
        """The name of the stream."""
        return self.resource.name

    @property
    def listed(self) -> Resource:
        """The list that is read for it."""
        return TABLE[self.resource.of] if self.resource.of else self.resource


def select_streams(catalog: Path | None, names: Sequence[str] = ()) -> list[SelectedStream]:
    """Return the streams that are named, or selected by a catalog, or selected by default.

    Raises:
        ConfigError: There is no such stream, or no such catalog.
    """
    if names:
        return [_select(name) for name in dict.fromkeys(names)]
    if catalog is None:
        return [_select(name) for name, kind in KIND_OF.items() if kind.selected_by_default]
    with catalog.open(encoding="utf-8") as file:
        read = read_catalog(read_json("catalog", file))
    return [
        _select(entry.tap_stream_id, entry.replication_method)
        for entry in (read.streams if read else [])
        if entry.metadata.resolve_selection()[()]
    ]


def _select(name: str, method: str | None = None) -> SelectedStream:
    kind = ModuleStream if is_module(name) else KIND_OF.get(name)
    if kind is None:
        raise Reason.STREAM_UNKNOWN.error(stream=name)
    resource = TABLE.get(name) or custom_module(name)
    return SelectedStream(resource, kind, kind.is_incremental and method != "FULL_TABLE")


def required_scopes(streams: Iterable[SelectedStream]) -> str:
    """Return the scopes that reading these streams, and seeing organizations, needs."""
    return scopes([ORGANIZATIONS, *(one.resource for one in streams)])
