"""Tell names of fields from names that are data, as those of custom fields are."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from tap_zohobooks.resources import ENTITIES, TABLE
from tap_zohobooks.streams.records import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Mapping

FREE_OBJECT = "custom_field_hash"  # its keys are made by users, whatever they look like
ITEM = "[]"
ENVELOPE = frozenset({
    "applied_filter", "as_of_date", "cash_based", "code", "filter_by", "from_date", "has_more_page",
    "instrumentation", "message", "page", "page_context", "per_page", "report_basis",
    "report_name", "response_option", "rule", "search_criteria", "search_text", "sort_column",
    "sort_order", "to_date", "total", "total_pages",
})  # fmt: skip

_CUSTOM = re.compile(r"(?:.*_)?(c[fm]_)(.+?)(_unformatted|_formatted)?", re.IGNORECASE | re.DOTALL)
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*", re.ASCII)
_LONG_NUMBER = re.compile(r"\d{4}")
_NO_LETTER = re.compile(r"[\W_]+")

WriteName = Callable[[str], str]  # writes a name that is data so that it does not tell


@cache
def load_known_names() -> frozenset[str]:
    """Return the names of the fields of all schemas, of envelopes, and of what endpoints hold."""
    names = {*ENVELOPE, *ENTITIES.values()}
    for resource in TABLE.values():
        path = resource.list_path.rpartition("/")[2]
        names |= {resource.name, resource.rows_key, path, path.removesuffix("s")}
        names |= set(_list_names(SCHEMAS.fetch_schema(resource.name)))
    return frozenset(name for name in names if not _CUSTOM.fullmatch(name))


def _list_names(schema: Mapping[str, Any]) -> Iterator[str]:
    for name, held in schema.get("properties", {}).items():
        yield name
        yield from _list_names(held)
    if isinstance(items := schema.get("items"), dict):
        yield from _list_names(items)


def collect_texts(value: object) -> set[str]:
    """Return the texts that a JSON value holds, in small letters, each run of others as `_`."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                found.add(normalize(text))
            case dict(fields):
                waiting += fields.values()
            case list(items):
                waiting += items
    return found


def normalize(text: str) -> str:
    """Return a text as a name could be made of it: `PO Reference` as `po_reference`."""
    return _NO_LETTER.sub("_", text.casefold()).strip("_")


def write_custom(name: str, write: WriteName) -> str | None:
    """Return the name of a custom field or module with its own part hidden; None for others."""
    found = _CUSTOM.fullmatch(name)
    if found is None:
        return None
    prefix, _, end = found.groups("")
    own = name.removesuffix(end).removeprefix(prefix)
    return f"{prefix.lower()}{write(own)}{end}"


def write_names(
    fields: Mapping[str, object], within: str, texts: set[str], write: WriteName
) -> dict[str, str]:
    """Return how each key of an object is written, no two alike.

    `within` is the key that holds the object, with `[]` if a list does. A key that no schema holds
    is data unless it looks like the name of a field and is not made of a text of the same response
    (`texts`). An object without a known key is a map, whose keys are data, unless it is in a list.
    """
    known = load_known_names()
    is_map = known.isdisjoint(fields) and not within.endswith(ITEM)
    is_map = is_map or within.removesuffix(ITEM).endswith(FREE_OBJECT)
    written: dict[str, str] = {}
    used = set(fields)
    for name in fields:
        shown = write_custom(name, write)
        if shown is None and (is_map or (name not in known and _is_data(name, texts))):
            shown = write(name)
        if shown is None:
            written[name] = name
            continue
        same = (shown if number == 1 else f"{shown}_{number}" for number in count(1))
        written[name] = next(one for one in same if one not in used)
        used.add(written[name])
    return written


def _is_data(name: str, texts: set[str]) -> bool:
    is_identifier = _IDENTIFIER.fullmatch(name) is not None and not _LONG_NUMBER.search(name)
    return not is_identifier or normalize(name) in texts


@dataclass(frozen=True, slots=True)
class NameHash:
    """Writes a name that is data as a hash, by a key that is not kept: alike in one report."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def __call__(self, name: str) -> str:
        """Return the hash of a name: `#` and ten letters."""
        digest = hmac.digest(self.key, name.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return "#" + "".join(chr(ord("a") + byte % 26) for byte in digest[:10])
