"""Repeatable random numbers, and amounts."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final
from zlib import crc32

_MASK: Final = (1 << 64) - 1


def mix(*parts: int) -> int:
    """Mix numbers into one of 64 bits that looks random but depends on its arguments only."""
    state = 0
    for part in parts:
        state = (state + part + 0x9E3779B97F4A7C15) & _MASK
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB & _MASK
        state ^= state >> 31
    return state


def hash_name(name: str) -> int:
    """Hash a name to a number that is the same in every process."""
    return crc32(name.encode())


def to_amount(units: int, decimals: int) -> Decimal:
    """Convert units of the last decimal to an amount: 5980 with 2 decimals is 59.80."""
    return Decimal(units).scaleb(-decimals)


def is_nth(nth: int, number: int, first: int) -> bool:
    """Whether a number is one of every ``nth``, counted from ``first``."""
    return number % nth == first


def parse_amount(value: object) -> Decimal:
    """Parse an amount of a document; what is blank or no number, as after a change, is 0."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() else Decimal(0)
