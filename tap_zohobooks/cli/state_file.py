"""The state of a run in a file, as a run takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli.common import TYPE_OF
from tap_zohobooks.singer.catalog import read_json
from tap_zohobooks.singer.state import check_state
from tap_zohobooks.singer.state_migration import (
    assign_organization,
    bookmarks_without_organization,
    migrate_state,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tap_zohobooks.tap import TapZohoBooks


def read_state(path: Path | None, tap: TapZohoBooks) -> dict[str, Any]:
    """Return the state in a file, migrated as a run does."""
    if path is None:
        return {}
    with path.open(encoding="utf-8") as file:
        given = check_state(read_json("state", file) or {})
    streams = {
        name: kind.bookmark_key if kind.is_incremental else "" for name, kind in TYPE_OF.items()
    }
    state = migrate_state(given, streams, tap.logger)
    if found := bookmarks_without_organization(state, streams):
        assign_organization(tap.organization_ids, found)
    return state
