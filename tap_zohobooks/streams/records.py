"""Records of a stream: rows with a key, in the types of the schema."""

from __future__ import annotations

import importlib.resources
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import StreamSchema
from singer_sdk.schema.source import SchemaDirectory
from typing_extensions import override

from tap_zohobooks.pagination.page import is_key
from tap_zohobooks.resources import ORGANIZATION, Resource
from tap_zohobooks.singer.stream import SingerStream
from tap_zohobooks.transform.cleaner import Cleaner, Row
from tap_zohobooks.transform.column_names import PREFIX
from tap_zohobooks.transform.custom_fields import Flattener

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context

    from tap_zohobooks.singer.context import SyncContext
    from tap_zohobooks.transform.custom_fields import Schema

SCHEMAS = SchemaDirectory(importlib.resources.files("tap_zohobooks") / "schemas")


class WithCustomFields(StreamSchema[str]):
    """The schema file of a stream, or its own schema, and the columns of its custom fields."""

    @override
    def get_stream_schema(self, stream: Any, stream_class: type[Any]) -> dict[str, Any]:
        schema: Schema = stream.own_schema or super().get_stream_schema(stream, stream_class)
        return {**schema, "properties": {**schema["properties"], **stream.columns}}


class RecordStream(SingerStream):
    """A stream of records: rows of the service with a key, cleaned."""

    schema = WithCustomFields(SCHEMAS)
    own_schema: Schema | None = None
    context_keys: ClassVar[tuple[str, ...]] = (ORGANIZATION,)
    """The key columns that the partition gives, and not the row."""

    def __init__(self, sync_context: SyncContext, resource: Resource) -> None:
        """Make the stream of a row of the table."""
        super().__init__(sync_context, resource.name)
        self.resource = resource
        self.columns: dict[str, Schema] = {}
        self.own_keys = [one for one in resource.keys if one not in self.context_keys]
        self._last_plain: tuple[str, ...] = ()

    def compile(self) -> None:
        """Compile what converts rows, before the first of them has come."""
        _ = self._flattener, self._cleaner, self._converted_keys, self._plain_names

    def convert(self, row: Row, context: Context | None) -> Row | None:
        """Return the record of a row; None if it would have no key, or the row is empty."""
        for column in self.own_keys:
            if not is_key(row.get(column)):
                return None
        record = self.post_process(row, context) if row else None
        if record and self._converted_keys:
            return None if None in map(record.get, self._converted_keys) else record
        return record

    @cached_property
    def _converted_keys(self) -> list[str]:
        """The key columns of which not every text is a value, such as dates."""
        properties = self.effective_schema["properties"]  # a catalog may leave any of them out
        keys = {name: properties.get(name, {}) for name in self.own_keys}
        return [
            name for name, one in keys.items()
            if "format" in one or "string" not in one.get("type", ["string"])
        ]  # fmt: skip

    @override
    def post_process(self, row: Row, context: Context | None = None) -> Row:
        """Return the record of a row: custom fields as columns, typed values, its organization."""
        names = tuple(row)
        if names != self._last_plain:  # rows of a list have the same fields
            if self._plain_names.issuperset(names):
                self._last_plain = names
            else:
                row = self._flattener(row)
        record = self._cleaner(row)
        if context:
            record.update(context)
        return record

    @cached_property
    def _plain_names(self) -> frozenset[str]:
        """The fields of a row that needs no flattening; none if there are custom fields."""
        names = self.effective_schema["properties"]
        return frozenset() if any(name.startswith(PREFIX) for name in names) else frozenset(names)

    @cached_property
    def _flattener(self) -> Flattener:
        return Flattener(self.effective_schema["properties"])

    @cached_property
    def _cleaner(self) -> Cleaner:
        properties = self.effective_schema["properties"]
        return Cleaner(
            properties,
            deselected={
                name for name in properties if not self.mask.get(("properties", name), True)
            },
            report=self._report,
            flattens=bool(self.config.get("flattening_enabled")),
        )

    def _report(self, field: str, is_invalid: bool) -> None:  # noqa: FBT001
        if is_invalid:
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
