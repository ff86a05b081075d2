"""Changes of a response: any JSON in any place, any body, any header, any status."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import SearchStrategy

    from sandbox.http import Response

Json: TypeAlias = Any  # an object, a list, a scalar, or the name or index of one

HOLE = "\ue000hole\ue001"  # in place of a value that no JSON writer would write
NUMBER = "\ue002{}\ue003"  # a number as it was written
SECRET = "\ue000{}\ue001"  # in place of a secret that a test knows by a name
SECRETS = ("client_secret", "refresh_token", "access_token")

# What JSON allows and few readers expect, or what it does not allow and services send.
RAW = (
    "[" * 2_000 + "]" * 2_000, '{"a":' * 500 + "1" + "}" * 500, "[" * 5_000, "1e999999", "-0",
    "1e-99999999999999999999", "7" * 5_000, "0." + "3" * 5_000, "NaN", "-Infinity", "1E400", "01",
    '"\\ud800"', '"\\u0000"', '"a\tb\nc"', "", ",", "}", "'x'", "nul", '"' + "x" * 20_000 + '"',
)  # fmt: skip
INSTANTS = (
    "2025-07-24T04:00:00+0000", "2026-03-23T20:00:00+00:00", "9999-12-31T23:59:59-2359",
    "0001-01-01T00:00:00+2359", "2026-02-30T00:00:00+0000", "2026-03-23", "2024-11-23T12:00:00",
)  # fmt: skip
NAMES = (
    "code", "message", "page_context", "has_more_page", "sort_column", "applied_filter", "error",
    "access_token", "organization_id", "last_modified_time", "contacts", "contact", "x", "a.b", "",
)  # fmt: skip
HEADERS = (
    "Date", "Retry-After", "X-Rate-Limit-Reset", "X-Rate-Limit-Limit", "X-Rate-Limit-Remaining",
    "Content-Type", "Content-Encoding", "Transfer-Encoding", "Location", "Set-Cookie", "x-y",
)  # fmt: skip
HEADER_VALUES = (
    "gzip", "deflate, gzip", "chunked", "0", "-1", "1e300", "inf", "nan", "315360000", "60, 5",
    "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 23 Nov 2026 12:30:00 GMT", "text/html", "a=b; Max-Age",
    "http://127.0.0.1:9/elsewhere", "//[", SECRET.format("client_secret"),
)  # fmt: skip
MESSAGES = (
    "", "success", "It does not exist.", "not available in your plan",
    "Your trial of Zoho Books is over", "fine\n2026-01-01 | ERROR | forged\x1b[2K\u202e",
)  # fmt: skip

texts = (
    st.text(
        st.characters(exclude_characters="\ue000\ue001\ue002\ue003", exclude_categories=["Cs"]),
        max_size=9,
    )
    | st.sampled_from((*INSTANTS, *MESSAGES))
    | st.sampled_from([f"a {SECRET.format(name)}b" for name in SECRETS])
    | st.sampled_from([SECRET.format(name) for name in SECRETS])
)
scalars = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | texts
codes = st.sampled_from([2, 5, 14, 43, 44, 45, 57, 1002, 1070, 6041, 103001, -1, 10**30])
values = st.recursive(
    scalars | codes,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | texts, inner, max_size=3)
    ),
    max_leaves=6,
)


@dataclass(frozen=True)
class Content:
    """A change of the value in a place: `way` is set, raw, drop, add, double or empty."""

    place: tuple[int, ...]
    way: str
    value: Any
    raw: str
    name: str


@dataclass(frozen=True)
class Body:
    """Other bytes: in place of `cut` bytes, `at` a share of the body (0 to 1)."""

    at: float
    cut: int
    data: bytes


@dataclass(frozen=True)
class Header:
    """A header that is added or replaced."""

    name: str
    value: str


@dataclass(frozen=True)
class Status:
    """Another status."""

    status: int


Change: TypeAlias = "Content | Body | Header | Status"

contents = st.builds(
    Content,
    st.lists(st.integers(0, 40), max_size=5).map(tuple),
    st.sampled_from(["set", "set", "set", "raw", "raw", "drop", "add", "double", "empty"]),
    values,
    st.sampled_from(RAW),
    st.sampled_from(NAMES),
)
bodies = st.builds(
    Body,
    st.floats(0, 1, allow_nan=False),
    st.integers(0, 9) | st.just(10**9),
    st.binary(max_size=12) | values.map(lambda value: write(value, "").encode()),
)
header_texts = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=12)
headers = st.builds(Header, st.sampled_from(HEADERS), st.sampled_from(HEADER_VALUES) | header_texts)
statuses = st.builds(
    Status,
    st.sampled_from([200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503])
    | st.integers(200, 599),
)
changes: SearchStrategy[Change] = st.one_of(contents, contents, contents, bodies, headers, statuses)


def write(value: object, raw: str) -> str:
    """Return JSON in which the hole is a raw text."""
    text = json.dumps(value, ensure_ascii=False).replace(f'"{HOLE}"', raw)
    return text.replace('"\ue002', "").replace('\ue003"', "")


def apply(change: Change, answer: Response, secrets: Mapping[str, str]) -> Response:
    """Return a response with a change; secrets by their names take the place of theirs."""
    match change:
        case Content():
            body = change_content(answer.body, change)
        case Body(at, cut, data):
            start = round(at * len(answer.body))
            body = answer.body[:start] + data + answer.body[start + cut :]
        case Header(name, value):
            value = put_secrets(value.encode(), secrets).decode("latin-1")
            return replace(answer, headers={**answer.headers, name: value})
        case Status(status):
            return replace(answer, status=status)
    return replace(answer, body=put_secrets(body, secrets))


def put_secrets(body: bytes, secrets: Mapping[str, str]) -> bytes:
    """Return a body with secrets in their places."""
    for name in SECRETS:
        body = body.replace(SECRET.format(name).encode(), secrets.get(name, "").encode())
    return body


def change_content(body: bytes, change: Content) -> bytes:
    """Return a body whose value in a place is another; the same if it is no JSON."""
    try:
        document = json.loads(body, parse_float=NUMBER.format)  # 1.00 stays 1.00
    except (ValueError, RecursionError):  # an earlier change has broken it
        return body
    holder: dict[str, Any] = {"": document}
    within: Any = holder
    key: Any = ""
    for number in change.place:
        inner = within[key]
        if not isinstance(inner, (dict, list)) or not inner:
            break
        within, key = inner, pick(inner, number)
    put(within, key, change)
    return write(holder.get(""), change.raw).encode("utf-8", "surrogatepass")


def pick(inner: Json, number: int) -> Json:
    """Return the key, or the index, of one of the values within."""
    return [*inner][number % len(inner)] if isinstance(inner, dict) else number % len(inner)


def put(within: Json, key: Json, change: Content) -> None:
    """Change the value that an object or a list has under a key."""
    match change.way:
        case "set":
            within[key] = change.value
        case "raw":
            within[key] = HOLE
        case "drop":
            within.pop(key)
        case "empty":
            within[key] = type(within[key])()
        case "add" if isinstance(within, list):
            within.insert(key, change.value)
        case "add":
            within[change.name] = change.value
        case "double" if isinstance(within, list):
            within.insert(key, within[key])
        case "double":
            within[key] = [within[key], within[key]]
