"""Trees of accounts as statements show them."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tap_zohobooks.transform.numbers import parse_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_zohobooks.transform.cleaner import Row


BELOW = "account_transactions"
DEBIT, CREDIT = "net_debit_total", "net_credit_total"


def walk(nodes: object) -> Iterator[Row]:
    """Yield the nodes of a tree, each before those below it."""
    for node in list_nodes(nodes):
        yield node
        yield from walk(node.get(BELOW))


def list_nodes(nodes: object) -> list[Row]:
    """Return the nodes of a list, or the one node that is no list."""
    found: list[Any] = nodes if isinstance(nodes, list) else [nodes]
    return [one for one in found if isinstance(one, dict)]


def read_amount(value: object) -> Decimal | int | None:
    """Return an amount exactly; None if it is blank or none."""
    if isinstance(value, str):
        return parse_number(value)
    return value if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None


def make_fingerprint(tree: object) -> str:
    """Return 16 characters that differ if the sums of an account in a trial balance differ."""
    sums = []
    for node in walk(tree):
        debit, credit = read_amount(node.get(DEBIT)) or 0, read_amount(node.get(CREDIT)) or 0
        if "account_id" in node and debit != credit:
            name = node["account_id"] or node.get("name")
            sums.append(f"{name} {Decimal(debit - credit).normalize()}")
    return hashlib.sha256("\n".join(sorted(sums)).encode()).hexdigest()[:16]
