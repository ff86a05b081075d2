"""The order of the streams of an organization, by what a quota has left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations
from typing import Any, cast

import pytest

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.singer.failures import Failure
from tap_zohobooks.singer.stream import SingerStream, StreamPartition
from tap_zohobooks.singer.turns import (
    FIRST,
    MAX_MISSED,
    MISSED,
    get_missed,
    note_turns,
    rank_group,
    sort_by_turn,
)

ORGANIZATION = "7"
CONTEXT = {"organization_id": ORGANIZATION}
LATER = MAX_MISSED + 1
WHOLE, DOCUMENTS = (0, True), (1, False)


@dataclass(eq=False)
class Source:
    """What the order depends on: a stream's cost, method and state."""

    name: str
    calls_per_row: float = 0.005
    replication_method: str = "INCREMENTAL"
    state: dict[str, Any] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)

    def get_context_state(self, _: object) -> dict[str, Any]:
        """Return the state."""
        return self.state


def partition(
    name: str, cost: float = 0.005, *, whole: bool = False, missed: object = None
) -> StreamPartition:
    """Return a partition of a stream, of which so many runs were missed."""
    method = "FULL_TABLE" if whole else "INCREMENTAL"
    state = {} if missed is None else {MISSED: missed}
    source = Source(name, cost, method, state)
    return StreamPartition(cast("SingerStream", source), CONTEXT, None)


def names(*partitions: StreamPartition) -> str:
    """Return the names in the order in which they are read, whatever the given one is."""
    found = {" ".join(one.stream.name for one in sort_by_turn(given))
             for given in permutations(partitions)}  # fmt: skip
    (order,) = found
    return order


def test_what_costs_little_comes_first() -> None:
    """Lists by bookmark, whole lists, documents, children, reports; then the cost, and the name."""
    given = [
        partition("reports", 2.0, whole=True), partition("children", 1.0, whole=True),
        partition("documents", 1.0), partition("users", whole=True), partition("bills"),
        partition("bulk", 0.01),
    ]  # fmt: skip
    assert names(*given) == "bills bulk users documents children reports"


def test_the_longest_missed_one_comes_first() -> None:
    """In its group: then one that was cut, then those that were read, by name."""
    given = [
        partition("a"), partition("b", missed=0), partition("c", missed=1),
        partition("d", missed=2), partition("e", missed=2), partition("f"),
    ]  # fmt: skip
    assert names(*given) == "d e c b a f"


@pytest.mark.parametrize("strange", ["2", -1, 1.5, [], None])
def test_a_strange_count_is_none(strange: object) -> None:
    """A state that was edited by hand says nothing, and stops no run."""
    assert get_missed(partition("a", missed=strange)) is None
    assert names(partition("b"), partition("c", missed=strange)) == "b c"


def test_a_group_that_was_cut_comes_last() -> None:
    """Documents that used up the calls of a day leave those of the next one to what was missed."""
    given = [
        partition("bills"), partition("documents", 1.0, missed=0),
        partition("children", 1.0, whole=True, missed=1),
    ]  # fmt: skip
    assert names(*given) == "bills children documents"


def test_a_group_that_was_read_comes_before_one_that_was_missed() -> None:
    """Whole lists are read each day, however long documents and reports take turns."""
    given = [
        partition("users", whole=True), partition("documents", 1.0, missed=MAX_MISSED),
        partition("reports", 2.0, whole=True, missed=0),
    ]  # fmt: skip
    assert names(*given) == "users documents reports"


def test_a_group_is_missed_for_a_few_runs_only() -> None:
    """Then it comes before the lists, too: these may use up the calls of each day."""
    given = [partition("bills"), partition("users", whole=True, missed=LATER)]
    assert names(*given) == "users bills"
    assert names(partition("bills", missed=0), given[1]) == "users bills"


@pytest.mark.parametrize(
    ("group", "missed", "rank"),
    [
        (FIRST, [None, None], (1, 0)),
        (FIRST, [0, 1], (1, 0)),
        (FIRST, [LATER, LATER + 1], (0, -LATER)),
        (WHOLE, [None, None], (1, 0)),
        (WHOLE, [None, 1], (3, 0)),
        (WHOLE, [2, 1], (2, -1)),
        (DOCUMENTS, [0, 1], (3, 0)),
        (DOCUMENTS, [0, LATER], (3, 0)),
        (DOCUMENTS, [None, LATER], (3, 0)),
    ],
)  # fmt: skip
def test_ranks(group: tuple[int, bool], missed: list[int | None], rank: tuple[int, int]) -> None:
    """A group ranks by how it ended last, and for how many runs all of it was missed."""
    assert rank_group(group, missed) == rank


def over(*partitions: StreamPartition) -> list[Failure]:
    """Return the failures of partitions for which the quota has ended."""
    error = Reason.QUOTA_REACHED.error(organization=ORGANIZATION, left="0 of 9", when="soon")
    return [Failure(one.stream.name, one.organization, error) for one in partitions]


def test_what_was_missed_is_counted() -> None:
    """0 for one that was cut and goes on, one more for others, none for one that was read."""
    read, cut, late, waiting = given = [
        partition("read", missed=2), partition("cut", missed=2), partition("late", missed=1),
        partition("waiting"),
    ]  # fmt: skip
    read.stream.answered.add(ORGANIZATION)
    cut.stream.answered.add(ORGANIZATION)
    missed = note_turns(given, [waiting], over(cut, late))
    assert missed == {ORGANIZATION: ["cut", "late", "waiting"]}
    assert [get_missed(one) for one in given] == [None, 0, 2, 1]


def test_what_begins_anew_has_its_turn_as_the_first() -> None:
    """One that was cut behind another of its group needs more calls: it comes before that one."""
    first, second, other = given = [
        partition("a", whole=True, missed=3), partition("b", whole=True, missed=2),
        partition("c", 1.0, whole=True),
    ]  # fmt: skip
    for one in given:
        one.stream.answered.add(ORGANIZATION)
    note_turns(given, [], over(first, second, other))
    assert [get_missed(one) for one in given] == [0, 3, 0]


def test_a_run_without_a_response_changes_no_count() -> None:
    """Hourly runs after the end of the quota keep the order of the next day."""
    first, second = given = [partition("a", missed=0), partition("b", missed=3)]
    assert note_turns(given, [second], over(first)) == {ORGANIZATION: ["a", "b"]}
    assert [get_missed(one) for one in given] == [0, 3]


def test_other_failures_are_no_missed_turn() -> None:
    """A stream that fails had its turn: it does not come first in each run."""
    failed, unread = given = [partition("failed", missed=1), partition("unread", missed=1)]
    failed.stream.answered.add(ORGANIZATION)
    error = Reason.ORGANIZATION_CLOSED.error(organization=ORGANIZATION, message="it is over")
    assert note_turns(given, [unread], [Failure("failed", ORGANIZATION, error)]) == {}
    assert get_missed(failed) is None
