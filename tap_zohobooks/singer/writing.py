"""How a stream is written: schemas that every target can take, and batches that are mapped."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from singer_sdk import Stream
from singer_sdk.batch import Batcher
from singer_sdk.helpers._batch import SDKBatchMessage
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Generator

    from singer_sdk.helpers._batch import BatchConfig
    from singer_sdk.helpers.types import Context
    from singer_sdk.singerlib import SchemaMessage


def open_lists(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose lists do not say what they hold.

    Targets make of a list with typed items a column of just such items (`jsonb[]` in PostgreSQL, a
    repeated record in BigQuery), and of items without a type an error; a bare list is JSON to all.
    """
    opened = {key: value for key, value in schema.items() if key != "items"}
    if isinstance(properties := schema.get("properties"), dict):
        opened["properties"] = {name: open_lists(held) for name, held in properties.items()}
    return opened


class WrittenStream(Stream):
    """A stream as its messages show it."""

    @override
    def _generate_schema_messages(self) -> Generator[SchemaMessage, None, None]:
        for message in super()._generate_schema_messages():
            message.schema = open_lists(message.schema)
            yield message

    @override
    def _sync_batches(self, batch_config: BatchConfig, context: Context | None = None) -> None:
        """Write batches of mapped records: the SDK would write them as they were read."""
        records = iter(self._sync_records(context, write_messages=False))
        with self.get_batch_counter() as counter:
            while chunk := list(islice(records, batch_config.batch_size)):
                for message in self._mapped_batches(batch_config, chunk):
                    self._tap.write_message(message)
                    counter.increment()
                self.state_manager.is_flushed = False
                self._write_state_message()

    def _mapped_batches(
        self, batch_config: BatchConfig, chunk: list[dict[str, Any]]
    ) -> Generator[SDKBatchMessage, None, None]:
        for stream_map in self.stream_maps:
            mapped = (stream_map.transform(record) for record in chunk)
            kept = (record for record in mapped if record is not None)
            batcher = Batcher(self.tap_name, stream_map.stream_alias, batch_config)
            for manifest in batcher.get_batches(kept):
                yield SDKBatchMessage(stream_map.stream_alias, batch_config.encoding, manifest)
