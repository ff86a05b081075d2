"""Kinds of stream: instances made from rows of the table, one partition an organization."""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import StreamSchema
from singer_sdk.schema.source import SchemaDirectory
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import (
    Denied,
    Gone,
    ParameterRefused,
    Refusal,
)
from tap_zohobooks.pagination.capabilities import Ability
from tap_zohobooks.pagination.offset_scan import Page, Scan, earlier
from tap_zohobooks.pagination.prefetch import ahead
from tap_zohobooks.pagination.reader import Item, Reader
from tap_zohobooks.pagination.rows import checked_key, page_of, rows_of, shows_rows
from tap_zohobooks.resources import INCREMENTAL, MODIFIED, ORGANIZATION, TABLE, TIMELESS, Resource
from tap_zohobooks.singer.activate_version import hidden_by
from tap_zohobooks.singer.state import check_start
from tap_zohobooks.singer.stream import SingerStream, Step
from tap_zohobooks.transform.cleaner import Cleaner, Row
from tap_zohobooks.transform.custom_fields import Flattener

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from singer_sdk.helpers.types import Context

    from tap_zohobooks.client import Answer
    from tap_zohobooks.pagination.offset_scan import Ahead, Params
    from tap_zohobooks.tap import TapZohoBooks
    from tap_zohobooks.transform.custom_fields import Schema

SCHEMAS = SchemaDirectory(importlib.resources.files("tap_zohobooks") / "schemas")


class WithCustomFields(StreamSchema[str]):
    """The schema file of a stream, or its own schema, and the columns of its custom fields."""

    @override
    def get_stream_schema(self, stream: Any, stream_class: type[Any]) -> dict[str, Any]:
        schema: Schema = stream.own_schema or super().get_stream_schema(stream, stream_class)
        return {**schema, "properties": {**schema["properties"], **stream.columns}}


@dataclass(slots=True)
class Reading:
    """One stream of one organization while it is read: what its answers have told.

    `ceiling` is the instant that no bookmark of this reading may pass.
    """

    organization: str
    start: str | None = None
    ceiling: str | None = None
    served: datetime | None = None
    has_answered: bool = False
    has_lost: bool = False
    has_shown: bool = False

    def hold(self, instant: str | None) -> None:
        """Let no bookmark pass an instant, so that the next run reads again from there."""
        if instant is not None:
            self.ceiling = min(self.ceiling or instant, instant)

    def bookmark(self, frontier: str | None) -> str | None:
        """Return how far the bookmark may move.

        While all documents are said to be gone it stays: that may not be so, and costs nothing if
        it is, as they are not listed again.
        """
        if not frontier or (self.has_lost and not self.has_answered):
            return None
        return min(frontier, self.ceiling or frontier)


class ResourceStream(SingerStream):
    """What all kinds share: reading, cleaning, and what ends a stream but not the run."""

    schema = WithCustomFields(SCHEMAS)
    own_schema: Schema | None = None
    calls_per_row: ClassVar[float] = 0.005

    def __init__(self, tap: TapZohoBooks, resource: Resource) -> None:
        """Make the stream of a row of the table."""
        super().__init__(tap, resource.name)
        self.tap = tap
        self.resource = resource
        self.listed = TABLE[resource.of] if resource.of else resource
        self.columns: dict[str, Schema] = {}
        self.tally = tap.tally
        self.timeless: set[str] = set()
        self.primary_keys = list(dict.fromkeys((ORGANIZATION, *resource.keys)))
        if self.is_incremental:
            self.replication_key = MODIFIED

    @property
    @override
    def partitions(self) -> list[dict[str, Any]] | None:
        return [{ORGANIZATION: organization} for organization in self.tap.organization_ids]

    @override
    def steps(self, context: Context | None, start: str | None) -> Iterator[Step]:
        organization = str((context or {}).get(ORGANIZATION, ""))
        reading, rows = Reading(organization, start), 0
        try:
            for row, frontier in self._read(reading):
                record = None if row is None else self._record(row, organization)
                rows += record is not None
                yield record, reading.bookmark(frontier), reading.served
        except (Denied, Gone) as denied:
            self.tap.skip(self, organization, denied)
            self.doubt(f"organization {organization} was skipped")
        finally:
            self.tally.add(self.tally.rows, self.name, rows)
        if reading.has_lost and not rows:
            self.doubt(f"all that organization {organization} lists is said to be gone")
            self.logger.warning(
                "Stream '%s': all that organization %s lists is said not to exist. Report this "
                "line: the path may be spelt otherwise.",
                self.name,
                organization,
            )

    def _read(self, reading: Reading) -> Iterator[Item]:
        raise NotImplementedError

    @override
    def start(self, context: Context | None) -> str | None:
        state = self.get_context_state(context)  # it tells whose rows the tables hold, too
        if self.replication_method != REPLICATION_INCREMENTAL:
            return None
        bookmark = state.get("replication_key_value")
        if bookmark:
            return earlier(bookmark, max(1, self.tap.lookback_seconds))
        first: str | None = self.config.get("start_date")
        return first

    @override
    def _advance(self, context: Context | None, bookmark: str | None) -> None:
        """Note beside the bookmark where rows do not say when they changed: it counts for none."""
        if (context or {}).get(ORGANIZATION) in self.timeless:
            state = self.get_context_state(context)
            if not state.get(TIMELESS):
                state.update({TIMELESS: True})
                self.state_manager.is_flushed = False
        super()._advance(context, bookmark)

    def _record(self, row: Row, organization: str) -> Row:
        record = self._cleaner(self._flattener(row))
        if organization:
            record[ORGANIZATION] = organization
        return record

    @cached_property
    def _flattener(self) -> Flattener:
        return Flattener(self.effective_schema["properties"])

    @cached_property
    def _cleaner(self) -> Cleaner:
        return Cleaner(
            self.effective_schema["properties"],
            is_selected=lambda name: self.mask.get(("properties", name), True),
            report=self._report,
            flattens=bool(self.config.get("flattening_enabled")),
        )

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

    def _check_rows(self, reading: Reading, document: dict[str, Any], rows_key: str) -> None:
        """See that an answer tells what there is, before nothing is taken for all.

        Raises:
            ServiceError: It does not, where answers before it did: the rest would be lost.
        """
        if shows_rows(document, rows_key):
            reading.has_shown = True
        elif reading.has_shown:
            raise Reason.NO_ROWS.error(keys=sorted(document), wanted=rows_key)
        else:
            self.doubt(f"an answer for organization {reading.organization} held no list")
            self.logger.warning(
                "Stream '%s': the answer for organization %s says that all is well and holds no "
                "'%s'; it is taken for an empty list.", self.name, reading.organization, rows_key,
            )  # fmt: skip

    def _get(self, reading: Reading, path: str, params: Params) -> Answer:
        self.tally.add(self.tally.calls, self.name)
        answer = self.tap.client.get(path, params, reading.organization)
        reading.served = answer.served
        return answer


