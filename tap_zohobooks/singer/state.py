"""The state that a run is given, checked before any request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.resources import ORGANIZATION
from tap_zohobooks.singer.unread import find_state_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def check_state(state: dict[str, Any]) -> dict[str, Any]:
    """Return the state if it has the shape of one.

    Raises:
        ConfigError: It has another, or names no organization where it should.
    """
    found = next(_find_problems(state), None)
    if found is not None:
        raise Reason.STATE_STRANGE.error(problem=found)
    return state


def _find_problems(state: dict[str, Any]) -> Iterator[str]:
    bookmarks = state.get("bookmarks", {})
    if not isinstance(bookmarks, dict) or (
        state.keys() - {"bookmarks", "currently_syncing"} and "bookmarks" not in state
    ):
        yield "it has no 'bookmarks'"
        return
    for stream, bookmark in bookmarks.items():
        if not isinstance(bookmark, dict):
            yield f"the bookmark of '{stream}' is no object"
            return
        partitions = bookmark.get("partitions", [])
        if not isinstance(partitions, list):
            yield f"the partitions of '{stream}' are no list"
            return
        for partition in partitions:
            if not _names_organization(partition):
                yield f"a partition of '{stream}' has no organization_id"
        for partition in (bookmark, *partitions):
            if not isinstance(partition.get("progress_markers", {}), dict):
                yield f"the progress_markers of '{stream}' are no object"
            if problem := find_state_problem(stream, partition):
                yield problem
        if len({str(partition["context"]) for partition in partitions}) < len(partitions):
            yield f"'{stream}' has an organization twice"


def _names_organization(partition: object) -> bool:
    match partition:
        case {"context": {"organization_id": str()}}:
            return True
        case _:
            return False


def has_partition(state: Mapping[str, Any], stream: str, context: object) -> bool:
    """Tell whether a state has an entry of a stream of an organization: it was read before."""
    partitions = state.get("bookmarks", {}).get(stream, {}).get("partitions", [])
    return any(partition["context"] == context for partition in partitions)


def list_organizations(state: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of the organizations in a state: each has been read before."""
    return frozenset(
        str(partition["context"][ORGANIZATION])
        for bookmark in state.get("bookmarks", {}).values()
        for partition in bookmark.get("partitions", [])
    )


def check_start(stream: str, organization: str, start: str | None, now: str) -> None:
    """Check that `start` is not in the future; both are UTC texts.

    Raises:
        ConfigError: It is: what changes from now until then would be missed.
    """
    if start and start > now:
        raise Reason.START_IN_FUTURE.error(
            stream=stream, organization=organization, start=start, now=now
        )
