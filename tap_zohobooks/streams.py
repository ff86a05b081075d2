"""Kinds of stream: instances made from rows of the table, one partition an organization."""

from __future__ import annotations

import importlib.resources
from datetime import timezone
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import Stream, StreamSchema
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.schema.source import SchemaDirectory
from singer_sdk.singerlib import RecordMessage
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_zohobooks.answers import checked_key, page_of, rows_of
from tap_zohobooks.errors import (
    Denied,
    Gone,
    ParameterRefused,
    QuotaReached,
    Refusal,
)
from tap_zohobooks.pagination import Page, Scan, earlier
from tap_zohobooks.reading import Ability, Item, Reader
from tap_zohobooks.records import Cleaner, Row
from tap_zohobooks.resources import ENTITIES, MODIFIED, ORGANIZATION, TABLE, Resource

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from datetime import datetime

    from singer_sdk.helpers.types import Context, Record

    from tap_zohobooks.client import Answer
    from tap_zohobooks.pagination import Params
    from tap_zohobooks.tap import TapZohoBooks

SCHEMAS = SchemaDirectory(importlib.resources.files(__package__) / "schemas")


class ResourceStream(Stream):
    """What all kinds share: cleaning, messages and the bookmark."""

    schema = StreamSchema(SCHEMAS)
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE  # our cleaner has done it
    STATE_MSG_FREQUENCY = 200
    calls_per_row: ClassVar[float] = 0.005
    is_incremental: ClassVar[bool] = False

    def __init__(self, tap: TapZohoBooks, resource: Resource) -> None:
        """Make the stream of a row of the table."""
        super().__init__(tap, name=resource.name)
        self.tap = tap
        self.resource = resource
        self.listed = TABLE[resource.of] if resource.of else resource
        self.primary_keys = list(dict.fromkeys((ORGANIZATION, *resource.keys)))
        if self.is_incremental:
            self.replication_key = MODIFIED
        self._frontier: str | None = None
        self._ceiling: str | None = None
        self._extracted: datetime | None = None
        self._cleaner: Cleaner | None = None

    @property
    @override
    def partitions(self) -> list[dict[str, Any]] | None:
        return [{ORGANIZATION: organization} for organization in self.tap.organization_ids]

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """The bookmark's bound is the service's clock, see `_advance`, not ours."""

    @override
    def compare_start_date(self, value: str, start_date_value: str) -> str:
        """`start_date` is for the first run; afterwards the bookmark alone says where to go on."""
        return value

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        organization = str((context or {}).get(ORGANIZATION, ""))
        self._frontier = self._ceiling = None
        try:
            for row, frontier in self._read(organization, self._start(context)):
                self._frontier = frontier
                if row is None:
                    self._advance(context)
                    continue
                record = self._clean(row)
                if organization:
                    record[ORGANIZATION] = organization
                yield record
        except (Denied, Gone) as denied:
            self.tap.skip(self, organization, denied)
        except QuotaReached as reached:
            self.logger.warning("%s", reached)
            self.tap.cut_short.append(reached)

    def _read(self, organization: str, start: str | None) -> Iterator[Item]:
        raise NotImplementedError

    def _start(self, context: Context | None) -> str | None:
        """Return from when on to read, as UTC text."""
        value = self.get_starting_timestamp(context) if self.replication_key else None
        if value is None:
            return None
        seconds = 0
        if self.get_context_state(context).get("replication_key_value"):
            seconds = max(1, self.tap.lookback_seconds)
        return earlier(value.astimezone(timezone.utc).isoformat(), seconds)

    def _clean(self, row: Row) -> Row:
        if self._cleaner is None:
            self._cleaner = Cleaner(
                self.effective_schema["properties"],
                is_selected=lambda name: self.mask.get(("properties", name), True),
                report=self._report,
            )
        return self._cleaner(row)

    def _report(self, field: str, is_misfit: bool) -> None:  # noqa: FBT001
        if is_misfit:
            self.logger.warning(
                "Stream '%s': a value of field '%s' does not fit its type; it is kept in "
                "additional_fields, and the field is null.",
                self.name,
                field,
            )
        else:
            self.logger.info(
                "Stream '%s': field '%s' is not in the schema; it is kept in additional_fields.",
                self.name,
                field,
            )

    @override
    def _process_record(self, *args: Any, **kwargs: Any) -> None:
        """Spare each record the SDK's look at child streams and contexts: there are none."""

    @override
    def _generate_record_messages(self, record: Record) -> Generator[RecordMessage, None, None]:
        """Write the record as it is: selection and types were seen to when it was cleaned."""
        for stream_map in self.stream_maps:
            mapped = stream_map.transform(record)
            if mapped is not None:
                yield RecordMessage(
                    stream=stream_map.stream_alias,
                    record=mapped,
                    version=self._stream_version,
                    time_extracted=self._extracted,
                )

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        self._advance(context)

    def _advance(self, context: Context | None) -> None:
        """Move the bookmark to the frontier, but not past the scan's start less the lookback."""
        if self._frontier is None or self.replication_method != REPLICATION_INCREMENTAL:
            return
        value = min(self._frontier, self._ceiling or self._frontier)
        state = self.get_context_state(context)
        if value > str(state.get("replication_key_value") or ""):
            state.update(replication_key=MODIFIED, replication_key_value=value)
            self.state_manager.is_flushed = False

    def _get(self, organization: str, path: str, params: Params) -> Answer:
        answer = self.tap.client.get(path, params, organization)
        self._extracted = answer.served
        return answer


