"""Read numbers exactly, within what JSON readers and databases hold."""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, Subnormal, Underflow

MAX_DIGITS = 100
MAX_EXPONENT = 308  # that of the largest double: more is infinite to most JSON readers

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_exact = Context(
    prec=MAX_DIGITS,
    Emax=MAX_EXPONENT,
    Emin=-MAX_EXPONENT,
    traps=[Inexact, InvalidOperation, Overflow, Subnormal, Underflow],
)

to_decimal = _exact.create_decimal
"""Return the decimal that a text writes; raises ArithmeticError if it is out of range."""


def parse_number(text: str) -> int | Decimal | None:
    """Return the number that a text writes, exactly; None if it is none, or out of range."""
    text = text.strip()
    if _NUMBER.fullmatch(text) is None:
        return None
    try:
        number = to_decimal(text)
    except ArithmeticError:
        return None
    return int(text) if text.lstrip("+-").isdigit() else number


def can_identify(text: str) -> bool:
    """Tell whether a text may be an id: not blank, and no number out of range, as 1e999999."""
    if text.isdigit() and len(text) <= MAX_DIGITS:
        return True  # nearly every id
    text = text.strip()
    is_number = _NUMBER.fullmatch(text) is not None
    return bool(text) and not (is_number and parse_number(text) is None)
