"""Writes the messages of a run to a store: the rows before a state with it, in one transaction."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from singer_sdk.contrib.msgspec import MsgSpecWriter, decoder, encoder
from singer_sdk.singerlib import (
    ActivateVersionMessage,
    RecordMessage,
    SchemaMessage,
    StateMessage,
)
from typing_extensions import override

from tap_zohobooks.cli.export_columns import LINES, lines_schema, lines_table, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from singer_sdk.singerlib import Message

    from tap_zohobooks.cli.export_store import Store
    from tap_zohobooks.transform.cleaner import Row

EVERY = 1.0  # seconds between two transactions, so that a state a row costs no write a row


@dataclass(slots=True)
class _Table:
    """A table, and the rows that wait for the next state."""

    keys: Sequence[str]
    rows: dict[tuple[Any, ...], Row] = field(default_factory=dict)
    lines: dict[str, Mapping[str, Any]] | None = None


class StoreWriter(MsgSpecWriter):
    """Takes the messages of a run in place of standard output."""

    def __init__(self, store: Store) -> None:
        """Write to a store."""
        super().__init__()
        self.activated: set[str] = set()
        self._state: str | None = None
        self._store = store
        self._hidden: frozenset[str] = frozenset()
        self._schemas: Mapping[str, Mapping[str, Any]] = {}
        self._tables: dict[str, _Table] = {}
        self._whole: dict[str, None] = {}
        self._written = time.monotonic()

    def prepare(self, hidden: Iterable[str], schemas: Mapping[str, Mapping[str, Any]]) -> None:
        """Get ready for a run.

        `hidden` are streams that are read only to find out what is gone; `schemas` are those of
        streams whose lines get a table, with the types of the lines.
        """
        self._hidden, self._schemas = frozenset(hidden), schemas

    @override
    def write_message(self, message: Message) -> None:
        match message:
            case RecordMessage(stream=stream, record=record):
                table = self._tables[stream]
                table.rows[tuple(record[key] for key in table.keys)] = record
            case StateMessage(value=value):
                self._state = encoder.encode(value).decode()  # as it is now: it goes on changing
                if time.monotonic() - self._written >= EVERY:
                    self.flush()
            case SchemaMessage(stream=stream, schema=schema, key_properties=keys):
                self._begin(stream, schema["properties"], list(keys or ()))
            case ActivateVersionMessage(stream=stream):
                self._whole[stream] = None

    def _begin(self, stream: str, properties: Mapping[str, Any], keys: list[str]) -> None:
        self._tables[stream] = table = _Table(keys)
        with self._store.transaction():
            self._store.note_keys(stream, keys, [])
            if stream not in self._hidden:
                self._store.add_table(
                    stream, {key: properties[key] for key in keys} | dict(properties)
                )
        if stream in self._schemas and stream not in self._hidden:
            table.lines = lines_schema(self._schemas[stream], keys)
        if table.lines is not None:
            with self._store.transaction():
                self._begin_lines(stream, table, table.lines)

    def _begin_lines(self, stream: str, table: _Table, lines: Mapping[str, Any]) -> None:
        """Create the table of lines, with those of the documents that were read before."""
        is_new = not self._store.read_columns(lines_table(stream))
        self._store.add_table(lines_table(stream), lines)
        if is_new:
            for rows in self._store.read_rows(stream, [*table.keys, LINES]):
                self._put_lines(stream, table, [
                    {**dict(zip(table.keys, identity, strict=True)),
                     LINES: decoder.decode(text) if text else None}
                    for *identity, text in rows
                ])  # fmt: skip

    def flush(self) -> None:
        """Write what waits, and the last state, in one transaction.

        Raises:
            ConfigError: The file cannot be written.
        """
        with self._store.transaction():
            for stream, table in self._tables.items():
                rows = [*table.rows.values()]
                self._store.note_keys(stream, table.keys, rows)
                if stream not in self._hidden:
                    self._store.put(stream, table.keys, rows)
                    self._put_lines(stream, table, rows)
                table.rows.clear()
            for stream in self._whole:
                self._remove_others(stream, [stream])
            self.activated |= self._whole.keys()
            self._whole.clear()
            if self._state is not None:
                self._store.write_state(self._state)
        self._written = time.monotonic()

    def _put_lines(self, stream: str, table: _Table, rows: Sequence[Row]) -> None:
        """Replace the lines of documents; a list row that stands in for its document has none."""
        if table.lines is None:
            return
        documents = [row for row in rows if isinstance(row.get(LINES), list)]
        lines = [line for row in documents for line in split_lines(row, table.keys, table.lines)]
        if documents:
            self._store.delete(lines_table(stream), table.keys, documents)
            self._store.append(lines_table(stream), lines)

    def remove_documents(self, parents: Mapping[str, str]) -> None:
        """Remove the documents whose list was read whole and does not hold them.

        `parents` are the lists by the stream of their documents. A document that this run has
        brought stays: it may have been created after its list was read.
        """
        self.flush()
        with self._store.transaction():
            for stream, parent in parents.items():
                table, listed = self._tables.get(stream), self._tables.get(parent)
                if (table and listed and parent in self.activated
                        and table.keys == listed.keys):  # fmt: skip
                    self._remove_others(stream, [stream, parent])

    def _remove_others(self, stream: str, names: Sequence[str]) -> None:
        """Remove the rows whose keys were not seen under these names, and their lines."""
        table = self._tables[stream]
        if stream in self._hidden:
            return
        self._store.delete_others(stream, table.keys, names)
        if table.lines is not None:
            self._store.delete_orphans(lines_table(stream), table.keys, stream)
