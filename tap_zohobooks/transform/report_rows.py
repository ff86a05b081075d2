"""Rows of reports that are lists: where they stand in a response, and what identifies them."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from tap_zohobooks.transform.report_trees import list_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tap_zohobooks.transform.cleaner import Row

ROW_KEY = "row_key"
GROUPS = ("group_list", "invoiceagingsummary", "billagingsummary")
CONTACT_IDS = ("id", "contact_id", "customer_id", "vendor_id")
CONTACT_NAMES = ("name", "contact_name", "customer_name", "vendor_name")


def find_inner(rows: Iterable[object], names: Sequence[str]) -> list[Row]:
    """Return the rows below some names, from the outer to the inner one.

    What lacks the inner name is a row itself: a list may come without its groups.
    """
    found = [row for row in rows if isinstance(row, dict)]
    for name in names:
        found = [inner for row in found
                 for inner in (list_nodes(row[name]) if name in row else [row])]  # fmt: skip
    return found


def find_leaves(nodes: Iterable[object]) -> Iterator[Row]:
    """Yield what groups within groups hold; a group that only holds others is no row."""
    for node in nodes:
        if not isinstance(node, dict):
            continue
        groups = [node[name] for name in GROUPS if name in node]
        if groups and not _has_id(node):
            for group in groups:
                yield from find_leaves(list_nodes(group))
        else:
            yield node


def _has_id(node: Row) -> bool:
    return any(name in node for name in CONTACT_IDS)


def rename_contact(row: Row) -> Row:
    """Return a row of an ageing summary with the names of its columns, whatever the report."""
    rest = {name: row[name] for name in row if name not in {*CONTACT_IDS, *CONTACT_NAMES}}
    return {
        **rest,
        "contact_id": _find_text(row, CONTACT_IDS),
        "contact_name": _find_text(row, CONTACT_NAMES),
        "currency_code": _find_text(row, ["currency_code"]),
    }


def rename_document(row: Row) -> Row:
    """Return a row of an ageing list with the names of its columns, whatever the report."""
    names = {"id": "transaction_id", "entity": "transaction_type"}
    return {names.get(name, name): value for name, value in row.items()}


def _find_text(row: Row, names: Iterable[str]) -> str:
    """Return the first value that is given, as text; blank if there is none."""
    values = (row.get(name) for name in names)
    return next((str(one) for one in values if one not in ("", None)), "")


def assign_keys(rows: Sequence[Row], id_field: str, columns: Sequence[str]) -> list[Row]:
    """Return rows with a value in the first of the key columns, no two with the same keys.

    `id_field` is the field of a row that identifies it. One blank id says that a row belongs to no
    entity; of several such rows each is identified by its name, and else by its content. What is
    served twice counts once; other rows with the same keys are numbered.
    """
    column, others = columns[0], columns[1:]
    blank = [row for row in rows if not _read_id(row, id_field)]
    found: dict[tuple[str, ...], Row] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        value = _make_key(row, id_field, column, is_only=len(blank) == 1)
        rest = [str(row.get(name)) for name in others]
        key = (value, *rest)
        if found.get(key) == row:
            continue
        counts[key] += 1
        number = counts[key]
        found[(f"{value}#{number}", *rest) if number > 1 else key] = row
    return [{**row, column: key[0]} for key, row in found.items()]


def _make_key(row: Row, id_field: str, column: str, *, is_only: bool) -> str:
    own, stem = _read_id(row, id_field), id_field.removesuffix("_id")
    if own:
        return f"{stem}:{own}" if column == ROW_KEY else own
    if is_only and id_field in row and column != ROW_KEY:
        return ""
    for name in (f"{stem}_number", f"{stem}_name", "name"):
        if text := _find_text(row, [name]):
            return f"{'number' if name.endswith('number') else 'name'}:{text}"
    return f"content:{hash_content(row)}"


def _read_id(row: Row, id_field: str) -> str:
    value = row.get(id_field)
    return str(value) if type(value) is int or (isinstance(value, str) and value.strip()) else ""


def hash_content(row: Row) -> str:
    """Return 16 characters that differ if the content differs."""
    return hashlib.sha256(msgspec.json.encode(row, order="sorted")).hexdigest()[:16]
