"""Documents that were listed and not read are kept in the state, as far as it has room."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tap_zohobooks.errors import ConfigError
from tap_zohobooks.singer.state import check_state, has_partition
from tap_zohobooks.singer.state_migration import migrate_state
from tap_zohobooks.singer.unread import MAX_UNREAD, Checkpoint, UnreadDocuments

CONTEXT = {"organization_id": "1"}


def state_of(**entries: Any) -> dict[str, Any]:
    """Return a state with one partition."""
    return {"bookmarks": {"bill_details": {"partitions": [{"context": CONTEXT, **entries}]}}}


@pytest.mark.parametrize("entries", [{}, {"unread_documents": ["7", "8"]}, {"is_first_read": True}])
def test_entries_that_the_tap_writes_are_accepted(
    entries: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A state with or without unread documents is taken as it is, without a warning."""
    state = state_of(**entries)
    for key in ("last_modified_time", ""):
        streams = {"bill_details": key}
        assert migrate_state(check_state(state), streams, logging.getLogger("test")) == state
    assert not caplog.text


@pytest.mark.parametrize(
    "entries",
    [
        {"unread_documents": "7"},
        {"unread_documents": {"7": None}},
        {"unread_documents": None},
        {"unread_documents": [7]},
        {"unread_documents": ["7", " "]},
        {"unread_documents": [["7"]]},
        {"is_first_read": "yes"},
        {"is_first_read": None},
    ],
)
def test_other_entries_are_refused(entries: dict[str, Any]) -> None:
    """An entry of another shape is refused in one line that names it and its stream."""
    (name,) = entries
    with pytest.raises(ConfigError, match=rf"{name} of 'bill_details'"):
        check_state(state_of(**entries))


def test_a_partition_of_the_state() -> None:
    """A stream was read before if the state has an entry of it for the organization."""
    assert has_partition(state_of(), "bill_details", CONTEXT)
    assert not has_partition(state_of(), "bill_details", {"organization_id": "2"})
    assert not has_partition(state_of(), "bills", CONTEXT)
    assert not has_partition({}, "bills", CONTEXT)


def test_ids_are_bounded() -> None:
    """An id beyond the bound is not taken, one that is there already is."""
    unread = UnreadDocuments()
    assert all(unread.add(str(number), None) for number in range(MAX_UNREAD))
    assert not unread.add("x", {})
    assert unread.add("5", {})
    assert unread.refused == {"5": {}}
    unread.discard("7")
    assert unread.add("x", None)
    assert len(unread.checkpoint(None).unread) == MAX_UNREAD


def test_what_a_list_has_not_brought() -> None:
    """Ids of the state that were neither read nor refused in this run are taken once."""
    unread = UnreadDocuments.load({"unread_documents": ["1", "2", "3"]}, has_bookmark=True)
    unread.add("1", {"id": "1"})
    unread.discard("2")
    assert (unread.take_unlisted(), unread.take_unlisted()) == (["3"], [])
    assert (unread.take_refused(), unread.take_refused()) == ([{"id": "1"}], [])
    assert unread.checkpoint(None).unread == ("1", "3")


@pytest.mark.parametrize(
    ("state", "created", "expected"),
    [
        ({"is_first_read": True}, None, True),
        ({"is_first_read": True, "replication_key_value": "2026-02"}, "2026-01-01", True),
        ({"replication_key_value": "2026-02"}, "2026-01-01T00:00:00+0000", False),
        ({"replication_key_value": "2026-02"}, "2026-03-01T00:00:00+0000", True),
        ({"replication_key_value": "2026-02"}, None, False),
        ({"replication_key_value": "2026-02"}, 7, False),
        ({"unread_documents": ["7"], "replication_key_value": "2026-02"}, None, True),
        ({}, "2026-03-01T00:00:00+0000", False),
    ],
)
def test_a_list_row_stands_in(state: dict[str, Any], created: object, *, expected: bool) -> None:
    """It does in the first read, for what never was read, and for what is newer than that."""
    unread = UnreadDocuments.load(state, has_bookmark=True)
    assert unread.may_stand_in("7", {"created_time": created}) is expected


def test_a_checkpoint_changes_the_state_once() -> None:
    """It writes ids and the flag, takes them out again, and tells whether anything changed."""
    state: dict[str, Any] = {"context": CONTEXT}
    first = Checkpoint(None, ("7",), is_first_read=True)
    last = Checkpoint("x", (), is_first_read=False)
    assert first.update(state)
    assert state == {"context": CONTEXT, "unread_documents": ["7"], "is_first_read": True}
    assert not first.update(state)
    assert last.update(state)
    assert state == {"context": CONTEXT}


def test_a_bookmark_stays_reached() -> None:
    """A checkpoint holds the last bookmark, also where none is new."""
    unread = UnreadDocuments()
    assert unread.checkpoint("a").bookmark == unread.checkpoint(None).bookmark == "a"
