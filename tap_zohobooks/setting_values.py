"""Convert what a person writes for a setting to its type, if it can mean only one thing.

Texts of variables, numbers and lists of YAML, and values pasted with blanks or quotes around them
are accepted. Everything else is refused with a text that never repeats the value: a secret may have
been set under another setting's name.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from tap_zohobooks.json_objects import find_problem
from tap_zohobooks.regions import match_region

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Converter = Callable[[Any], Any]

EXACT = 2**53  # the whole numbers up to here are exact in a float, as some YAML readers return
OFF = "off"

# Blanks, a byte order mark, and characters without width.
_AROUND = re.compile(r"\A[\s\ufeff\u200b-\u200d\u2060]+|[\s\ufeff\u200b-\u200d\u2060]+\Z")
_INTEGER = re.compile(r"([+-]?\d{1,30})(\.0*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_ID = re.compile(r"\d{1,30}", re.ASCII)
_INTERVAL = re.compile(r"(\d{1,12})(?:\.0*)?\s*([smhdw])?", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_MAX_INTERVAL = 315_360_000  # seconds
_BETWEEN_IDS = re.compile(r"[\s,;\[\]\"']+")
_BOOLEANS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}
_YEAR_FIRST = re.compile(r"\d{4}|\d{8}|\d{4}[-/].+|\d{8}T.+", re.ASCII)
_DAYS = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y")
_ENDS_OF_URLS = {"accounts_url": "/oauth/v2/token", "api_url": "/books/v3"}


def convert(name: str, value: object, schema: Mapping[str, Any]) -> object:
    """Return a setting's value in the type of its schema; None if it is blank.

    Raises:
        ValueError: It is none; the text says what is wrong, without the value.
    """
    if isinstance(value, str):
        value = _strip(value)
    if value in (None, ""):
        return None
    problem = find_problem(value)
    if problem is not None:
        raise ValueError(problem)
    return _choose_converter(name, schema)(value)


def _choose_converter(name: str, schema: Mapping[str, Any]) -> Converter:
    if name in _BY_NAME:
        return _BY_NAME[name]
    if "enum" in schema:
        return lambda value: _to_choice(value, [one for one in schema["enum"] if one])
    if schema.get("secret"):
        return _to_secret
    kinds = schema.get("type", ())
    kind = next((one for one in ([kinds] if isinstance(kinds, str) else kinds)
                 if one != "null"), "")  # fmt: skip
    return _BY_TYPE.get(schema.get("format") or kind, _keep)


def _strip(text: str) -> str:
    """Return a text without the blanks and the pair of quotes around it."""
    text = _AROUND.sub("", text)
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return _strip(text[1:-1]) if is_quoted else text


def _keep(value: object) -> object:
    return value


def _to_text(value: object) -> str:
    if not isinstance(value, str):
        msg = "it is no text"
        raise ValueError(msg)  # noqa: TRY004  # one exception for all
    if any(ord(letter) < ord(" ") or letter == "\x7f" for letter in value):
        msg = "it holds a control character"
        raise ValueError(msg)
    return value


def _to_secret(value: object) -> str:
    text = _to_text(value)
    if " " in text or not text.isprintable():
        msg = "it holds a blank, or a character that cannot be printed"
        raise ValueError(msg)
    return text


def _to_header(value: object) -> str:
    text = _to_text(value)
    if not text.isascii():
        msg = "it holds characters that no HTTP header can carry"
        raise ValueError(msg)
    return text


def _to_path(value: object) -> str:
    if value is False:  # YAML 1.1 reads `off` as a boolean
        return OFF
    text = _to_text(value)
    return OFF if text.lower() == OFF else text


def _to_url(name: str) -> Converter:
    def convert_url(value: object) -> str:
        return _to_text(value).rstrip("/").removesuffix(_ENDS_OF_URLS[name])

    return convert_url


def _to_region(value: object) -> str:
    return match_region(_to_text(value))


def _to_choice(value: object, choices: list[str]) -> str:
    chosen = re.sub(r"[\s-]+", "_", _to_text(value).lower())
    if chosen not in choices:
        msg = f"it is none of {', '.join(choices)}"
        raise ValueError(msg)
    return chosen


def _to_integer(value: object) -> int:
    match value:
        case bool():
            pass
        case int():
            return value
        case float() if value.is_integer() and abs(value) < EXACT:
            return int(value)
        case str() if match := _INTEGER.fullmatch(value):
            return int(match[1])
    msg = "it is no whole number"
    raise ValueError(msg)


def _to_number(value: object) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        number = float(str(value))  # infinite if it has too many digits
        if math.isfinite(number):
            return number
    msg = "it is no finite number"
    raise ValueError(msg)


def _to_boolean(value: object) -> bool:
    found = _BOOLEANS.get(str(value).lower())
    if found is None:
        msg = "it is neither true nor false"
        raise ValueError(msg)
    return found


def _to_ids(value: object) -> list[str]:
    """Return ids of organizations: numbers in a list, or in a text, with anything between."""
    entries = value if isinstance(value, list) else [value]
    found = [one for entry in entries for one in _BETWEEN_IDS.split(_to_id_text(entry)) if one]
    if not all(_ID.fullmatch(one) for one in found):
        msg = "it holds more than the ids of organizations, numbers as 60000000001 is one"
        raise ValueError(msg)
    return list(dict.fromkeys(found))


def _to_id_text(value: object) -> str:
    return value if isinstance(value, str) else str(_to_integer(value))


def to_interval(value: object) -> str:
    """Return a time span as seconds in text; `6h` and `1d` are such.

    Raises:
        ValueError: It is none, or longer than ten years.
    """
    text = str(value) if isinstance(value, (str, int, float)) else ""
    match = _INTERVAL.fullmatch(text.strip().lower())
    if match is None or isinstance(value, bool):
        msg = "it is no time in seconds, nor one as 30m, 6h or 1d"
        raise ValueError(msg)
    seconds = int(match[1]) * _UNITS[match[2] or "s"]
    if seconds > _MAX_INTERVAL:
        msg = "it is longer than ten years"
        raise ValueError(msg)
    return str(seconds)


def _to_object(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as error:
        msg = "it is no JSON"
        raise ValueError(msg) from error
    if problem := find_problem(found):
        raise ValueError(problem)
    return found


def _to_instant(value: object) -> str:
    return _parse_time(value).isoformat()


def _to_date(value: object) -> str:
    return _parse_time(value).date().isoformat()


def _parse_time(value: object) -> datetime:
    try:
        found = _parse_text(str(value)).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # hours of the year 9999 may be of none in UTC
        msg = "it is no date-time, as 2026-01-31T00:00:00Z is one"
        raise ValueError(msg) from error
    return found


def _parse_text(text: str) -> datetime:
    if _YEAR_FIRST.fullmatch(text):
        pendulum = import_module("pendulum")  # only for a date: a start takes a fifth less without
        return cast("datetime", pendulum.parse(text.replace("/", "-"), tz="UTC"))
    for form in _DAYS:
        if found := _parse_day(text, form):
            return found
    msg = "it has none of the forms"
    raise ValueError(msg)


def _parse_day(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


_BY_NAME: dict[str, Converter] = {
    "access_token": lambda value: _to_header(_to_secret(value)),
    "accounts_url": _to_url("accounts_url"),
    "api_url": _to_url("api_url"),
    "full_refresh_interval": to_interval,
    "organization_ids": _to_ids,
    "region": _to_region,
    "token_cache": _to_path,
    "user_agent": _to_header,
}
_BY_TYPE: dict[str, Converter] = {
    "array": _to_object,
    "boolean": _to_boolean,
    "date": _to_date,
    "date-time": _to_instant,
    "integer": _to_integer,
    "number": _to_number,
    "object": _to_object,
    "string": _to_text,
}
