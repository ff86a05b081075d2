"""`zohobooks catalog`: print a catalog with a selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli.common import SetupTap, load_config
from tap_zohobooks.cli.terminal import print_json
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.singer.command import REFRESH_CATALOG
from tap_zohobooks.streams.per_row import PerRowStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Metadata = dict[tuple[str, ...], dict[str, Any]]

CREDENTIALS = ("client_id", "client_secret", "refresh_token", "access_token")
AUTOMATIC = "automatic"


class CatalogTap(SetupTap):
    """The tap that makes a catalog, with what can be discovered if there are credentials."""

    def build_catalog(self) -> dict[str, Any]:
        """Return the catalog.

        Raises:
            TapError: There are credentials, and discovery with them failed.
        """
        catalog = self.catalog_dict
        if self._undiscovered is not None:
            raise self._undiscovered
        return catalog

    def list_details(self) -> set[str]:
        """Return the streams that cost calls for each row."""
        return {name for name, one in self.streams.items() if isinstance(one, PerRowStream)}


def print_catalog(
    config: Sequence[str],
    names: Sequence[str],
    *,
    is_all: bool,
    without_details: bool,
    refresh_catalog: bool,
) -> None:
    """Print the catalog with these streams and fields selected, or all, or the default ones.

    Raises:
        TapError: There is no such stream or field, or discovery failed.
    """
    settings = load_config(config)
    if refresh_catalog:
        settings[REFRESH_CATALOG] = True
    has_credentials = any(settings.get(name) for name in CREDENTIALS)
    tap = CatalogTap(config=settings, validate_config=has_credentials, setup_mapper=False)
    catalog = tap.build_catalog()
    left_out = tap.list_details() if without_details else set()
    wanted = split_names(names)
    select(catalog, wanted or (dict.fromkeys(tap.streams, ()) if is_all else None), left_out)
    print_json(catalog)


def split_names(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the fields of each stream that `stream` and `stream.field` name; none means all."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        stream, _, field = name.partition(".")
        is_whole = not field or found.get(stream) == ()
        found[stream] = () if is_whole else (*found.get(stream, ()), field)
    return found


def select(
    catalog: Mapping[str, Any], wanted: Mapping[str, tuple[str, ...]] | None, left_out: set[str]
) -> None:
    """Select streams and fields in a catalog, in place; None leaves the default selection.

    Raises:
        ConfigError: The catalog has no such stream or field.
    """
    entries = {entry["tap_stream_id"]: entry for entry in catalog["streams"]}
    for name in wanted or ():
        if name not in entries:
            raise Reason.STREAM_UNKNOWN.error(stream=name)
    for name, entry in entries.items():
        metadata = {tuple(one["breadcrumb"]): one["metadata"] for one in entry["metadata"]}
        root = metadata[()]
        if wanted is not None:
            root["selected"] = name in wanted
        if name in left_out:
            root["selected"] = False
        if fields := (wanted or {}).get(name):
            _select_fields(name, metadata, fields)


def _select_fields(stream: str, metadata: Metadata, fields: Sequence[str]) -> None:
    """Select fields and what is below them; key columns stay, as they are automatic."""
    known = {path[1] for path in metadata if path}
    for field in fields:
        if field not in known:
            raise Reason.STREAM_UNKNOWN.error(stream=f"{stream}.{field}")
    for path, one in metadata.items():
        if path and one.get("inclusion") != AUTOMATIC:
            one["selected"] = path[1] in fields