class ListStream(ResourceStream):
    """A list endpoint, read whole or by what changed."""

    shows_all = True

    @override
    def _read(self, reading: Reading) -> Iterator[Item]:
        by_time = self.listed in INCREMENTAL  # a row that changes then moves to where all are read
        if by_time or self.replication_method == REPLICATION_INCREMENTAL:
            reader = self._reader(reading)
            yield from reader.read(reading.start)
            is_sure = reader.is_sure
        else:
            scan = Scan(
                lambda params: self._page(reading, params),
                self._key,
                self.tap.page_size,
                ahead=self._ahead(reading),
            )
            for rows, _ in scan.pages():
                for row in rows:
                    yield row, None
            is_sure = not scan.moved
        if not is_sure:
            self.doubt(f"the list of organization {reading.organization} moved while it was read")

    def _reader(self, reading: Reading) -> Reader:
        ability = self.tap.abilities.setdefault(
            (reading.organization, self.listed.name),
            Ability(self.listed.filters, self.listed.sorts),
        )
        kept = self.get_context_state({ORGANIZATION: reading.organization})
        return Reader(
            lambda params: self._page(reading, params),
            self._key,
            self.tap.page_size,
            ability,
            lambda text: self.logger.info("Stream '%s': %s", self.name, text),
            ahead=self._ahead(reading),
            note_timeless=lambda: self.timeless.add(reading.organization),
            timeless=bool(kept.get(TIMELESS)),
        )

    def _ahead(self, reading: Reading) -> Ahead:
        return partial(ahead, spare=lambda: self.tap.client.spare(reading.organization))

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        return tuple(self.listed.keys)

    def _key(self, row: Row) -> str:
        return checked_key(self.name, row, self._columns)

    def _page(self, reading: Reading, params: Params) -> Page:
        listed = self.listed
        answer = self._get(reading, listed.list_path, {**listed.query, **params})
        if reading.ceiling is None:
            check_start(self.name, reading.organization, reading.start, answer.served.isoformat())
            reading.ceiling = earlier(answer.served.isoformat(), self.tap.lookback_seconds)
        if hidden := hidden_by(answer.document, listed.query):
            self.doubt(f"the service shows no more than {hidden}")
        self._check_rows(reading, answer.document, listed.rows_key)
        return page_of(answer, listed.rows_key)


class IncrementalStream(ListStream):
    """A list whose rows tell when they last changed."""

    is_incremental = True


class FilteredStream(ListStream):
    """A list that shows all its rows only if asked to, in words that no official file has."""

    @override
    def _get(self, reading: Reading, path: str, params: Params) -> Answer:
        try:
            return super()._get(reading, path, params)
        except ParameterRefused as refused:
            if "filter_by" not in params:
                raise
            found = f"the service does not show inactive rows ({refused.found})"
            self.logger.warning("Stream '%s': %s.", self.name, found)
            self.doubt(found)
        bare = {name: value for name, value in params.items() if name != "filter_by"}
        return super()._get(reading, path, bare)


class UndocumentedStream(ListStream):
    """A list that no official file knows: any refusal means that it is not to be had here."""

    @override
    def _read(self, reading: Reading) -> Iterator[Item]:
        try:
            yield from super()._read(reading)
        except (ParameterRefused, Refusal) as refused:
            raise Denied(refused.found) from refused


class SingleStream(ResourceStream):
    """An endpoint whose one answer holds everything."""

    shows_all = True

    @override
    def _read(self, reading: Reading) -> Iterator[Item]:
        path = self.resource.list_path.format(organization_id=reading.organization)
        answer = self._get(reading, path, self.resource.query)
        self._check_rows(reading, answer.document, self.resource.rows_key)
        for row in rows_of(answer.document, self.resource.rows_key):
            yield row, None
