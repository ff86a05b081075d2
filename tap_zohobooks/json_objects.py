"""Read JSON objects that a person passes: settings, a catalog, a state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Convert: TypeAlias = "Callable[[dict[str, Any]], dict[str, Any]]"

MAX_DEPTH = 100  # levels: a catalog has 12, and Python's own limit is 1,000 calls
MAX_DIGITS = 4000  # Python converts no integer of more than 4,300 digits


def keep_all(value: dict[str, Any]) -> dict[str, Any]:
    """Return an object as it is."""
    return value


def parse_object(text: str, convert: Convert = keep_all) -> dict[str, Any]:
    """Return a JSON object; a byte order mark before it is skipped.

    Each object in it is converted as soon as it was read, so that what is left out takes no memory.

    Raises:
        ValueError: The text holds something else, or a key twice, with different values.
    """

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return convert(_build_object(pairs))

    try:
        value = json.loads(
            text.removeprefix("\ufeff"), object_pairs_hook=build, parse_int=_parse_integer
        )
    except RecursionError as error:
        msg = "it is nested too deeply"
        raise ValueError(msg) from error
    if not isinstance(value, dict):
        msg = f"it holds a {type(value).__name__}"
        raise ValueError(msg)  # noqa: TRY004  # as for any other text
    return value


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; JSON itself allows a key twice, and then one value would be lost."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found and found[name] != value:
            msg = f"'{shorten(name)}' occurs twice, with different values"
            raise ValueError(msg)
        found[name] = value
    return found


def _parse_integer(text: str) -> float:
    return int(text) if len(text) <= MAX_DIGITS else float(text)


def find_problem(value: object) -> str | None:
    """Return why a value cannot be used or written again; None if it can."""
    if _exceeds_depth(value):
        return f"it is nested deeper than {MAX_DEPTH} levels"
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return "it holds half of a character (a lone surrogate)"
    except ValueError:
        return "it holds NaN or an infinite number"
    return None


def _exceeds_depth(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for one in level for child in _list_children(one)]
        if not level:
            return False
    return True


def _list_children(value: object) -> list[Any]:
    match value:
        case dict():
            return [*value.values()]
        case list():
            return value
        case _:
            return []


def shorten(text: object, length: int = 200) -> str:
    """Return a text of at most so many characters."""
    whole = str(text)
    return whole if len(whole) <= length else f"{whole[:length]}..."
