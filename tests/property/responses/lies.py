"""What a changed response says that no reader can notice, and which rows it has changed."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from tap_zohobooks.resources import MODIFIED, TABLE
from tap_zohobooks.transform.timestamps import to_utc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.http import Response

ENVELOPE = frozenset({"code", "message", "page_context"})
MISSING = 1002  # a code of the service
Key = tuple[str, ...]


@dataclass
class Effect:
    """What a change has done: the ids of the rows it touched, and the lies that it told."""

    touched: set[str] = field(default_factory=set)
    lies: list[str] = field(default_factory=list)


def find_key_columns(stream: str, path: str) -> list[str]:
    """Return the columns that identify the rows of a response, by its path."""
    if path == "organizations":
        return ["organization_id"]
    resource = TABLE[stream]
    listed = TABLE[resource.of] if resource.of else resource
    if path == listed.list_path:
        return listed.keys
    return [key for key in resource.keys if key not in listed.keys] or resource.keys


def read_object(body: bytes) -> dict[str, Any] | None:
    """Return the object in a body, read as leniently as any reader would; None if it has none."""
    try:
        text = body.decode("utf-8-sig", "replace")
        found = json.loads(text, strict=False, parse_float=read_number, parse_int=read_integer)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def read_number(text: str) -> float | tuple[str]:
    """Return a number with a fraction or an exponent; its text if it only rounds to 0: 1e-999."""
    number, digits = float(text), text.lower().partition("e")[0]
    return number if number or not digits.strip("-0.") else (text,)


def read_integer(text: str) -> int | tuple[str]:
    """Return a number without a fraction; its text if it has more digits than Python reads."""
    return int(text) if len(text) < sys.get_int_max_str_digits() else (text,)


def is_same(old: object, new: object) -> bool:
    """Tell whether two values are one to a reader of JSON: False is not 0, as it is for Python."""
    if type(old) is not type(new):
        return False
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(is_same(old[name], new[name]) for name in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(is_same, old, new))
    return old == new


def compare(stream: str, path: str, before: Response, after: Response) -> Effect:
    """Return what a changed response of a path has touched, and its lies.

    A lie is a well-formed statement that the service could have made of another state of its data:
    another row, another key, another time of change, an end of the list, a document that is gone.
    """
    effect = Effect()
    old, new = read_object(before.body), read_object(after.body)
    if path.startswith("/oauth/") or old is None or new is None:
        return effect
    is_document = path not in {"organizations", TABLE[TABLE[stream].of or stream].list_path}
    if is_document and says_gone(after, new):
        effect.lies.append("it says that something does not exist")
    if not 200 <= after.status < 300 or new.get("code", 0) != 0:
        return effect
    if moves_page(old.get("page_context"), new.get("page_context")):
        effect.lies.append("its page_context is of another page")
    names = [name for name in old if name not in ENVELOPE]
    for name in names:
        value = new.get(name, find_other(new))
        compare_rows(find_key_columns(stream, path), old[name], value, effect)
    return effect


def says_gone(answer: Response, document: dict[str, Any]) -> bool:
    """Tell whether a response says that something does not exist."""
    is_missing = "does not exist" in str(document.get("message", ""))
    return answer.status == HTTPStatus.NOT_FOUND or document.get("code") == MISSING or is_missing


def find_other(document: dict[str, Any]) -> object:
    """Return the value under the only key that a reader may take for that of the rows."""
    others = [name for name in document if name not in ENVELOPE]
    return document[others[0]] if len(others) == 1 else None


def moves_page(old: object, new: object) -> bool:
    """Tell whether the page says that it is another one, or the last."""
    if isinstance(new, list) and len(new) == 1:
        new = new[0]
    if not isinstance(old, dict) or not isinstance(new, dict):
        return False
    is_end = old.get("has_more_page") is True and new.get("has_more_page") is False
    per_page = new.get("per_page")
    is_size = type(per_page) is int and per_page > 0 and per_page != old.get("per_page")
    return is_end or is_size


def compare_rows(columns: Sequence[str], old: object, new: object, effect: Effect) -> None:
    """Note which rows differ, and whether one lacks, or has another time, without a trace."""
    if is_same(old, new):
        return
    if isinstance(old, dict) and not isinstance(next(iter(old.values()), None), list):
        old, new = [old], new if isinstance(new, list) else [new] * (new != {})
    if not isinstance(old, list) or not all(find_key(columns, row) for row in old):
        effect.lies.append("it holds something else")  # a report, or the fields of a module
        return
    if not isinstance(new, (list, dict)):
        effect.touched.update("".join(find_key(columns, row) or ()) for row in old)
        return
    rows = new if isinstance(new, list) else [new] * bool(new)
    before = {key: row for row in old if (key := find_key(columns, row))}
    after = {key: row for row in rows if (key := find_key(columns, row))}
    missing = before.keys() - after.keys()
    if len(missing) > sum(1 for row in rows if find_key(columns, row) is None):
        effect.lies.append("a row lacks, or has another key")
    for key, row in before.items():
        if not is_same(row, after.get(key)):
            effect.touched.update(key)
        if key in after and has_other_time(row, after[key]):
            effect.lies.append("a row has another time of change")


def find_key(columns: Sequence[str], row: object) -> Key | None:
    """Return the key of a row; None if it has none."""
    values = [row.get(column) for column in columns] if isinstance(row, dict) else [None]
    is_whole = all(type(one) is int or (isinstance(one, str) and one.strip()) for one in values)
    return tuple(map(str, values)) if is_whole else None


def has_other_time(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Tell whether a row has a time of change that is none of its own."""
    time = new.get(MODIFIED)
    found = to_utc(time) if isinstance(time, str) else None
    return found is not None and found != to_utc(str(old.get(MODIFIED)))
