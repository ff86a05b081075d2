"""Which list or document a path leads to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sandbox.data.catalog import MODULE_PREFIX, Endpoint, endpoint, endpoints


@dataclass(frozen=True, slots=True)
class Route:
    """A list, under a parent where it is nested; or one document of it."""

    endpoint: Endpoint
    parent: str = ""
    record_id: str = ""


@lru_cache(maxsize=1)
def _nested() -> dict[tuple[str, str], Endpoint]:
    return {
        (one.parent, one.path.rpartition("}/")[2]): one
        for one in endpoints().values()
        if one.parent and "{" in one.path
    }


@lru_cache(maxsize=1)
def _aliases() -> dict[str, str]:
    return {one.alias: one.path for one in endpoints().values() if one.alias}


def find(path: str, modules: tuple[str, ...] = ()) -> Route | None:
    """The route of a path below ``/books/v3/``; None where it leads nowhere."""
    head, slash, rest = path.partition("/")
    path = f"{_aliases().get(head, head)}{slash}{rest}"
    if head.startswith(MODULE_PREFIX):
        return Route(endpoint(head), "", rest) if head in modules and "/" not in rest else None
    known = endpoints()
    if path in known and "{" not in path and path != "debitnotes":
        return Route(known[path])
    steps = path.split("/")
    for length in range(len(steps) - 1, 0, -1):
        owner = "/".join(steps[:length])
        if owner in known:
            return _below(known[owner], steps[length], "/".join(steps[length + 1 :]))
    return None


def _below(owner: Endpoint, record_id: str, tail: str) -> Route | None:
    """A document of a list, a list under it, or a document of that list."""
    if not tail:
        return Route(owner, "", record_id) if owner.document else None
    nested = _nested().get((owner.path, tail))
    if nested:
        return Route(nested, record_id)
    tail, _, child = tail.rpartition("/")
    nested = _nested().get((owner.path, tail))
    return Route(nested, record_id, child) if nested and nested.document else None
