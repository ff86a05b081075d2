"""Secrets are masked in every spelling, and text leaves in one line."""

from __future__ import annotations

import html
import json
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_zohobooks.errors import ConfigError
from tap_zohobooks.safe_text import (
    add_secret,
    add_url_secrets,
    escape_controls,
    forget_secrets,
    is_token,
    mask_secrets,
    to_safe_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = 'abc/d+e f"&<ü\n\\1234567890'
TOKEN = "1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef"
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "percent-encoded": lambda text: quote(text, safe=""),
    "percent-encoded with slashes": quote,
    "in lower case": lambda text: quote(text, safe="").lower(),
    "in a form": lambda text: urlencode({"client_secret": text}),
    "with plus signs": quote_plus,
    "in JSON": json.dumps,
    "in JSON with letters": lambda text: json.dumps(text, ensure_ascii=False),
    "in JSON with slashes": lambda text: json.dumps(text).replace("/", "\\/"),
    "as Python": repr,
    "in HTML": html.escape,
    "in hexadecimal": lambda text: text.encode().hex(),
    "in base64": lambda text: b64encode(text.encode()).decode(),
    "in a Basic header": lambda text: b64encode(f"id:{text}".encode()).decode(),
    "behind a longer id": lambda text: b64encode(f"id12:{text}!".encode()).decode(),
    "in base64 of a URL": lambda text: urlsafe_b64encode(f"x{text}".encode()).decode(),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("secret", [SECRET, "s3cr3t-s3cr3t", "???>>>~~~???>>>"])
def test_each_spelling_is_masked(spell: Callable[[str], str], secret: str) -> None:
    """However a service or a library writes a secret, what is around it stays."""
    add_secret(secret)
    masked = mask_secrets(f"before {spell(secret)} after")
    assert masked.startswith("before ")
    assert masked.endswith(" after")
    assert "***" in masked
    for part in (secret[:9], secret[-9:]):
        assert spell(part) not in masked


@given(st.text(min_size=9), st.text(), st.text())
def test_any_secret_is_masked(secret: str, before: str, after: str) -> None:
    """A secret never stands in a text that leaves, whatever its letters are."""
    forget_secrets()
    add_secret(secret)
    if len(secret.strip()) >= 8 and secret not in "***" + after and secret not in before + "***":
        assert secret not in mask_secrets(f"{before}{secret}{after}")


def test_a_secret_that_was_cut_off() -> None:
    """The first half of a secret is masked as well."""
    add_secret("0123456789abcdefghijklmnop")
    assert mask_secrets("found 0123456789abcdefghijk") == "found ***"


def test_the_longer_of_two_secrets() -> None:
    """A secret that begins with another one is masked whole."""
    add_secret("password1")
    add_secret("password1-and-more")
    assert mask_secrets("password1-and-more, password1") == "***, ***"


@pytest.mark.parametrize("value", [None, 5, "", "short", "       \n   "])
def test_what_is_no_secret(value: object) -> None:
    """Words that are too short to be secrets are not masked, nor is what is no text."""
    add_secret(value)
    assert mask_secrets("short 5 None") == "short 5 None"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"code {TOKEN}.", "code ***."),
        (f"region {TOKEN.upper()}", "region ***"),
        ("Authorization: Zoho-oauthtoken x.y", "Authorization: Zoho-oauthtoken ***"),
        ("Bearer abcdefghijklmnopqrst", "Bearer ***"),
        ("redis://:pw@cache:6379/0", "redis://***@cache:6379/0"),
        ("proxy http://me:pw@10.0.0.1:80", "proxy http://***@10.0.0.1:80"),
        ("me@example.com https://a.b/c@d", "me@example.com https://a.b/c@d"),
        ("version 1000.1", "version 1000.1"),
    ],
)
def test_secrets_show_by_their_form(text: str, masked: str) -> None:
    """A token that this run does not know is masked, and nothing that only looks similar."""
    assert mask_secrets(text) == masked


def test_a_secret_url() -> None:
    """The path and the parameters of a webhook are masked wherever they stand; its host is not."""
    add_url_secrets("https://hooks.example/services/T0/B0/XyZ?key=value%2Fvalue", is_secret=True)
    shown = "host=hooks.example url: /services/T0/B0/XyZ?key=value/value"
    assert mask_secrets(shown) == "host=hooks.example url: /***?***"


@pytest.mark.parametrize("url", ["redis://:s3cr3t-pw@host", "https://u:s3cr3t-pw@proxy:1/"])
def test_the_password_of_a_url(url: str) -> None:
    """A password is masked without its URL, too; the rest of the URL is not."""
    add_url_secrets(url)
    assert mask_secrets("AUTH s3cr3t-pw host proxy") == "AUTH *** host proxy"


@pytest.mark.parametrize("url", [None, 5, "http://[", ""])
def test_what_is_no_url(url: object) -> None:
    """A value that is no URL has no password."""
    add_url_secrets(url, is_secret=True)
    assert mask_secrets("http://[") == "http://["


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x1b[2J\x9b1m\x07\x00", r"\x1b[2J\x9b1m\x07\x00"),
        ("\u202eevil\u2066\u200b\ufeff", r"\u202eevil\u2066\u200b\ufeff"),
        ("\u2028\u2029\x85\x0b\x0c", r"\u2028\u2029\x85\x0b\x0c"),
        ("\ud800 \U000e0041", r"\ud800 \U000e0041"),
        ("株式会社 Müller & Söhne 🙂", "株式会社 Müller & Söhne 🙂"),
        (r"C:\new", r"C:\new"),
    ],
)
def test_controls_are_escaped(text: str, escaped: str) -> None:
    """What could move the cursor, end a line or reorder letters is written out; letters stay."""
    assert escape_controls(text) == escaped
    assert escape_controls(escaped) == escaped


@given(st.text())
def test_safe_text_is_one_line(text: str) -> None:
    """Any text becomes one line that a terminal prints as it is."""
    assert to_safe_text(text).isprintable()


def test_an_error_is_one_safe_line() -> None:
    """No error shows a secret or a line end, in none of its parts."""
    add_secret("s3cr3t-s3cr3t")
    error = ConfigError("found s3cr3t-s3cr3t\nFATAL", "do\x1b[31m s3cr3t-s3cr3t", "name")
    assert str(error) == r"found ***\nFATAL do\x1b[31m *** [name]"
    assert (error.found, error.next_step) == (r"found ***\nFATAL", r"do\x1b[31m ***")


@pytest.mark.parametrize(
    ("value", "is_one"),
    [("1000.a.b", True), ("!~", True), ("", False), ("a b", False), ("a\n", False), ("ä", False),
     ("a\x00", False), ("a\x7f", False), ("\ud800", False), (None, False), (5, False)],
)  # fmt: skip
def test_tokens(value: object, *, is_one: bool) -> None:
    """A token is what a header and a line of a file can hold."""
    assert is_token(value) is is_one
