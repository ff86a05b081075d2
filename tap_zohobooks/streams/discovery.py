"""The custom fields and custom modules of each organization."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tap_zohobooks.errors import (
    AccessDenied,
    NotFound,
    ParameterRefused,
    Scope,
    TapError,
    UnexpectedResponse,
)
from tap_zohobooks.resources import ENTITIES, ORGANIZATION, TABLE, Resource, custom_module
from tap_zohobooks.transform.cleaner import ADDITIONAL
from tap_zohobooks.transform.column_names import name_stream
from tap_zohobooks.transform.custom_fields import (
    Field,
    Schema,
    infer_fields,
    merge_columns,
    parse_metadata,
)

if TYPE_CHECKING:
    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.singer.context import SyncContext
    from tap_zohobooks.transform.cleaner import Row

Get = Callable[[str, dict[str, str | int]], "Response"]
Way = Callable[[Get, str, Resource], list[Field]]

MODULES = "settings/modules"
FIRST_PAGE = 200

_REFUSALS = (AccessDenied, NotFound, ParameterRefused)  # a stream that meets them says so itself
MODULE = "cm_"
_MODULE = re.compile(rf"{MODULE}\w+", re.ASCII)
_TEXT: Schema = {"type": ["null", "string"]}
_INSTANT: Schema = {**_TEXT, "format": "date-time"}

# What Zoho's OpenAPI file shows of a record of any custom module.
MODULE_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        ORGANIZATION: _TEXT,
        "module_record_id": _TEXT,
        "module_api_name": _TEXT,
        "record_name": _TEXT,
        "record_name_formatted": _TEXT,
        "created_by_id": _TEXT,
        "created_time": _INSTANT,
        "created_time_formatted": _TEXT,
        "last_modified_by_id": _TEXT,
        "last_modified_time": _INSTANT,
        "last_modified_time_formatted": _TEXT,
        ADDITIONAL: {"type": ["null", "object"], "additionalProperties": True},
    },
}


def is_module(name: str) -> bool:
    """Check whether a name is that of a custom module, which may be part of a path."""
    return _MODULE.fullmatch(name) is not None


def _rows(found: object) -> list[Row]:
    """Return the objects of a list; of an object of lists, those of all."""
    if isinstance(found, dict):
        return [row for rows in found.values() for row in _rows(rows)]
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _by_custom_fields(get: Get, entity: str, _: Resource) -> list[Field]:
    document = get("settings/customfields", {"entity": entity}).document
    return parse_metadata(_rows(document.get("customfields") or document.get("custom_fields")))


def _by_fields(get: Get, entity: str, _: Resource) -> list[Field]:
    return parse_metadata(_rows(get("settings/fields", {"entity": entity}).document.get("fields")))


def _by_first_page(get: Get, _: str, listed: Resource) -> list[Field]:
    response = get(listed.list_path, {**listed.query, "page": 1, "per_page": FIRST_PAGE})
    rows = response.document.get(listed.rows_key)
    return infer_fields(
        _rows(rows if rows is not None else response.document.get(listed.list_path))
    )


# In the order in which they are tried; the first that succeeds counts.
WAYS: dict[str, Way] = {
    "settings/customfields": _by_custom_fields,
    "settings/fields": _by_fields,
    "the first page": _by_first_page,
}


class Discovery:
    """Requests each entity once an organization; a way that fails is not tried again there.

    What cannot be discovered is logged; its fields are then kept in `additional_fields`.
    """

    def __init__(self, sync_context: SyncContext) -> None:
        """Prepare; fields are requested only if they become columns."""
        self._client = sync_context.get_client()
        self._organizations = sync_context.get_organizations().ids
        self._logger = sync_context.logger
        self._flattens = sync_context.config["flatten_custom_fields"]
        self._known_ways: dict[tuple[str, str], bool] = {}
        self._closed: dict[str, TapError] = {}

    def check(self) -> None:
        """Check that an organization could be read.

        Raises:
            TapError: None could, for a reason that concerns all of an organization.
        """
        if self._closed and len(self._closed) == len(self._organizations):
            raise [*self._closed.values()][-1]

    def columns(self) -> dict[str, dict[str, Schema]]:
        """Return the columns of custom fields by the path of the list whose rows have them."""
        listed = {one.list_path: one for one in TABLE.values() if not one.of and not one.query}
        return {
            path: self._union(entity, self._fields(entity, listed[path], self._organizations))
            for path, entity in ENTITIES.items()
        }

    def modules(self) -> Iterator[tuple[str, Schema, Sequence[str]]]:
        """Yield the custom modules: stream, schema, and the organizations that have it.

        The title of the schema is the name of the module.
        """
        owners: dict[str, list[str]] = defaultdict(list)
        for organization in self._organizations:
            for name in self._names(organization):
                owners[name].append(organization)
        for name, organizations in sorted(owners.items()):
            stream = name_stream(name, owners)
            if stream != name:
                self._logger.info(
                    "Custom module '%s' is stream '%s', a name that loaders take.", name, stream
                )
            yield stream, self._module_schema(name, organizations), organizations

    def _module_schema(self, name: str, organizations: Sequence[str]) -> Schema:
        columns = self._union(name, self._fields(name, custom_module(name), organizations))
        properties = {**MODULE_SCHEMA["properties"], **columns}
        return {**MODULE_SCHEMA, "title": name, "properties": properties}

    def _names(self, organization: str) -> list[str]:
        if organization in self._closed:
            return []
        try:
            document = self._client.get(MODULES, {}, organization).document
        except TapError as error:
            self._note(organization, "which custom modules there are", error, _REFUSALS)
            return []
        rows = _rows(document.get("custom_modules") or document.get("modules"))
        found = (row.get("api_name") or row.get("module_api_name") for row in rows)
        names = [*dict.fromkeys(str(name) for name in found if name)]
        for name in names:
            if name.startswith(MODULE) and not is_module(name):
                self._logger.warning("Custom module %r of organization %s is not read: its name "
                                     "cannot be part of a path.", name, organization)  # fmt: skip
        return [name for name in names if is_module(name)]

    def _union(self, entity: str, fields: Iterable[Field]) -> dict[str, Schema]:
        found = list(fields)
        for name, column in sorted({(one.name, one.column) for one in found}):
            if name != column:
                self._logger.info(
                    "Custom field '%s' of '%s' has the column '%s': loaders take names in small "
                    "letters, digits and underscores, of at most 63 bytes.", name, entity, column,
                )  # fmt: skip
        columns, at_odds = merge_columns(found)
        for name in at_odds:
            self._logger.warning(
                "Custom field '%s' of '%s' has not the same type in all organizations; its column "
                "is text.",
                name,
                entity,
            )
        return columns

    def _fields(
        self, entity: str, listed: Resource, organizations: Sequence[str]
    ) -> Iterable[Field]:
        for organization in organizations if self._flattens else ():
            if organization not in self._closed:
                yield from self._fields_of(organization, entity, listed)

    def _fields_of(self, organization: str, entity: str, listed: Resource) -> list[Field]:
        def get(path: str, params: dict[str, str | int]) -> Response:
            return self._client.get(path, params, organization)

        for name, way in WAYS.items():
            is_list = way is _by_first_page
            if self._known_ways.get((organization, name)) is False and not is_list:
                continue
            try:
                fields = way(get, entity, listed)
            except TapError as error:
                what = f"the custom fields of '{entity}' by {name}"
                self._note(organization, what, error,
                           _REFUSALS if is_list else (*_REFUSALS, UnexpectedResponse))  # fmt: skip
                if organization in self._closed:
                    return []
                self._known_ways.setdefault((organization, name), False)
            else:
                self._known_ways[organization, name] = True
                return fields
        return []

    def _note(
        self, organization: str, what: str, error: TapError, refusals: tuple[type[TapError], ...]
    ) -> None:
        """Log what cannot be discovered, as information only if it is refused.

        Raises:
            TapError: It concerns the whole run.
        """
        if error.scope is Scope.RUN:
            raise error
        if error.scope is Scope.ORGANIZATION:
            self._closed[organization] = error
        level = logging.INFO if isinstance(error, refusals) else logging.WARNING
        self._logger.log(
            level, "Organization %s does not tell %s: %s", organization, what, error.found
        )
