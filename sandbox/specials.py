"""Endpoints that are neither a list nor one document of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from sandbox import render
from sandbox.catalog import endpoint
from sandbox.messages import Answer, refusal, success

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.seeding import Holdings

MOST_ITEMS: Final = 100
Answering: TypeAlias = "Callable[[Holdings, str, Mapping[str, str]], Answer]"


@dataclass(frozen=True, slots=True)
class Special:
    """An endpoint of its own kind."""

    path: str
    scope: str
    answer: Answering

    def matches(self, path: str) -> bool:
        """Whether a path is this endpoint's, or below it."""
        return path == self.path or path.startswith(f"{self.path}/")


def item_details(own: Holdings, _path: str, params: Mapping[str, str]) -> Answer:
    """Whole items by their ids; ids that are gone are left out."""
    wanted = [one for one in params.get("item_ids", "").split(",") if one]
    if not wanted or len(wanted) > MOST_ITEMS:
        return refusal(400, 2, "Invalid value passed for item_ids")
    records = own.table("items").records
    one = endpoint("items")
    found = [render.document(own.scene, one, records[key]) for key in wanted if key in records]
    return success(items=found)


SPECIALS: Final = (Special("itemdetails", "settings", item_details),)
