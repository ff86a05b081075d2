"""What 40 custom fields cost beside the SDK's plain way: `python -m benchmarks.custom_fields`.

Both taps read the same contacts. A list writes a custom field by its name, formatted and as a value
(`cf_..._unformatted`), in an object and in an array; a third of them are blank, and not there. The
catalog has a column of each, of all types by turns. The plain tap writes what is by that name.
"""

from __future__ import annotations

import sys
from itertools import cycle
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from benchmarks import records
from benchmarks.records import PlainStream, Service, build_row, read_by_tap
from tap_zohobooks.streams.records import SCHEMAS
from tap_zohobooks.transform.custom_fields import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STREAM, KEY = "contacts", "contact_id"
FIELDS, BLANK = 40, 3
MANY = 4_200
# A value of each type, and its formatted text.
VALUES: dict[str, tuple[object, str]] = {
    "boolean": (True, "true"),
    "date": ("2026-03-04", "04/03/2026"),
    "instant": ("2026-03-04T05:06:07+0000", "04/03/2026 05:06 AM"),
    "list": (["North", "South"], "North, South"),
    "number": (1234.5, "$1,234.50"),
    "text": ("a word", "a word"),
}
KINDS = {f"cf_field_{number}": kind for number, kind in zip(range(FIELDS), cycle(TYPES))}


def schema() -> dict[str, Any]:
    """Return the schema of `contacts` with a column of each custom field."""
    whole = SCHEMAS.fetch_schema(STREAM)
    columns = {name: TYPES[kind] for name, kind in KINDS.items()}
    return {**whole, "properties": {**whole["properties"], **columns}}


def describe(name: str, value: object, shown: str) -> dict[str, object]:
    """Return a custom field as the array of a row has it."""
    return {
        "customfield_id": "260815080508246441",
        "field_id": "260815080508246441",
        "label": name,
        "api_name": name,
        "placeholder": name,
        "data_type": "string",
        "is_active": True,
        "search_entity": "contact",
        "value": value,
        "value_formatted": shown,
    }


def build_fields(number: int) -> dict[str, Any]:
    """Return the custom fields of a contact in the forms in which a row has them."""
    found = {name: VALUES[kind] for place, (name, kind) in enumerate(KINDS.items())
             if (place + number) % BLANK}  # fmt: skip
    named: dict[str, object] = {name: shown for name, (_, shown) in found.items()}
    named |= {f"{name}_unformatted": value for name, (value, _) in found.items()}
    listed = [describe(name, *pair) for name, pair in found.items()]
    return {**named, "custom_field_hash": named, "custom_fields": listed}


class Contacts(Service):
    """The list of contacts."""

    collection = STREAM

    @override
    def build_rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the contacts, each with its time, oldest first."""
        whole = SCHEMAS.fetch_schema(STREAM)
        for number in range(self.rows):
            row = {**build_row(whole, KEY, number), **build_fields(number)}
            yield str(row["last_modified_time"]), row


class PlainContacts(PlainStream):
    """The list as the SDK's template reads it."""

    name = STREAM
    path = f"/books/v3/{STREAM}"
    primary_keys = (KEY,)
    records_jsonpath = f"$.{STREAM}[*]"
    make_schema = staticmethod(schema)


def plain(service: Service) -> None:
    """Read with the SDK's plain way."""
    records.read_plainly(service, PlainContacts)


def ours(service: Service) -> None:
    """Read with the tap."""
    read_by_tap(service, STREAM, schema())


def microseconds(read: Callable[[Service], None]) -> float:
    """Return what one more contact costs: a long run less a short one."""
    return records.microseconds(read, MANY, Contacts)


def measure_ratio() -> float:
    """Return what a contact costs beside the plain tap, in one turn."""
    return microseconds(ours) / microseconds(plain)


if __name__ == "__main__":
    sys.exit(records.print_ratio(__doc__, measure_ratio, None))
