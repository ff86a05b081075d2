"""Kinds of stream of an organization: itself, its custom fields and its custom modules."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_zohobooks.errors import (
    AccessDenied,
    NotFound,
    ParameterRefused,
    Scope,
    ServiceError,
    TapError,
    UnexpectedResponse,
)
from tap_zohobooks.pagination.page import find_rows, to_row
from tap_zohobooks.resources import ENTITIES, ORGANIZATION, custom_module
from tap_zohobooks.singer.progress import show_progress
from tap_zohobooks.streams.base import ResourceStream
from tap_zohobooks.streams.details import DetailStream
from tap_zohobooks.streams.discovery import DOCUMENT_FIELDS, MODULES, Discovery, is_module
from tap_zohobooks.streams.discovery_cache import DiscoveryCache
from tap_zohobooks.streams.field_sources import EntityResponses, to_entity
from tap_zohobooks.streams.lists import IncrementalStream, UndocumentedStream
from tap_zohobooks.transform.column_names import DETAILS, add_hash, name_details

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from singer_sdk.singerlib import Catalog

    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.singer.context import SyncContext
    from tap_zohobooks.streams.partition_read import PartitionRead
    from tap_zohobooks.transform.cleaner import Row
    from tap_zohobooks.transform.custom_fields import Schema


EVERY = 10.0  # seconds between two lines of a discovery's progress


class OrganizationStream(ResourceStream):
    """The organizations that are read: rows that the tap has requested before."""

    is_complete = True
    context_keys = ()

    @property
    @override
    def partitions(self) -> list[dict[str, Any]] | None:
        return None

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        organizations = self.sync_context.get_organizations()
        reading.served = organizations.served
        if reading.served is None:
            self.block_deletes("the organizations may not be listed")
        for row in organizations.wanted:
            yield row, None


class CustomFieldStream(ResourceStream):
    """Custom fields, requested by entity; a response holds them under the entity's name."""

    is_complete = True

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        refusals: list[str] = []
        failures: list[ServiceError] = []
        known: dict[str, list[Row]] = {}
        responses = EntityResponses()
        for entity in ENTITIES.values():
            try:
                if entity not in known:
                    known |= self._request_entity(reading, entity, responses)
            except (ParameterRefused, UnexpectedResponse) as refused:
                refusals.append(refused.found)
                self.logger.info("Entity '%s' has no custom fields here: %s", entity, refused.found)
                self.block_deletes(f"entity '{entity}' was refused")
                # A parameter is refused again; another odd response may be one of its moment.
                reading.is_whole = reading.is_whole and isinstance(refused, ParameterRefused)
                continue
            except ServiceError as failure:
                if failure.scope is not Scope.STREAM:
                    raise
                failures.append(failure)
                continue
            for row in known[entity]:
                yield row, None
        for entity in [one for one in known if one not in ENTITIES.values()]:
            yield from ((row, None) for row in known[entity])
        if len(refusals) == len(ENTITIES):
            raise AccessDenied(refusals[0])
        if failures:
            raise ServiceError.of_all(failures)

    def _request_entity(
        self, reading: PartitionRead, entity: str, responses: EntityResponses
    ) -> dict[str, list[Row]]:
        """Request the custom fields of an entity, and return those of all that the response serves.

        Raises:
            TapError: They may not be read, or could not be.
        """
        name = self.resource.rows_key
        response = self._get(reading, self.resource.list_path, {"entity": entity})
        self._check_rows(reading, response, has_list=name in response.document)
        fields = response.document.get(name) or {}
        listed = fields if isinstance(fields, dict) else {entity: fields}
        found = {to_entity(one): rows for one, rows in listed.items()}
        serves_all = responses.serves_all(entity, response.document)
        wanted = {*ENTITIES.values(), *found} if serves_all else [entity]
        return {one: _describe_fields(one, found.get(one)) for one in wanted}


def _describe_fields(entity: str, found: object) -> list[Row]:
    """Return the rows of the custom fields of an entity; an empty one is no object."""
    rows = map(to_row, find_rows({entity: found}, entity))
    return [row and {**row, "entity": entity, "customfield_id": _find_id(row)} for row in rows]


def _find_id(row: Row) -> object:
    return row.get("customfield_id") or row.get("field_id")


