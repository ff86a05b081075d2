"""The list or document that a path names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sandbox.data.catalog import MODULE_PREFIX, Endpoint, get_endpoint, load_endpoints


@dataclass(frozen=True, slots=True)
class Route:
    """A list (``parent`` is the id of the row above a nested one), or one document of it.

    ``is_whole`` if the list shows the rows under all parents, ``is_newest`` if only the newest one.
    """

    endpoint: Endpoint
    parent: str = ""
    record_id: str = ""
    is_whole: bool = False
    is_newest: bool = False


@lru_cache(maxsize=1)
def _index_nested() -> dict[tuple[str, str], Endpoint]:
    return {
        (one.parent, tail): one
        for one in load_endpoints().values()
        if one.parent and "{" in one.path
        for tail in (one.path.rpartition("}/")[2], one.also)
        if tail
    }


@lru_cache(maxsize=1)
def _index_whole() -> dict[str, Endpoint]:
    return {one.whole: one for one in load_endpoints().values() if one.whole}


@lru_cache(maxsize=1)
def _index_aliases() -> dict[str, str]:
    return {one.alias: one.path for one in load_endpoints().values() if one.alias}


def find_route(path: str, modules: tuple[str, ...] = ()) -> Route | None:
    """Find the route of a path below ``/books/v3/``; None if there is none.

    ``modules`` are the API names of the organization's custom modules.
    """
    head, slash, rest = path.partition("/")
    path = f"{_index_aliases().get(head, head)}{slash}{rest}"
    if head.startswith(MODULE_PREFIX):
        return Route(get_endpoint(head), "", rest) if head in modules and "/" not in rest else None
    known, whole = load_endpoints(), _index_whole()
    if path in whole:
        return Route(whole[path], is_whole=True)
    if path in known and "{" not in path and path != "debitnotes":
        return Route(known[path])
    steps = path.split("/")
    for length in range(len(steps) - 1, 0, -1):
        owner = "/".join(steps[:length])
        if owner in known:
            return _find_below(known[owner], steps[length], "/".join(steps[length + 1 :]))
    return None


def _find_below(owner: Endpoint, record_id: str, tail: str) -> Route | None:
    """Find a document of a list, a list under that document, or a document of that list."""
    if not tail:
        return Route(owner, "", record_id) if owner.document else None
    nested = _index_nested().get((owner.path, tail))
    if nested:
        return Route(nested, record_id, is_newest=bool(nested.also) and tail != nested.also)
    tail, _, child = tail.rpartition("/")
    nested = _index_nested().get((owner.path, tail))
    return Route(nested, record_id, child) if nested and nested.document else None
