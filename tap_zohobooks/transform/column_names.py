"""Names that every loader can take: at most 63 bytes, and not alike but for their case."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_zohobooks.transform.cleaner import Row

MAX_BYTES = 63  # of a name in PostgreSQL; it cuts off the rest
HASH_LENGTH = 8
MAX_KNOWN = 10_000  # names of fields that are remembered; the next ones are looked at each time

# The ends of a custom field's names in a row: its value, and two forms of it.
PREFIX = "cf_"
DETAILS = "_details"
RAW, FORMATTED = "_unformatted", "_formatted"
ENDS = (RAW, FORMATTED, "")

_BEFORE_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLAIN = re.compile(r"[a-z0-9_]+")


@lru_cache(maxsize=4096)
def to_snake_case(name: str) -> str:
    """Return a name in snake case, as loaders write it: `isOrgActive` becomes `is_org_active`."""
    return _BEFORE_WORD.sub("_", name).lower()


@lru_cache(maxsize=4096)
def to_column(name: str) -> str:
    """Return the name of a column: in snake case, and short enough.

    A name of more than 63 bytes, or with characters that loaders drop, ends in a hash of the whole
    name: it depends on nothing else, so it stays the same.
    """
    snake = to_snake_case(name)
    if len(snake) <= MAX_BYTES and _PLAIN.fullmatch(snake):  # in ASCII, a letter is a byte
        return snake
    return add_hash(snake)


def add_hash(name: str) -> str:
    """Return a name in snake case and short enough, which ends in a hash of the whole name."""
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:HASH_LENGTH]
    plain = re.sub(r"[^a-z0-9_]+", "_", to_snake_case(name))
    return f"{plain[: MAX_BYTES - HASH_LENGTH - 1].rstrip('_')}_{digest}"


def name_stream(name: str, names: Iterable[str]) -> str:
    """Return the name of the stream of a custom module, one of `names`.

    It is the module's own, unless that is too long, or like another one but for its case.
    """
    snake = to_snake_case(name)
    is_double = any(one != name and to_snake_case(one) == snake for one in names)
    is_good = len(snake) <= MAX_BYTES and (name == snake or not is_double)
    return name if is_good else add_hash(name)


def name_details(module: str, stream: str, names: Iterable[str] = ()) -> str:
    """Return the name of the stream of the whole records of a custom module.

    `stream` is that of its list, and `names` are those of all modules, which come first.
    """
    name = f"{stream}{DETAILS}"
    is_taken = name in {name_stream(one, names) for one in names}
    return add_hash(f"{module}{DETAILS}") if is_taken or len(name) > MAX_BYTES else name


class ColumnNames:
    """Renames the fields of rows that have a column under another spelling.

    Of two fields with one column, the one that is spelt like the column counts, or else the first
    in order; if it is blank, the other one. A field that does not count stays unchanged.
    """

    def __init__(self, columns: Iterable[str]) -> None:
        """Find the names of a schema's columns."""
        self._known = set(columns)
        self._columns = {to_column(name): name for name in self._known}

    def find(self, name: str) -> str:
        """Return the column of a field; the name itself if there is none."""
        return self._columns.get(to_column(name), name)

    def __call__(self, row: Row) -> Row:
        """Return the row, or a copy of it with other names."""
        if self._known.issuperset(row):
            return row
        others = row.keys() - self._known
        moves = {move for name in others if (move := self._find_move(name))}
        if not moves:
            return row
        renamed = row.copy()
        for source, target in sorted(moves):
            _move(renamed, source, target)
        return renamed

    def _find_move(self, name: str) -> tuple[str, str] | None:
        """Return the field and its column; None if they have one name, or there is no column."""
        end = next(one for one in ENDS if name.endswith(one)) if name.startswith(PREFIX) else ""
        source = name.removesuffix(end)
        target = self.find(source)
        if target != source:
            return source, target
        if len(self._known) < MAX_KNOWN:
            self._known.add(name)
        return None


def _move(row: Row, source: str, target: str) -> None:
    """Move the values of a field, unless its column has other ones."""
    ends = [end for end in ENDS if source + end in row]
    values = {end: row.get(target + end) for end in ends}
    if all(row.get(target + end) in (None, "") for end in ENDS):
        row.update({target + end: row.pop(source + end) for end in ends})
    elif all(row[source + end] in (None, "", values[end]) for end in ends):
        for end in ends:
            del row[source + end]
