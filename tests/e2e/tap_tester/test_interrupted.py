"""Interrupted sync: killed in the middle, and gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.tap_tester.runner import ORGANIZATION, TIME

if TYPE_CHECKING:
    from tests.e2e.tap_tester.runner import Sync


def test_it_was_killed_in_the_middle(full: Sync, stopped: Sync) -> None:
    """The run that was killed had finished some streams, and others it had not begun."""
    assert 10 < len(stopped.schemas) < len(full.schemas) - 10


def test_nothing_is_lost(full: Sync, stopped: Sync, resumed: Sync) -> None:
    """What came before the kill and what came after it are together all rows of all streams."""
    assert {name: stopped.keys(name) | resumed.keys(name) for name in full.schemas
            if name in stopped.schemas or name in resumed.schemas} == {
        name: full.keys(name) for name in full.schemas
    }  # fmt: skip


def test_the_bookmarks_are_those_of_a_whole_run(full: Sync, resumed: Sync) -> None:
    """After the resumed run the state is the one that an undisturbed run leaves."""
    assert resumed.bookmarks == full.bookmarks


def test_finished_streams_are_not_read_again(full: Sync, stopped: Sync, resumed: Sync) -> None:
    """Of what had been read to its last change, only the rows of that time come again."""
    finished = [place for place, mark in stopped.bookmarks.items() if mark == full.bookmarks[place]]
    assert len(finished) > 10
    for stream, organization in finished:
        again = {one[TIME] for one in resumed.records[stream]
                 if one[ORGANIZATION] == organization and one[TIME]}  # fmt: skip
        assert again == {full.bookmarks[stream, organization]}, stream
