"""Replace the values of a response by values of the same shape, so that it can be shown."""

from __future__ import annotations

import hmac
import re
import secrets
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli.names import ITEM, collect_texts, write_custom, write_names

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN_PAGING = ("page", "per_page", "has_more_page")
LETTERS, DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
PUNCTUATION = frozenset(" \t\r\n!\"#%&'()*+,-./:;=?@[]_{|}~")

_RUNS = re.compile(r"(?P<digits>\d+)|(?P<letters>[^\W\d_]+)|(?P<other>[\W_])")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d(?::\d\d)?)(\.\d+)?(Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_API_NAME = re.compile(r"c[fm]_\w+", re.IGNORECASE)


class Mask:
    """Masks the values of one output: the same value always alike, by a key that is not kept.

    A text keeps its length, case and punctuation, a number its digits, a date is another date.
    Each run of digits or letters is masked for itself, so that an id in a URL is masked like the
    id. Blank values stay, and true becomes false.
    """

    def __init__(self, key: bytes | None = None) -> None:
        """Mask by a key, by default a random one."""
        self._key = key or secrets.token_bytes(32)

    def mask_response(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return a response with masked values; its code and its place among pages stay."""
        texts = collect_texts(document)
        masked = self._mask_object(document, "", texts)
        if type(document.get("code")) is int:
            masked["code"] = document["code"]
        context = document.get("page_context")
        if isinstance(context, dict) and isinstance(masked.get("page_context"), dict):
            shown = {name: context[name] for name in SHOWN_PAGING if name in context}
            masked["page_context"] |= {
                name: value for name, value in shown.items() if isinstance(value, (bool, int))
            }
        return masked

    def _mask_object(self, fields: dict[str, Any], within: str, texts: set[str]) -> dict[str, Any]:
        names = write_names(fields, within, texts, self.mask_text)
        return {names[name]: self._mask(held, name, texts) for name, held in fields.items()}

    def _mask(self, value: object, within: str, texts: set[str]) -> object:
        match value:
            case dict():
                return self._mask_object(value, within, texts)
            case list():
                return [self._mask(one, within + ITEM, texts) for one in value]
            case bool():
                return False
            case int() | Decimal():
                return self.mask_number(value)
            case str():
                return self.mask_text(value)
        return value

    def mask_number(self, number: Decimal | int) -> Decimal | int:
        """Return a number with as many digits before and behind the point."""
        mantissa, exponent, power = str(number).partition("E")
        masked = f"{self._mask_runs(mantissa)}{exponent}{power}"
        return int(masked) if isinstance(number, int) else Decimal(masked)

    def mask_text(self, text: str) -> str:
        """Return a text of the same shape; the name of a custom field is masked like a key."""
        if _API_NAME.fullmatch(text) and (name := write_custom(text, self._mask_runs)):
            return name
        if _DATE.fullmatch(text):
            return self._mask_date(text)
        if found := _INSTANT.fullmatch(text):
            day, separator, clock, fraction, offset = found.groups("")
            return f"{self._mask_date(day)}{separator}{self._mask_clock(clock)}" + (
                self._mask_runs(fraction) + _mask_offset(offset)
            )
        return self._mask_runs(text)

    def _mask_date(self, day: str) -> str:
        """Return another day, of a year before 2000."""
        draws = self._draw(day)
        days = (f"{1970 + year % 30}-{1 + next(draws) % 12:02}-{1 + next(draws) % 28:02}"
                for year in draws)  # fmt: skip
        return next(one for one in days if one != day)

    def _mask_clock(self, clock: str) -> str:
        draws = self._draw(clock)
        parts = [next(draws) % (60 if place else 24) for place in range(clock.count(":") + 1)]
        return ":".join(f"{part:02}" for part in parts)

    def _mask_runs(self, text: str) -> str:
        return _RUNS.sub(self._mask_run, text)

    def _mask_run(self, run: re.Match[str]) -> str:
        match run.lastgroup:
            case "digits":
                return self._mask_digits(run[0])
            case "letters":
                return self._mask_letters(run[0])
        return run[0] if run[0] in PUNCTUATION else "?"

    def _mask_digits(self, run: str) -> str:
        """Return other digits, each unlike its own; the first is not 0, as in a number."""
        masked = ""
        for digit, draw in zip(run, self._draw(run), strict=False):
            allowed = [one for one in DIGITS if one != digit and (masked or one != "0")]
            masked += allowed[draw % len(allowed)]
        return masked

    def _mask_letters(self, run: str) -> str:
        """Return other letters of the same case, each unlike its own."""
        masked = ""
        for letter, draw in zip(run, self._draw(run.casefold()), strict=False):
            place = (LETTERS.find(letter.lower()) + 1 + draw % 25) % 26
            masked += LETTERS[place].upper() if letter.isupper() else LETTERS[place]
        return masked

    def _draw(self, text: str) -> Iterator[int]:
        """Yield numbers below 65,536 that depend on the text and the key only."""
        block = 0
        while True:
            digest = hmac.digest(
                self._key, f"{block} {text}".encode("utf-8", "surrogatepass"), "sha256"
            )
            for place in range(0, len(digest), 2):
                yield int.from_bytes(digest[place : place + 2], "big")
            block += 1


def _mask_offset(offset: str) -> str:
    """Return the offset of UTC in the form of another."""
    if len(offset) <= 1:
        return offset
    return "+00:00" if ":" in offset else "+0000"
