"""State and catalog are checked before anything is asked."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tap_zohobooks.errors import ConfigError
from tap_zohobooks.singer.catalog import find_oddities, read_catalog, read_json
from tap_zohobooks.singer.state import check_state

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
    assert check_state(state) == state


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ({"invoices": "2026"}, "no 'bookmarks'"),
        ({"bookmarks": []}, "no 'bookmarks'"),
        ({"bookmarks": {"invoices": "2026"}}, "'invoices' is no object"),
        ({"bookmarks": {"invoices": {"partitions": {}}}}, "are no list"),
        ({"bookmarks": {"invoices": {"partitions": [1]}}}, "has no organization_id"),
        ({"bookmarks": {"invoices": {"partitions": [{"context": {}}]}}}, "has no organization_id"),
        ({"bookmarks": {"invoices": {"partitions": [BOOKMARK, BOOKMARK]}}}, "twice"),
        ({"bookmarks": {"invoices": {"progress_markers": "x"}}}, "progress_markers"),
    ],
)
def test_foreign_state_is_refused(state: dict[str, Any], found: str) -> None:
    """A state of another shape is refused in one line that says what is strange."""
    with pytest.raises(ConfigError, match=found) as caught:
        check_state(state)
    assert caught.value.exit_code == 78
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "5", "[" * 100_000, r'{"a": "\ud800"}'])
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
        read_catalog(catalog)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("place", ["metadata", "replication_method"])
def test_a_catalog_chooses_the_method(place: str) -> None:
    """The method is read where Singer has it, in the stream's metadata, and beside the schema."""
    entry: dict[str, Any] = {
        "tap_stream_id": "bills",
        "schema": {"properties": {}},
        "replication_method": "INCREMENTAL",
        "metadata": [{"breadcrumb": [], "metadata": {}}],
    }
    if place == "metadata":
        entry["metadata"][0]["metadata"]["replication-method"] = "FULL_TABLE"
    else:
        entry[place] = "FULL_TABLE"
    catalog = read_catalog({"streams": [entry]})
    assert catalog is not None
    assert catalog["bills"].replication_method == "FULL_TABLE"


def test_a_method_that_is_not_to_be_had() -> None:
    """Another method is refused in one line that names the stream."""
    entry = {"tap_stream_id": "bills", "schema": {"properties": {}}}
    with pytest.raises(ConfigError, match=r"'bills'.*'LOG_BASED'"):
        read_catalog({"streams": [{**entry, "replication_method": "LOG_BASED"}]})


def test_no_catalog() -> None:
    """No catalog is none."""
    assert read_catalog(None) is None


def test_streams_that_do_not_exist_are_named() -> None:
    """A stream of the catalog that the tap does not know is named, a known one is not."""
    streams = [{"tap_stream_id": name, "schema": {"properties": dict[str, Any]()}}
               for name in ("bills", "x")]  # fmt: skip
    catalog = read_catalog({"streams": streams})
    (line,) = find_oddities(catalog, {"bills": True})
    assert "'x'" in line


@pytest.mark.parametrize("selected", [{}, {"bills": False}])
def test_a_run_that_reads_nothing_says_so(selected: dict[str, bool]) -> None:
    """Where no stream is selected, with or without a catalog, that is said."""
    (line,) = find_oddities(None, selected)
    assert "Nothing is selected" in line
    assert list(find_oddities(None, {**selected, "invoices": True})) == []
