"""State and catalog are checked before anything is asked."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tap_zohobooks.errors import ConfigError
from tap_zohobooks.state import checked_catalog, checked_state, read_json

CONTEXT = {"organization_id": "1"}
BOOKMARK = {
    "context": CONTEXT,
    "replication_key": "last_modified_time",
    "replication_key_value": "2026-06-09T17:15:37+00:00",
}


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"bookmarks": {}},
        {"currently_syncing": None},
        {"bookmarks": {"invoices": {}}},
        {
            "bookmarks": {
                "invoices": {"partitions": [BOOKMARK, {"context": {"organization_id": "2"}}]}
            }
        },
    ],
)
def test_own_state_is_taken(state: dict[str, Any]) -> None:
    """A state that the tap has written is taken as it is."""
    assert checked_state(state) == state


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ({"invoices": "2026"}, "no 'bookmarks'"),
        ({"bookmarks": []}, "no 'bookmarks'"),
        ({"bookmarks": {"invoices": "2026"}}, "'invoices' is no object"),
        ({"bookmarks": {"invoices": {"replication_key_value": "2026"}}}, "names no organization"),
        ({"bookmarks": {"invoices": {"partitions": {}}}}, "are no list"),
        ({"bookmarks": {"invoices": {"partitions": [1]}}}, "has no organization_id"),
        ({"bookmarks": {"invoices": {"partitions": [{"context": {}}]}}}, "has no organization_id"),
        (
            {
                "bookmarks": {
                    "invoices": {"partitions": [BOOKMARK | {"replication_key_value": "x"}]}
                }
            },
            "no instant",
        ),
        (
            {"bookmarks": {"invoices": {"partitions": [BOOKMARK | {"replication_key_value": 5}]}}},
            "no instant",
        ),
        ({"bookmarks": {"invoices": {"partitions": [BOOKMARK, BOOKMARK]}}}, "twice"),
        ({"bookmarks": {"invoices": {"progress_markers": "x"}}}, "progress_markers"),
    ],
)
def test_foreign_state_is_refused(state: dict[str, Any], found: str) -> None:
    """A state of another shape is refused in one line that says what is strange."""
    with pytest.raises(ConfigError, match=found) as caught:
        checked_state(state)
    assert caught.value.exit_code == 78
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "5"])
def test_files_that_hold_no_object(text: str) -> None:
    """A file that is no JSON object is refused by what it was to be."""
    with pytest.raises(ConfigError, match="The catalog is not"):
        read_json("catalog", io.StringIO(text))


def test_files_that_do() -> None:
    """A file is read; no file is nothing."""
    assert read_json("state", io.StringIO('{"a": 1}')) == {"a": 1}
    assert read_json("state", None) is None


@pytest.mark.parametrize(
    "catalog",
    [
        {"a": 1},
        {"streams": 5},
        {"streams": [{}]},
        {"streams": [5]},
        {"streams": [{"tap_stream_id": "users"}]},
        {"streams": [{"tap_stream_id": "users", "schema": 5}]},
        {"streams": [{"tap_stream_id": "users", "schema": {}}]},
    ],
)
def test_malformed_catalogs(catalog: dict[str, Any]) -> None:
    """A catalog of another shape is refused in one line."""
    with pytest.raises(ConfigError, match="The catalog") as caught:
        checked_catalog(catalog)
    assert "\n" not in str(caught.value)


def test_no_catalog() -> None:
    """No catalog is none."""
    assert checked_catalog(None) is None
