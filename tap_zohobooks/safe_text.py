"""Text that leaves the process: known secrets are masked, control characters are escaped."""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

MASK = "***"
MIN_LENGTH = 8  # characters: a shorter value is part of ordinary words
MIN_CODED_LENGTH = 8  # characters, of a secret in hexadecimal or base64
HEAD = 16  # characters that show a secret, if its rest was cut off
MIN_PATH_PART = 16  # characters of a part of a URL's path that may be a secret

# What is a secret by its form: a token or code of Zoho, a header, the user of a URL.
_SECRET_FORMS = re.compile(
    r"\b1000\.[0-9a-f]{16,}\.[0-9a-f]{16,}"
    r"|(?<=zoho-oauthtoken )[^\s\"',;]+|(?<=bearer )[^\s\"',;]{16,}"
    r"|(?<=://)[^/?#\s\"'@]+(?=@)",
    re.IGNORECASE,
)
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
_PERCENT = re.compile(r"%[0-9A-F]{2}")


class _Secrets:
    """The spellings of all known secrets, the longest first; log handlers know no other object."""

    spellings: tuple[str, ...] = ()
    lock = threading.Lock()


def is_token(value: object) -> bool:
    """Tell whether a value can be a token: printable ASCII without blanks, not empty."""
    return isinstance(value, str) and value != "" and all("!" <= letter <= "~" for letter in value)


def add_secret(value: object) -> None:
    """Mask a value from now on; one that is no text, or short, is no secret."""
    if isinstance(value, str) and len(value.strip()) >= MIN_LENGTH:
        with _Secrets.lock:
            known = {*_Secrets.spellings, *_spell(value)}
            _Secrets.spellings = tuple(sorted(known, key=lambda one: (-len(one), one)))


def add_url_secrets(value: object, *, is_secret: bool = False) -> None:
    """Mask the password in a URL; if the URL is a secret, also its path and its parameters."""
    if not isinstance(value, str):
        return
    try:
        parts = urlsplit(value)
    except ValueError:
        return
    add_secret(unquote(parts.password or ""))
    if not is_secret:
        return
    add_secret(value)
    pieces = [parts.path.strip("/"), parts.query, parts.fragment]
    pieces += [one for one in parts.path.split("/") if len(one) >= MIN_PATH_PART]
    pieces += [pair.partition("=")[2] for pair in parts.query.split("&")]
    for piece in pieces:
        add_secret(unquote(piece))


def forget_secrets() -> None:
    """Mask no value any more."""
    _Secrets.spellings = ()


def mask_secrets(text: str) -> str:
    """Return a text without the secrets that are known, or that show by their form."""
    for spelling in _Secrets.spellings:
        text = _mask(text, spelling)
    return _SECRET_FORMS.sub(MASK, text)


def escape_controls(text: str) -> str:
    r"""Return a text in one line: control, format and half characters as `\n`, `\x1b`, `\u202e`."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def to_safe_text(value: object) -> str:
    """Return a value as one line of text that shows no secret."""
    return escape_controls(mask_secrets(str(value)))


def _mask(text: str, spelling: str) -> str:
    start = text.find(spelling[:HEAD])
    while start >= 0:
        end = start
        while text[end : end + 1] == spelling[end - start : end - start + 1] != "":
            end += 1
        text = text[:start] + MASK + text[end:]
        start = text.find(spelling[:HEAD], start + len(MASK))
    return text


def _spell(secret: str) -> Iterator[str]:
    """Yield the ways in which a service, or a library, may write a secret."""
    data = secret.encode("utf-8", "surrogatepass")
    for coded in (quote(data, safe=""), quote(data), quote_plus(data)):
        yield coded
        yield _PERCENT.sub(lambda found: found[0].lower(), coded)
    for text in (secret, repr(secret)[1:-1], *_encode_json(secret)):
        yield text
        yield from _encode_json(text)  # a structured log is JSON around what was quoted before
    yield escape_controls(secret)
    yield secret.translate(_HTML)
    for coded in (data.hex(), data.hex().upper(), *_encode_base64(data)):
        if len(coded) >= MIN_CODED_LENGTH:
            yield coded


def _encode_json(text: str) -> Iterator[str]:
    for coded in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        yield coded
        yield coded.replace("/", "\\/")


def _encode_base64(data: bytes) -> Iterator[str]:
    """Yield what base64 makes of the bytes, wherever they begin in a longer text."""
    for before in range(3):
        coded = b64encode(bytes(before) + data).decode()
        own = coded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]
        yield own
        yield own.translate(str.maketrans("+/", "-_"))
