"""A catalog is checked before the SDK reads it."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest

from tap_zohobooks.errors import ConfigError
from tap_zohobooks.singer.catalog import leave_out_fields, read_catalog, read_json

ENTRY: dict[str, Any] = {
    "tap_stream_id": "taxes",
    "stream": "taxes",
    "schema": {"type": "object", "properties": {"tax_id": {"type": "string"}}},
    "key_properties": ["tax_id"],
    "metadata": [{"breadcrumb": [], "metadata": {"selected": True}}],
}


def test_a_good_one() -> None:
    """The entries of a catalog are read; `stream` and the keys may be absent."""
    few = {name: ENTRY[name] for name in ("tap_stream_id", "schema", "metadata")}
    other = {**few, "tap_stream_id": "bills"}
    read = read_catalog({"streams": [ENTRY, other]})
    assert read is not None
    assert [one.tap_stream_id for one in read.streams] == ["taxes", "bills"]
    assert read_catalog(None) is None


@pytest.mark.parametrize(
    ("root", "is_selected"),
    [
        ({"selected": True}, True),
        ({"selected-by-default": True}, True),
        ({"inclusion": "automatic", "selected": False}, True),
        ({"selected": False, "selected-by-default": True}, False),
        ({"inclusion": "unsupported", "selected": True}, False),
        ({"selected": None}, False),
        ({}, False),
    ],
    ids=repr,
)
def test_fields_of_what_is_not_selected(root: dict[str, Any], *, is_selected: bool) -> None:
    """They are left out; what says how a stream is read stays."""
    field = {"breadcrumb": ["properties", "tax_id"], "metadata": {"inclusion": "automatic"}}
    root = {**root, "replication-method": "FULL_TABLE"}
    text = json.dumps(
        {"streams": [{**ENTRY, "metadata": [{"breadcrumb": [], "metadata": root}, field]}]}
    )
    read = read_catalog(read_json("catalog", StringIO(text), leave_out_fields))
    assert read is not None
    (entry,) = read.streams
    assert entry.metadata.resolve_selection()[()] is is_selected
    assert entry.schema.to_dict() == (
        ENTRY["schema"] if is_selected else {"type": "object", "properties": {}}
    )
    assert len(entry.metadata) == 1 + is_selected
    assert (entry.replication_method, entry.key_properties) == ("FULL_TABLE", ["tax_id"])


def test_fields_without_metadata_of_a_stream() -> None:
    """They stay: the SDK decides whether such a stream is selected."""
    read = read_catalog({"streams": [leave_out_fields({**ENTRY, "metadata": []})]})
    assert read is not None
    assert read["taxes"].schema.to_dict() == ENTRY["schema"]


@pytest.mark.parametrize(
    "change",
    [
        {"schema": {"properties": {"a": 7}}},
        {"schema": None},
        {"metadata": [{"breadcrumb": [], "metadata": None}]},
        {"metadata": [7]},
    ],
    ids=repr,
)
def test_fields_of_a_wrong_entry(change: dict[str, Any]) -> None:
    """They stay, so that it is reported what is wrong."""
    entry = {**ENTRY, "metadata": [{"breadcrumb": [], "metadata": {}}], **change}
    assert leave_out_fields(entry) is entry


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"tap_stream_id": None}, "the tap_stream_id of a stream is not a name"),
        ({"tap_stream_id": 7}, "the tap_stream_id of a stream is not a name"),
        ({"tap_stream_id": "a\x00"}, "the tap_stream_id of a stream is not a name"),
        ({"tap_stream_id": "../x"}, "the tap_stream_id of a stream is not a name"),
        ({"stream": "bills"}, "the stream of 'taxes' is 'bills': both are one name"),
        ({"stream": None}, "the stream of 'taxes' is 'None'"),
        ({"schema": None}, "without a schema, 'taxes'"),
        ({"schema": {"properties": {"a": 7}}}, "without a schema, 'taxes'"),
        ({"key_properties": "tax_id"}, "the key_properties of 'taxes' are no list of names"),
        ({"key_properties": [7]}, "the key_properties of 'taxes' are no list of names"),
        ({"metadata": [7]}, "TypeError"),
    ],
)
def test_wrong_ones(change: dict[str, Any], problem: str) -> None:
    """What is wrong is named with its stream."""
    with pytest.raises(ConfigError, match=problem):
        read_catalog({"streams": [ENTRY | change]})


@pytest.mark.parametrize(
    ("text", "problem"),
    [("[]", "it holds a list"), ('{"a": NaN}', "NaN"), ("{", "is not a JSON object")],
)
def test_files(text: str, problem: str) -> None:
    """A file must hold a JSON object that can be written again."""
    with pytest.raises(ConfigError, match=problem):
        read_json("catalog", StringIO(text))
    assert read_json("catalog", StringIO('{"a": 1}')) == {"a": 1}


@pytest.mark.parametrize(
    ("streams", "problem"),
    [({}, "no list of streams"), ([7], "not a name"), ([ENTRY, ENTRY], "stream 'taxes' twice")],
)
def test_wrong_lists(streams: object, problem: str) -> None:
    """So is a list that is none, or that has a stream twice."""
    with pytest.raises(ConfigError, match=problem):
        read_catalog({"streams": streams})
