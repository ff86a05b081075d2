"""Bodies are decoded as they are written, or mended where that needs no guess."""

from __future__ import annotations

import json
from decimal import Decimal

import msgspec
import pytest

from tap_zohobooks.http.json_body import (
    MAX_DEPTH,
    NOT_A_NUMBER,
    OUT_OF_RANGE,
    SURROGATES,
    decode,
    read_json,
)

MENDED = [
    (b'\xef\xbb\xbf{"a":1}', {"a": 1}, {}),
    (b'{"a":"x\ty"}', {"a": "x\ty"}, {}),
    (b'{"a":"x\ny\x00"}', {"a": "x\ny\x00"}, {}),
    (b'{"a":"\\ud800"}', {"a": "\ufffd"}, {SURROGATES: 1}),
    (b'{"\\udc00":"\\ud800x\\udfff"}', {"\ufffd": "\ufffdx\ufffd"}, {SURROGATES: 3}),
    (b'{"a":"\\\\ud800 \\ud83d\\ude00","b":"\t"}', {"a": "\\ud800 \U0001f600", "b": "\t"}, {}),
    (b'{"a":"\xed\xa0\x80"}', {"a": "\ufffd"}, {SURROGATES: 1}),
    (b'{"a":"\xed\xa0\xbd\xed\xb8\x80"}', {"a": "\U0001f600"}, {}),
    (b'{"a":"\\ufffd","b":NaN}', {"a": "\ufffd", "b": None}, {NOT_A_NUMBER: 1}),
    (b'{"a":[NaN,Infinity,-Infinity,1.50]}',
     {"a": [None, None, None, Decimal("1.50")]}, {NOT_A_NUMBER: 3}),
    (b'{"a":1e999999}', {"a": "1e999999"}, {OUT_OF_RANGE: 1}),
    (b'{"a":1e-999999999999999999999}', {"a": "1e-999999999999999999999"}, {OUT_OF_RANGE: 1}),
    (b'{"a":' + b"7" * 10**5 + b"}", {"a": "7" * 10**5}, {OUT_OF_RANGE: 1}),
    (b'{"a":0.' + b"3" * 10**5 + b"}", {"a": "0." + "3" * 10**5}, {OUT_OF_RANGE: 1}),
    (b'{"a":-' + b"8" * 30 + b"}", {"a": -int("8" * 30)}, {}),
    (b'{"a":18446744073709551616}', {"a": 2**64}, {}),
    (b'{"a":-9999999999999999999}', {"a": -9999999999999999999}, {}),
    (b'{"a":-9223372036854775808,"b":18446744073709551615}', {"a": -(2**63), "b": 2**64 - 1}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "document", "repairs"), MENDED)
def test_mended(body: bytes, document: object, repairs: dict[str, int]) -> None:
    """What can be read without a guess is read, counted, and can be written again."""
    found = read_json(body)
    assert found.document == document
    assert found.repairs == repairs
    assert msgspec.json.encode(found.document)


def test_whole_numbers_stay_integers() -> None:
    """A mended body has the types of a healthy one."""
    document = decode(b'{"a":"\t","id":4136804000000048002,"x":1.0}')
    assert document is not None
    assert [type(value) for value in document.values()] == [str, int, Decimal]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "byte 0: Expecting value"),
        (b"<html>", "byte 0: Expecting value"),
        (b'{"a":1,}', "byte "),
        (b'{"a":01}', "byte 6: "),
        (b'{"a":"x', "byte 5: Unterminated string"),
        ('{"é":"\t",b}'.encode(), "byte 10: "),
        (b'\xef\xbb\xbf{"a"', "byte 7: "),
        (b'{"a":"\xff"}', "byte 6: it is no UTF-8"),
        (b'{"a":1}{"a":2}', "byte 7: Extra data"),
        ('{"a":1}'.encode("utf-16"), "byte 0: it is no UTF-8"),
        (b"[]", "byte 0: it is no object"),
        (b"null", "byte 0: it is no object"),
        (b"NaN", "byte 0: it is no object"),
        (b"{" + b'"a":{' * 100_000, f"byte {1 + 5 * MAX_DEPTH - 1}: it is nested deeper than"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "byte 68: it is nested deeper than"),
        (b'{"a":"\t' + b'[{\\"' * 500 + b'"', f"byte {6 + 1 + 500 * 4 + 1}: "),
    ],
)
def test_unreadable(body: bytes, problem: str) -> None:
    """A body that only a guess could mend has none, and the reason names the byte."""
    found = read_json(body)
    assert found.document is None
    assert found.problem.startswith(problem)


@pytest.mark.parametrize("levels", [1, MAX_DEPTH - 1, MAX_DEPTH])
@pytest.mark.parametrize("blank", [b"", b"\t"])
def test_depth(levels: int, blank: bytes) -> None:
    """A body may be nested as deep as the limit, brackets in its strings not counted."""
    inner = b"[" * (levels - 1) + b"]" * (levels - 1) if levels > 1 else b"1"
    body = b'{"b":"' + blank + b"[{" * 200 + b'","a":' + inner + b"}"
    expected = json.loads(body, strict=False)
    assert decode(body) == expected


@pytest.mark.parametrize("marks", [b"{", b"[", b"[{", b"{["])
@pytest.mark.parametrize("beside", [b"", b'"x":[{},[]],'])
def test_one_level_too_many(marks: bytes, beside: bytes) -> None:
    """Objects, lists and both in turn are refused from the same depth on."""
    found = []
    for levels in (MAX_DEPTH, MAX_DEPTH + 1):
        kinds = (marks * levels)[: levels - 1]
        inside = kinds.replace(b"{", b'{"a":')
        ends = kinds.translate(bytes.maketrans(b"[{", b"]}"))[::-1]
        found.append(read_json(b"{" + beside + b'"a":' + inside + b"0" + ends + b"}"))
    assert found[0].document is not None
    assert found[1].document is None
    assert "deeper than" in found[1].problem