class ListStream(ResourceStream):
    """A list endpoint, read whole or by what changed."""

    is_paged: ClassVar[bool] = True

    @override
    def _read(self, organization: str, start: str | None) -> Iterator[Item]:
        if self.replication_method == REPLICATION_INCREMENTAL:
            yield from self._reader(organization).read(start)
            return
        scan = Scan(lambda params: self._page(organization, params), self._key, self.tap.page_size)
        for rows, _ in scan.pages():
            for row in rows:
                yield row, None

    def _reader(self, organization: str) -> Reader:
        ability = self.tap.abilities.setdefault(
            (organization, self.listed.name),
            Ability(self.listed.filters, self.listed.sorts),
        )
        return Reader(
            lambda params: self._page(organization, params),
            self._key,
            self.tap.page_size,
            ability,
            lambda text: self.logger.info("Stream '%s': %s", self.name, text),
        )

    def _key(self, row: Row) -> str:
        return checked_key(self.name, row, self.listed.keys)

    def _page(self, organization: str, params: Params) -> Page:
        listed = self.listed
        answer = self._get(organization, listed.list_path, {**listed.query, **params})
        if self._ceiling is None:
            self._ceiling = earlier(answer.served.isoformat(), self.tap.lookback_seconds)
        return page_of(self.name, answer, listed.rows_key, is_paged=self.is_paged)


class IncrementalStream(ListStream):
    """A list whose rows tell when they last changed."""

    is_incremental = True


class UndocumentedStream(ListStream):
    """A list that no official file knows: any refusal means that it is not to be had here."""

    is_paged = False

    @override
    def _read(self, organization: str, start: str | None) -> Iterator[Item]:
        try:
            yield from super()._read(organization, start)
        except (ParameterRefused, Refusal) as refused:
            raise Denied(str(refused)) from refused


class SingleStream(ResourceStream):
    """An endpoint whose one answer holds everything."""

    @override
    def _read(self, organization: str, start: str | None) -> Iterator[Item]:
        path = self.resource.list_path.format(organization_id=organization)
        answer = self._get(organization, path, self.resource.query)
        for row in rows_of(answer.document, self.resource.rows_key):
            yield row, None


class CustomFieldStream(ResourceStream):
    """Custom fields, asked an entity at a time and answered under the entity's name."""

    @override
    def _read(self, organization: str, start: str | None) -> Iterator[Item]:
        for entity in ENTITIES:
            try:
                answer = self._get(organization, self.resource.list_path, {"entity": entity})
            except (ParameterRefused, Refusal) as refused:
                raise Denied(str(refused)) from refused
            fields = answer.document.get("customfields") or {}
            for row in fields.get(entity, []) if isinstance(fields, dict) else fields:
                number = row.get("customfield_id") or row.get("field_id")
                yield {**row, "entity": entity, "customfield_id": number}, None


class OrganizationStream(ResourceStream):
    """The organizations that are read: the rows that the tap has asked for anyway."""

    @property
    @override
    def partitions(self) -> list[dict[str, Any]] | None:
        return None

    @override
    def _read(self, organization: str, start: str | None) -> Iterator[Item]:
        self._extracted = self.tap.organizations.served
        for row in self.tap.organizations.wanted:
            yield row, None
