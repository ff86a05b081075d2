"""The custom fields and custom modules of each organization."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
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
from tap_zohobooks.streams.discovery_cache import DiscoveryCache
from tap_zohobooks.streams.field_sources import (
    METADATA,
    WAYS,
    EntityResponses,
    find_objects,
    read_first_page,
)
from tap_zohobooks.transform.cleaner import ADDITIONAL
from tap_zohobooks.transform.column_names import name_stream
from tap_zohobooks.transform.custom_fields import (
    Field,
    Schema,
    merge_columns,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.singer.context import SyncContext

MODULES = "settings/modules"

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
# What it shows of one record beside that.
DOCUMENT_FIELDS: dict[str, Schema] = {
    "approvers_list": _TEXT,
    "can_approve": {"type": ["null", "boolean"]},
    "can_submit": {"type": ["null", "boolean"]},
    "comments": {"type": ["null", "array"], "items": {}},
    "custom_field_hash": {"type": ["null", "object"], "additionalProperties": True},
    "module_fields": {"type": ["null", "array"], "items": {}},
    "module_name": _TEXT,
    "module_plural_name": _TEXT,
    "shared_to": {"type": ["null", "array"], "items": {}},
    "shared_type": _TEXT,
}


def is_module(name: str) -> bool:
    """Check whether a name is that of a custom module, which may be part of a path."""
    return _MODULE.fullmatch(name) is not None


def count_discovery_calls(cache: DiscoveryCache, organization: str, *, flattens: bool) -> int:
    """Return how many calls the next discovery makes for an organization.

    Those for the fields of custom modules that it does not know yet are not among them.
    """
    modules = cache.find_names(organization, MODULES)
    entities = [*ENTITIES.values(), *(modules or ())] if flattens else []
    return (modules is None) + cache.count_missing(organization, entities)


class Discovery:
    """Requests each entity once an organization and day; a way that fails is not tried again there.

    What cannot be discovered is logged, and requested again by the next discovery; its fields are
    then kept in `additional_fields`.
    """

    def __init__(self, sync_context: SyncContext) -> None:
        """Find out which organizations there are; fields are requested if they become columns."""
        self._get_client = sync_context.get_client
        self._cache = DiscoveryCache(sync_context)
        self._organizations = self._cache.list_organizations()
        self._logger = sync_context.logger
        self._flattens = sync_context.config["flatten_custom_fields"]
        self._known_ways: dict[tuple[str, str], bool] = {}
        self._failed_ways: set[tuple[str, str]] = set()
        self._closed: dict[str, TapError] = {}
        self._answers: dict[str, Response] = {}
        self._responses: dict[str, EntityResponses] = defaultdict(EntityResponses)
        self._calls = 0
        self._total = self._count_calls()

    def describe(self) -> str:
        """Return what is done, in one line."""
        return f"Discovery: {self._calls:,} calls, of about {max(self._total, self._calls):,}."

    def log_start(self) -> None:
        """Log what discovery is going to request."""
        number = len(self._organizations)
        text = ("Discovery makes no call for custom fields: it uses what was learned within a day. "
                "--refresh-catalog discovers again.")  # fmt: skip
        if self._total:
            text = (f"Discovery requests custom fields and custom modules of {number} "
                    f"organizations: {self._total} calls, and one for each custom module. What it "
                    "learns is used for a day.")  # fmt: skip
        self._logger.info("%s", text)

    def _count_calls(self) -> int:
        """Return how many calls will be made at least, without those for custom modules."""
        return sum(
            count_discovery_calls(self._cache, one, flattens=self._flattens)
            for one in self._organizations
        )

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
        names = self._cache.find_names(organization, MODULES)
        if names is None:
            names = self._request_names(organization)
        for name in names:
            if name.startswith(MODULE) and not is_module(name):
                self._logger.warning("Custom module %r of organization %s is not read: its name "
                                     "cannot be part of a path.", name, organization)  # fmt: skip
        return [name for name in names if is_module(name)]

    def _request_names(self, organization: str) -> list[str]:
        if organization in self._closed:
            return []
        try:
            document = self._get(MODULES, {}, organization).document
        except TapError as error:
            self._note(organization, "which custom modules there are", error, _REFUSALS)
            return []
        rows = find_objects(document, "custom_modules", "modules")
        found = (row.get("api_name") or row.get("module_api_name") for row in rows or ())
        names = [*dict.fromkeys(str(name) for name in found if name)]
        if rows is not None:
            self._cache.keep_names(organization, MODULES, names)
        return names

    def _get(self, path: str, params: dict[str, str | int], organization: str) -> Response:
        self._calls += 1
        return self._get_client().get(path, params, organization)

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
            known = self._cache.find_fields(organization, entity)
            if known is not None:
                yield from known
            elif organization not in self._closed:
                yield from self._request_fields(organization, entity, listed)

    def _request_fields(self, organization: str, entity: str, listed: Resource) -> list[Field]:
        def get(path: str, params: dict[str, str | int]) -> Response:
            if path == METADATA and not is_module(entity) and organization in self._answers:
                return self._answers[organization]
            response = self._get(path, params, organization)
            if path == METADATA and self._responses[organization].serves_all(
                entity, response.document
            ):
                self._answers[organization] = response
            return response

        is_sure = True  # not where a way failed: the fields of the next one may lack some
        for name, way in WAYS.items():
            key, is_list = (organization, name), way is read_first_page
            if self._known_ways.get(key) is not False or is_list:
                try:
                    fields = way(get, entity, listed)
                except TapError as error:
                    self._note_way(key, entity, error, is_list=is_list)
                else:
                    self._known_ways[key] = True
                    if fields is not None and is_sure:
                        self._cache.keep_fields(organization, entity, fields)
                    return fields or []
            if organization in self._closed:
                break
            is_sure = is_sure and key not in self._failed_ways
        return []

    def _note_way(
        self, key: tuple[str, str], entity: str, error: TapError, *, is_list: bool
    ) -> None:
        """Log why a way brought no fields, and do not try it again; a list is always tried.

        Raises:
            TapError: It concerns the whole run.
        """
        organization, name = key
        refusals = _REFUSALS if is_list else (*_REFUSALS, UnexpectedResponse)
        self._note(organization, f"the custom fields of '{entity}' by {name}", error, refusals)
        self._known_ways.setdefault(key, False)
        if not isinstance(error, refusals):
            self._failed_ways.add(key)

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
