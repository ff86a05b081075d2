"""In which order the streams of an organization are read, so that a quota leaves none out for long.

Streams are read by group: those that cost few calls first, and of these those that continue from a
bookmark. If the calls of the day end before all is read, the state counts for each stream that was
not read to its end for how many runs in a row that was so (`missed_runs`). It begins at 0 for one
that had its turn: that continues where it was cut, or was the first of its group. The next run
reads first what was missed longest. Without such counts, groups and names decide.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL

from tap_zohobooks.errors import QuotaReached, Scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tap_zohobooks.singer.failures import Failure
    from tap_zohobooks.singer.stream import StreamPartition

MISSED = "missed_runs"

# Runs in a row after which a group of which nothing was read comes before all others. Documents,
# children and reports may each need more than the calls of a day: two of them are missed meanwhile.
MAX_MISSED = 3

Group = tuple[int, bool]
FIRST: Group = (0, False)


def sort_by_turn(partitions: Iterable[StreamPartition]) -> list[StreamPartition]:
    """Return the partitions of an organization in the order in which they are read."""
    groups: dict[Group, list[StreamPartition]] = defaultdict(list)
    for one in partitions:
        groups[find_group(one)].append(one)
    ranks = {group: rank_group(group, [*map(get_missed, own)]) for group, own in groups.items()}
    ordered = sorted(groups, key=lambda group: (*ranks[group], group))
    return [one for group in ordered for one in sorted(groups[group], key=_rank)]


def find_group(partition: StreamPartition) -> Group:
    """Return the calls a row, rounded down, and whether all is read from the start each time.

    What is read from a bookmark on loses nothing if the quota cuts it; a whole read begins anew.
    """
    return int(partition.stream.calls_per_row), _begins_anew(partition)


def _begins_anew(partition: StreamPartition) -> bool:
    return bool(partition.stream.replication_method != REPLICATION_INCREMENTAL)


def rank_group(group: Group, missed: Sequence[int | None]) -> tuple[int, int]:
    """Return what sorts the groups, given how many runs each partition of one was missed.

    A group that was cut may use up the calls of each day: it is read after those of which nothing
    was read. The first group continues where it was cut, so that it ends.
    """
    wait = min(runs or 0 for runs in missed)
    if wait > MAX_MISSED:
        return 0, -wait
    if group == FIRST or all(runs is None for runs in missed):
        return 1, 0
    return (2 if wait else 3), -wait


def _rank(partition: StreamPartition) -> tuple[int, float, str]:
    """Put the longest missed one first, then one that had its turn, then those that were read."""
    missed = get_missed(partition)
    stream = partition.stream
    return (1 if missed is None else -missed), stream.calls_per_row, stream.name


def get_missed(partition: StreamPartition) -> int | None:
    """Return for how many runs a partition was missed; None if it was read to its end."""
    runs = partition.stream.get_context_state(partition.context).get(MISSED)
    return runs if isinstance(runs, int) and runs >= 0 else None


def is_read_alone(partition: StreamPartition) -> bool:
    """Tell whether a partition was missed and begins anew each time: it needs all calls at once."""
    return _begins_anew(partition) and get_missed(partition) is not None


def note_turns(
    partitions: Sequence[StreamPartition],
    unread: Collection[StreamPartition],
    failures: Iterable[Failure],
) -> dict[str, list[str]]:
    """Write into the state what a run has missed as its calls ended; return it by organization.

    `partitions` are in the order of the run, `unread` those that no reader has begun. A run in
    which an organization gave no response at all changes no count: its order stays.
    """
    ended = [one for one in failures if is_quota(one)]
    cut = {(one.stream, one.organization) for one in ended}
    organizations = {one.organization for one in ended}
    answered = {one.organization for one in partitions if _is_answered(one)}
    missed: dict[str, list[str]] = defaultdict(list)
    begun: set[tuple[str, Group]] = set()
    for one in partitions:
        name = one.stream.name, one.organization
        is_missed = name in cut or (one in unread and one.organization in organizations)
        if is_missed:
            missed[one.organization].append(one.stream.name)
        turn = one.organization, find_group(one)
        if one.organization in answered:
            _note(one, is_missed=is_missed, is_first=turn not in begun)
        begun.add(turn)
    return {organization: sorted(names) for organization, names in missed.items()}


def is_quota(failure: Failure) -> bool:
    """Tell whether the organization had no more calls."""
    error = failure.error
    return isinstance(error, QuotaReached) and error.scope is Scope.ORGANIZATION


def _is_answered(partition: StreamPartition) -> bool:
    return partition.organization in partition.stream.answered


def _note(partition: StreamPartition, *, is_missed: bool, is_first: bool) -> None:
    before = get_missed(partition)
    state = partition.stream.get_context_state(partition.context)
    state.pop(MISSED, None)
    if is_missed:
        had_turn = _is_answered(partition) and (is_first or not _begins_anew(partition))
        state[MISSED] = 0 if had_turn else 1 + (before or 0)
