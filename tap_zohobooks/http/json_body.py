"""Decode the JSON of a response, as it is written or mended where that needs no guess."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from tap_zohobooks.transform.numbers import parse_number, to_decimal

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_DEPTH = 64  # levels; the deepest report has 20, and JSON readers of targets stop near 1,000

SURROGATES = "half characters replaced by U+FFFD"
NOT_A_NUMBER = "NaN or Infinity read as null"
OUT_OF_RANGE = "numbers out of range kept as text"

_NO_BRACKETS = bytes(one for one in range(256) if one not in b"[]{}")
_SQUARE = bytes.maketrans(b"{}", b"[]")
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
_ESCAPES = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)

_decoder = msgspec.json.Decoder(float_hook=to_decimal)


@dataclass(frozen=True, slots=True)
class JsonBody:
    """The object of a body, its numbers exact; None if there is none, and why (`problem`).

    `repairs` counts what was mended, by kind.
    """

    document: dict[str, Any] | None
    problem: str = ""
    repairs: Mapping[str, int] = field(default_factory=dict)


class _Unreadable(ValueError):
    """A body is no JSON; the text says at which byte, and why."""


def read_json(body: bytes) -> JsonBody:
    """Return the JSON object of a body.

    Stripped is a BOM, accepted are control characters in strings, replaced are half characters
    (lone surrogates), and NaN and Infinity are null.
    """
    repairs: Counter[str] = Counter()
    try:
        document = _decode_healthy(body) or _decode_mended(body, repairs)
    except _Unreadable as unreadable:
        return JsonBody(None, str(unreadable))
    if isinstance(document, dict):
        return JsonBody(document, repairs=+repairs)
    return JsonBody(None, "byte 0: it is no object")


def decode(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in a body, its numbers exact; None if there is none."""
    return read_json(body).document


def _decode_healthy(body: bytes) -> object:
    """Return what a well-formed body holds; None if it needs another look."""
    if _is_deep(body):
        return None
    try:
        found: object = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, ArithmeticError, RecursionError):
        return None
    return found


def _is_deep(body: bytes) -> bool:
    """Tell whether brackets, also those in strings, may be nested deeper than MAX_DEPTH."""
    if not _has_many_brackets(body):  # nearly every document
        return False
    brackets = body.translate(_SQUARE, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")  # the innermost level
    return bool(brackets)


def _has_many_brackets(body: bytes) -> bool:
    """Tell whether more brackets open than MAX_DEPTH; half the time of a look at each byte."""
    opened = 0
    for bracket in (b"{", b"["):
        place = body.find(bracket)
        while place >= 0:
            opened += 1
            if opened > MAX_DEPTH:
                return True
            place = body.find(bracket, place + 1)
    return False


def _decode_mended(body: bytes, repairs: Counter[str]) -> object:
    """Return what a body holds that is not well-formed.

    Raises:
        _Unreadable: Only a guess could mend it.
    """
    text = _mend_text(body.removeprefix(BOM_UTF8), repairs)
    start = len(body) - len(body.removeprefix(BOM_UTF8))
    _check_depth(text, start)

    def parse(number: str) -> object:
        found = parse_number(number)
        repairs[OUT_OF_RANGE] += found is None
        return number if found is None else found

    def parse_constant(_: str) -> None:
        repairs[NOT_A_NUMBER] += 1

    try:
        found: object = json.loads(
            text, strict=False, parse_float=parse, parse_int=parse, parse_constant=parse_constant
        )
    except json.JSONDecodeError as error:
        msg = f"byte {start + _count_bytes(text[: error.pos])}: {error.msg}"
        raise _Unreadable(msg) from error
    return found


def _mend_text(body: bytes, repairs: Counter[str]) -> str:
    """Return the text of a body, half characters replaced, whether raw or escaped."""
    try:
        text = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        msg = f"byte {error.start}: it is no UTF-8"
        raise _Unreadable(msg) from error
    known = text.count("\ufffd")
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    repairs[SURROGATES] += text.count("\ufffd") - known

    def replace(escape: re.Match[str]) -> str:
        if escape["lone"] is None:
            return escape[0]
        repairs[SURROGATES] += 1
        return r"\ufffd"

    return _ESCAPES.sub(replace, text)


def _check_depth(text: str, start: int) -> None:
    depth = 0
    for token in _TOKENS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > MAX_DEPTH:
            place = start + _count_bytes(text[: token.start()])
            msg = f"byte {place}: it is nested deeper than {MAX_DEPTH} levels"
            raise _Unreadable(msg)


def _count_bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
