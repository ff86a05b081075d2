"""Where the custom fields of an entity can be read: two lists of fields, or the rows themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_zohobooks.resources import ENTITIES
from tap_zohobooks.transform.custom_fields import Field, infer_fields, parse_metadata

if TYPE_CHECKING:
    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.resources import Resource
    from tap_zohobooks.transform.cleaner import Row

Get = Callable[[str, dict[str, str | int]], "Response"]
Way = Callable[[Get, str, "Resource"], list[Field] | None]  # None: the response holds no list

FIRST_PAGE = 200  # rows
METADATA = "settings/customfields"


def find_objects(document: Mapping[str, Any], *keys: str) -> list[Row] | None:
    """Return the objects under the first key that holds any; None without a list."""
    found = [rows for key in keys if (rows := _list_objects(document.get(key))) is not None]
    return next((rows for rows in found if rows), [] if found else None)


def _list_objects(found: object) -> list[Row] | None:
    """Return the objects of a list; of an object of lists, those of all."""
    if isinstance(found, dict):
        lists = [_list_objects(one) for one in found.values()]
        has_list = not lists or lists.count(None) < len(lists)
        return [row for rows in lists for row in rows or ()] if has_list else None
    if not isinstance(found, list):
        return None
    rows = [row for row in found if isinstance(row, dict)]
    return rows if rows or not found else None


def split_entities(document: Mapping[str, Any]) -> dict[str, object] | None:
    """Return the custom fields by entity if a response names several; None if those of one come.

    A response may hold those of all entities by name, whichever was requested.
    """
    found = document.get("customfields") or document.get("custom_fields")
    if not isinstance(found, dict) or len(found) == 1:
        return None
    return {to_entity(name): rows for name, rows in found.items()}


def has_all_entities(document: Mapping[str, Any]) -> bool:
    """Tell whether a response holds the custom fields of every entity, by name."""
    return set(ENTITIES.values()) <= (split_entities(document) or {}).keys()


@dataclass(slots=True)
class EntityResponses:
    """The responses for the entities of an organization so far.

    Where what is requested makes no difference, one serves all entities, those that it lacks too:
    if all of them are the same, name several entities, and lack one that was requested.
    """

    count: int = 0
    has_difference: bool = False
    lacks_requested: bool = False
    last: dict[str, object] | None = None

    def serves_all(self, entity: str, document: Mapping[str, Any]) -> bool:
        """Add the response for an entity, and tell whether it holds the fields of all others."""
        entities = split_entities(document)
        is_other = entities is None or (self.count > 0 and entities != self.last)
        self.count, self.last = self.count + 1, entities
        self.has_difference = self.has_difference or is_other
        self.lacks_requested = self.lacks_requested or entity not in (entities or {})
        is_same = self.count > 1 and self.lacks_requested and not self.has_difference
        return is_same or has_all_entities(document)


def to_entity(name: str) -> str:
    """Return an entity by the spelling that requests have: `sales_orders` is `salesorder`."""
    bare = name.replace("_", "").removesuffix("s")
    return next((one for one in ENTITIES.values() if one.replace("_", "") == bare), name)


def _by_custom_fields(get: Get, entity: str, _: Resource) -> list[Field] | None:
    document = get(METADATA, {"entity": entity}).document
    entities = split_entities(document)
    if entities is None:
        rows = find_objects(document, "customfields", "custom_fields")
    else:
        rows = _list_objects(entities.get(entity, []))
    return None if rows is None else parse_metadata(rows)


def _by_fields(get: Get, entity: str, _: Resource) -> list[Field] | None:
    rows = find_objects(get("settings/fields", {"entity": entity}).document, "fields")
    return None if rows is None else parse_metadata(rows)


def read_first_page(get: Get, _: str, listed: Resource) -> list[Field] | None:
    """Return the custom fields that the first page of a list shows; None without a list."""
    response = get(listed.list_path, {**listed.query, "page": 1, "per_page": FIRST_PAGE})
    rows = find_objects(response.document, listed.rows_key, listed.list_path)
    return None if rows is None else infer_fields(rows)


# In the order in which they are tried; the first that succeeds counts.
WAYS: dict[str, Way] = {
    METADATA: _by_custom_fields,
    "settings/fields": _by_fields,
    "the first page": read_first_page,
}
