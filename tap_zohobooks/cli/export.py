"""`zohobooks export`: run the tap into a DuckDB file, CSV or Parquet files, or a spreadsheet."""

from __future__ import annotations

import fnmatch
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from singer_sdk import metrics
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL

from tap_zohobooks.cli import terminal
from tap_zohobooks.cli.common import TYPE_OF, load_config
from tap_zohobooks.cli.export_columns import lines_table
from tap_zohobooks.cli.export_files import write_files
from tap_zohobooks.cli.export_store import Store
from tap_zohobooks.cli.export_writer import StoreWriter
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import QuotaReached, Scope, TapError
from tap_zohobooks.resources import TABLE
from tap_zohobooks.singer.activate_version import SETTING
from tap_zohobooks.streams.dated import DatedStream
from tap_zohobooks.tap import TapZohoBooks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

DUCKDB, SPREADSHEET = "duckdb", "xlsx"
SUFFIXES = {".duckdb": DUCKDB, ".db": DUCKDB, ".xlsx": SPREADSHEET, ".csv": "csv",
            ".parquet": "parquet"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where an export goes; the database that holds its rows and state is the file, or beside."""

    path: Path
    form: str

    @classmethod
    def of(cls, path: Path, form: str | None) -> Place:
        """Return the place that a path names; a folder without a suffix gets CSV files.

        Raises:
            ConfigError: The path is a folder where a file is needed, or the other way about.
        """
        form = form or SUFFIXES.get(path.suffix.lower(), "" if path.suffix else "csv")
        is_file = form in {DUCKDB, SPREADSHEET}
        problem = ""
        if not form:
            problem = f"its suffix, {path.suffix}, names no form"
        elif path.exists() and path.is_dir() == is_file:
            problem = "it is a folder" if is_file else "it is no folder"
        if problem:
            raise Reason.EXPORT_FORM_UNKNOWN.error(path=path, problem=problem)
        return cls(path, form)

    @property
    def store(self) -> Path:
        """The path of the database."""
        return self.path if self.form == DUCKDB else self.path.with_name(f"{self.path.name}.state")


def export(
    streams: Sequence[str],
    to: Path,
    form: str | None,
    config: Sequence[str],
    *,
    lines: bool,
    keep_deleted: bool,
) -> None:
    """Run the tap into a file, and print what it holds.

    Raises:
        TapError: A setting, stream or path is wrong, or not everything could be read; what was
            read is written.
    """
    place = Place.of(to, form)
    settings = load_config(config)
    store = Store(place.store)
    try:
        failure = Export(store, settings, keeps_deleted=keep_deleted, has_lines=lines).run(streams)
        if place.form != DUCKDB:
            write_files(store, place.path, place.form)
        _print_tables(store, place.path)
    finally:
        store.close()
    if failure is not None:
        raise failure


def _print_tables(store: Store, path: Path) -> None:
    table = terminal.create_table(["Table"], ["Rows"])
    for name in store.list_tables():
        table.add_row(name, f"{store.count_rows(name):,}")
    terminal.print_result(table)
    terminal.print_message(f"Written to {terminal.escape_text(path)}.")


class Export:
    """One run of the tap into a store.

    The first read of a list goes by its changes, so that the next run continues one that has
    ended early; later ones read it whole, which finds what is gone.
    """

    def __init__(
        self, store: Store, settings: dict[str, Any], *, keeps_deleted: bool, has_lines: bool
    ) -> None:
        """Prepare; nothing is requested yet."""
        self._store = store
        self._settings = {name: value for name, value in settings.items() if name != "batch_config"}
        self._settings.setdefault(SETTING, True)  # the file holds what this command has written
        # A whole read knows no start_date.
        self._keeps_deleted = keeps_deleted or "start_date" in settings
        self._has_lines = has_lines
        self._finished = store.read_finished()

    def run(self, names: Sequence[str]) -> TapError | None:
        """Read streams, by default those that are selected by default; return why not all was.

        Raises:
            TapError: Nothing could be read.
        """
        writer = StoreWriter(self._store)
        state = self._load_state()
        tap = TapZohoBooks(
            config=self._settings, state=state, message_writer=writer, setup_mapper=False
        )
        chosen = self._choose(tap, names)
        parents = self._find_parents(chosen)
        hidden = {*parents.values()} - chosen
        self._select(tap, chosen | hidden, parents)
        schemas = {name: tap.streams[name].schema["properties"] for name in chosen
                   if self._has_lines or self._store.read_columns(lines_table(name))}  # fmt: skip
        tap.setup_mapper()  # it takes the selection as it is by now
        writer.prepare(hidden, schemas)
        metrics.get_metrics_logger().setLevel(logging.WARNING)  # the SDK sets it with the tap
        failure = _sync(tap)
        writer.remove_documents(parents)
        if failure is None or is_read_to_end(failure):
            with self._store.transaction():
                self._store.add_finished(chosen)
        return failure

    def _find_parents(self, chosen: set[str]) -> dict[str, str]:
        """Return the lists that show which documents are gone, by the stream of the documents."""
        if self._keeps_deleted:
            return {}
        return {
            name: TABLE[name].of
            for name in sorted(chosen & self._finished & TABLE.keys())
            if TABLE[name].of and TYPE_OF[name].is_incremental
        }

    def _load_state(self) -> dict[str, Any]:
        """Return the state of the last run, without streams whose tables were dropped since."""
        state, tables = self._store.read_state(), {*self._store.list_tables()}
        bookmarks = {name: held for name, held in state.get("bookmarks", {}).items()
                     if name in tables}  # fmt: skip
        return {**state, "bookmarks": bookmarks} if state else {}

    def _choose(self, tap: TapZohoBooks, names: Sequence[str]) -> set[str]:
        default = {name for name, one in tap.streams.items() if one.selected_by_default}
        return match_streams(names, tap.streams) or default

    def _select(self, tap: TapZohoBooks, wanted: set[str], parents: Mapping[str, str]) -> None:
        """Select streams, whole but for documents, each of which would cost a call."""
        whole = (self._finished | {*parents.values()}) - parents.keys()
        for name, stream in tap.streams.items():
            stream.selected = name in wanted
            if getattr(stream, "is_incremental", False):
                is_whole = name in whole and not self._keeps_deleted
                stream.forced_replication_method = (
                    REPLICATION_FULL_TABLE if is_whole else REPLICATION_INCREMENTAL
                )
            if isinstance(stream, DatedStream) and not self._keeps_deleted:
                stream.own_interval = tap.sync_context.full_refresh_interval


def match_streams(patterns: Iterable[str], streams: Iterable[str]) -> set[str]:
    """Return the streams that patterns name: a name, or one with `*` for any characters.

    Raises:
        ConfigError: A pattern names no stream.
    """
    known, chosen = [*streams], set[str]()
    for pattern in patterns:
        found = fnmatch.filter(known, pattern)
        if not found:
            raise Reason.STREAM_UNKNOWN.error(stream=pattern)
        chosen.update(found)
    return chosen


def is_read_to_end(failure: TapError) -> bool:
    """Tell whether a run with this failure has read all that could be read."""
    return failure.scope is not Scope.RUN and not isinstance(failure, QuotaReached)


def _sync(tap: TapZohoBooks) -> TapError | None:
    try:
        tap.sync_all()
    except TapError as error:
        return error
    return None
