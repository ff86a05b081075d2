"""Where the custom fields of an entity can be read: two lists of fields, or the rows themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tap_zohobooks.transform.custom_fields import Field, infer_fields, parse_metadata

if TYPE_CHECKING:
    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.resources import Resource
    from tap_zohobooks.transform.cleaner import Row

Get = Callable[[str, dict[str, str | int]], "Response"]
Way = Callable[[Get, str, "Resource"], list[Field] | None]  # None: the response holds no list

FIRST_PAGE = 200  # rows


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


def _by_custom_fields(get: Get, entity: str, _: Resource) -> list[Field] | None:
    document = get("settings/customfields", {"entity": entity}).document
    rows = find_objects(document, "customfields", "custom_fields")
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
    "settings/customfields": _by_custom_fields,
    "settings/fields": _by_fields,
    "the first page": read_first_page,
}