class ModuleRecords(UndocumentedStream):
    """What streams of a custom module share, which was found at discovery."""

    def __init__(
        self,
        sync_context: SyncContext,
        name: str,
        schema: Schema,
        organizations: Sequence[str] | None = None,
    ) -> None:
        """Make the stream of a module; without `organizations` it is read of all of them.

        The title of the schema is the name of the module, if it is not that of the stream.
        """
        self.own_schema = schema
        self.owners = organizations
        self._absent: dict[str, TapError] = {}
        self._lock = threading.Lock()
        super().__init__(sync_context, custom_module(find_module(name, schema.get("title")), name))

    @property
    @override
    def partitions(self) -> list[dict[str, Any]] | None:
        if self.owners is None:
            return super().partitions
        return [{ORGANIZATION: organization} for organization in self.owners]

    @override
    def _skip(self, organization: str, denied: TapError) -> None:
        """Skip an organization; one without the module is a warning only if all are without it."""
        if not self._is_absent(organization, denied):
            super()._skip(organization, denied)
            return
        self.block_deletes(f"organization {organization} was skipped")
        self.logger.info("Organization %s has no custom module '%s'.", organization, self.name)
        with self._lock:
            self._absent[organization] = denied
            absent = dict(self._absent)
        if len(absent) == len(self.partitions or ()):
            for name, why in absent.items():
                super()._skip(name, why)

    def _is_absent(self, organization: str, denied: TapError) -> bool:
        """Tell whether an organization lacks the module: it says so, or its list of modules did."""
        listed = DiscoveryCache(self.sync_context).find_names(organization, MODULES)
        return isinstance(denied, NotFound) or (
            listed is not None and self.resource.list_path not in listed
        )


class ModuleStream(ModuleRecords):
    """The list of a custom module."""


class ModuleDetailStream(ModuleRecords, DetailStream):
    """Whole records of a custom module: one call a changed record."""


def choose_module_kind(name: str, title: str | None) -> type[ModuleRecords]:
    """Return the kind of a stream of a custom module, by its name and the title of its schema.

    The title is the name of the module; without one, the ending of the stream's name says it.
    """
    module = title or name.removesuffix(DETAILS)
    of_list = {module, add_hash(module)}
    of_documents = {f"{module}{DETAILS}", f"{add_hash(module)}{DETAILS}"}
    is_list = name in of_list or name not in of_documents | {add_hash(f"{module}{DETAILS}")}
    return ModuleStream if is_list else ModuleDetailStream


def find_module(name: str, title: str | None) -> str:
    """Return the module of a stream, by its name and the title of its schema."""
    is_list = choose_module_kind(name, title) is ModuleStream
    return title or (name if is_list else name.removesuffix(DETAILS))


def build_catalog_modules(sync_context: SyncContext, catalog: Catalog) -> Iterator[ModuleRecords]:
    """Yield the streams of the custom modules that a catalog holds."""
    for entry in catalog.streams:
        if is_module(entry.tap_stream_id) and is_module(entry.schema.title or entry.tap_stream_id):
            kind = choose_module_kind(entry.tap_stream_id, entry.schema.title)
            yield kind(sync_context, entry.tap_stream_id, entry.schema.to_dict())


def discover_custom(
    sync_context: SyncContext, streams: Iterable[ResourceStream]
) -> list[ModuleRecords]:
    """Give streams the columns of their custom fields, and return those of custom modules.

    Raises:
        TapError: No organization can be read, or it concerns the whole run.
    """
    found = Discovery(sync_context)
    found.log_start()
    with show_progress(found.describe, sync_context.logger, every=EVERY):
        columns = found.columns()
        listed = [ModuleStream(sync_context, *one) for one in found.modules()]
    names = [one.resource.list_path for one in listed]
    modules = [*listed, *(_build_details(sync_context, one, names) for one in listed)]
    found.check()
    for stream in streams:
        if isinstance(stream, IncrementalStream):
            stream.columns = columns.get(stream.listed.list_path, {})
    return modules


def _build_details(
    sync_context: SyncContext, listed: ModuleStream, names: Sequence[str]
) -> ModuleDetailStream:
    """Return the stream of the whole records of a custom module."""
    module, schema = listed.resource.list_path, listed.own_schema or {}
    whole = {**schema, "properties": {**schema["properties"], **DOCUMENT_FIELDS}, "title": module}
    name = name_details(module, listed.name, names)
    return ModuleDetailStream(sync_context, name, whole, listed.owners)
