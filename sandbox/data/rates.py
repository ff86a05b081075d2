"""Exchange rates: one for each pair of currencies and month, whatever asks for it."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Final

from sandbox.data.numbers import hash_name, mix

MONTH: Final = 30 * 86400
# US dollars for one unit, before the change of the month.
DOLLARS: Final = {
    "USD": Decimal(1),
    "INR": Decimal("0.0119"),
    "JPY": Decimal("0.0067"),
    "ZAR": Decimal("0.0542"),
    "KWD": Decimal("3.2510"),
    "GBP": Decimal("1.2704"),
    "EUR": Decimal("1.0871"),
    "AED": Decimal("0.2723"),
    "AUD": Decimal("0.6612"),
    "CAD": Decimal("0.7306"),
    "CNY": Decimal("0.1384"),
    "SAR": Decimal("0.2666"),
}
SIX_DIGITS: Final = Decimal("0.000001")


def get_rate(code: str, base: str, epoch: int) -> Decimal:
    """Get the units of the base currency for one unit of another at a time; 6 decimals."""
    return _compute_rate(code, base, epoch // MONTH)


@lru_cache(maxsize=4096)
def _compute_rate(code: str, base: str, month: int) -> Decimal:
    if code == base:
        return Decimal("1.000000")
    rate = DOLLARS[code] * _drift(code, month) / (DOLLARS[base] * _drift(base, month))
    return max(rate.quantize(SIX_DIGITS), SIX_DIGITS)


def _drift(code: str, month: int) -> Decimal:
    """Compute the change of a currency's value in a month, within 3 %."""
    return 1 + Decimal(mix(hash_name(code), month) % 601 - 300).scaleb(-4)
