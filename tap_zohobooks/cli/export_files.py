"""The files of an export other than DuckDB's: CSV, Parquet, a spreadsheet; each whole or not."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli.export_store import import_extra, quote_name
from tap_zohobooks.cli.terminal import print_message
from tap_zohobooks.error_catalog import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tap_zohobooks.cli.export_store import Store

MAX_ROWS = 1_048_575  # of a sheet, below its head
MAX_CELL = 32_767  # characters
MAX_NAME = 31  # characters of a sheet's name
MAX_DIGITS = 15  # that a number of a spreadsheet holds exactly
FIRST_YEAR = 1901  # spreadsheets do not agree on earlier days
FORMATS = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm:ss"}
COPIES = {"csv": "FORMAT csv, HEADER", "parquet": "FORMAT parquet, COMPRESSION zstd"}


@contextmanager
def _replace(path: Path) -> Iterator[Path]:
    """Give a path to write to; the file takes its place once it is whole."""
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_files(store: Store, path: Path, form: str) -> None:
    """Write all tables of a store to files of a form, in place of those of before.

    Raises:
        ConfigError: They cannot be written, or a table is longer than a sheet.
    """
    try:
        if form == "xlsx":
            with _replace(path) as part:
                _write_workbook(store, part)
            return
        path.mkdir(parents=True, exist_ok=True)
        for table in store.list_tables():
            with _replace(path / f"{table}.{form}") as part:
                _copy(store, table, part, COPIES[form])
    except (OSError, store.error) as error:
        raise Reason.EXPORT_FILE_UNUSABLE.error(file=path, problem=error) from error


def _copy(store: Store, table: str, part: Path, options: str) -> None:
    name = "'{}'".format(str(part).replace("'", "''"))
    store.connection.execute(
        f"COPY (SELECT * FROM {quote_name(table)} ORDER BY ALL) TO {name} ({options})"
    )


def _write_workbook(store: Store, part: Path) -> None:
    for table in store.list_tables():
        if store.count_rows(table) > MAX_ROWS:
            raise Reason.EXPORT_TOO_LONG.error(table=table, rows=f"{MAX_ROWS:,}")
    names = set[str]()
    with import_extra("xlsxwriter").Workbook(str(part), {"constant_memory": True}) as book:
        head = book.add_format({"bold": True})
        formats = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
        for table in store.list_tables():
            columns = [*store.read_columns(table)]
            sheet = Sheet(book.add_worksheet(name_sheet(table, names)), table, columns, formats)
            sheet.write_head(head)
            for rows in store.read_rows(table, columns):
                sheet.write(rows)
            sheet.report_cuts()


def name_sheet(table: str, taken: set[str]) -> str:
    """Return a name of 31 characters at most for a table's sheet, and add it to those taken."""
    name, number = table[:MAX_NAME], 1
    while name.lower() in taken:
        number += 1
        name = f"{table[: MAX_NAME - 1 - len(str(number))]}~{number}"
    taken.add(name.lower())
    return name


class Sheet:
    """A table in a workbook; what a cell cannot hold exactly as a number is text."""

    def __init__(
        self,
        sheet: Worksheet,
        table: str,
        columns: Sequence[str],
        formats: Mapping[type[date], Format],
    ) -> None:
        """Prepare an empty sheet."""
        self._sheet = sheet
        self._table = table
        self._columns = columns
        self._formats = formats
        self._rows = 0
        self._cuts = Counter[str]()

    def write_head(self, bold: Format) -> None:
        """Write the names of the columns, which stay in sight."""
        self._sheet.freeze_panes(1, 0)
        for at, name in enumerate(self._columns):
            self._sheet.write_string(0, at, name, bold)

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows below those of before."""
        for row in rows:
            self._rows += 1
            for at, value in enumerate(row):
                if value is not None:
                    self._write_cell(at, value)

    def _write_cell(self, at: int, value: object) -> None:
        match value:
            case bool():
                self._sheet.write_boolean(self._rows, at, value)
            case int() | Decimal() if is_exact(value):
                self._sheet.write_number(self._rows, at, float(value))
            case date() if value.year >= FIRST_YEAR:  # a time is one as well
                moment = value.replace(tzinfo=None) if isinstance(value, datetime) else value
                self._sheet.write_datetime(self._rows, at, moment, self._formats[type(value)])
            case Decimal():
                self._write_text(at, format(value, "f"))
            case _:
                self._write_text(at, str(value))

    def _write_text(self, at: int, text: str) -> None:
        if len(text) > MAX_CELL:
            self._cuts[self._columns[at]] += 1
        self._sheet.write_string(self._rows, at, text[:MAX_CELL])

    def report_cuts(self) -> None:
        """Print which columns have cells that are cut, and how many."""
        for column, cells in self._cuts.items():
            print_message(
                f"[yellow]Cut:[/yellow] {cells} cells of '{self._table}.{column}' have more than "
                f"{MAX_CELL:,} characters, the most that a spreadsheet holds. --to a .duckdb file "
                "keeps them whole."
            )


def is_exact(number: int | Decimal) -> bool:
    """Tell whether a spreadsheet holds a number exactly: it has 15 digits at most."""
    digits = format(Decimal(number), "f").replace(".", "").strip("-0")
    return len(digits) <= MAX_DIGITS
