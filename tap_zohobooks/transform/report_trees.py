"""Trees of accounts, as statements show them, to rows with a key of their own."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tap_zohobooks.transform.numbers import parse_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_zohobooks.transform.cleaner import Row

BELOW = "account_transactions"
DEBIT, CREDIT = "net_debit_total", "net_credit_total"
ACCOUNT, SUBTOTAL, RUNNING_PROFIT, COMPUTED = "account", "subtotal", "running_profit", "computed"
MAX_SLUG = 100  # characters

# The nodes of the structure, by statement and key of the parent, in their order: slugs of their
# English names. Names in another language are known by their number.
STRUCTURE: Mapping[str, Mapping[str, Sequence[str]]] = {
    "profit_and_loss": {
        "": ("gross_profit", "operating_profit", "net_profit_loss"),
        "gross_profit": ("operating_income", "cost_of_goods_sold"),
        "operating_profit": ("operating_expense",),
        "net_profit_loss": ("non_operating_income", "non_operating_expense"),
    },
    "balance_sheet": {
        "": ("assets", "liabilities_equities"),
        "liabilities_equities": ("liabilities", "equities"),
    },
    "cash_flow": {
        "": ("beginning_cash_balance", "net_change_in_cash", "ending_cash_balance"),
        "net_change_in_cash": (
            "cash_flow_from_operating_activities",
            "cash_flow_from_investing_activities",
            "cash_flow_from_financing_activities",
        ),
    },
    "movement_of_equity": {"": ("total_equity",)},
    "trial_balance": {"": ("total_for_trial_balance",)},
}
RUNNING = frozenset(STRUCTURE["profit_and_loss"][""])
# What only arranges the page of a browser, or repeats a value.
DISPLAY = frozenset(
    {
        "account_transactions", "account_type_col_span", "account_type_col_span_list", "depth",
        "has_total", "is_child_present", "is_collapsed_view", "node_name", "values",
    }
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Node:
    """A node of a statement: its key, and those of the nodes above it; `own` is what came."""

    own: Row
    key: str
    path: tuple[str, ...]
    row_type: str
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    difference: Decimal | int | None = 0

    @property
    def name(self) -> str:
        """The name that is shown."""
        return self.path[-1]

    @property
    def slug(self) -> str:
        """The last part of the key."""
        return self.key.rpartition("/")[2]

    @property
    def debit(self) -> Decimal | int | None:
        """What it shows as debit; None in all but a trial balance."""
        return read_amount(self.own.get(DEBIT))

    @property
    def credit(self) -> Decimal | int | None:
        """What it shows as credit; None in all but a trial balance."""
        return read_amount(self.own.get(CREDIT))

    @property
    def amount(self) -> Decimal | int | None:
        """What it shows: its total, or its debit less its credit."""
        if self.debit is not None or self.credit is not None:
            return (self.debit or 0) - (self.credit or 0)
        values = list_nodes(self.own.get("values"))
        shown = values[0] if values and "total" not in self.own else self.own
        return read_amount(shown.get("total"))

    def walk(self) -> Iterator[Node]:
        """Yield the node, and those below it in the order of the tree."""
        yield self
        for child in self.children:
            yield from child.walk()


def list_nodes(nodes: object) -> list[Row]:
    """Return the nodes of a list, or the one node that is no list."""
    found: list[Any] = nodes if isinstance(nodes, list) else [nodes]
    return [one for one in found if isinstance(one, dict)]


def read_amount(value: object) -> Decimal | int | None:
    """Return an amount exactly; None if it is blank or none."""
    if isinstance(value, str):
        return parse_number(value)
    return value if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None


def make_slug(name: str) -> str:
    """Return a name in lower case, its words joined by `_`, in any script."""
    return re.sub(r"\W+", "_", name.casefold()).strip("_")[:MAX_SLUG] or "unnamed"


def build_tree(report: str, nodes: object) -> list[Node]:
    """Return the top nodes of a statement, with all below them."""
    return _build_level(report, list_nodes(nodes), None)


def _build_level(report: str, nodes: Sequence[Row], parent: Node | None) -> list[Node]:
    slugs = _name_level(report, nodes, parent.key if parent else "")
    counts: Counter[str] = Counter()
    found = []
    for node, slug in zip(nodes, slugs, strict=True):
        counts[slug] += 1
        part = slug if counts[slug] == 1 else f"{slug}#{counts[slug]}"
        key = f"{parent.key}/{part}" if parent else part
        path = (*(parent.path if parent else ()), _find_name(node))
        one = Node(node, key, path, _find_type(report, node, key), parent)
        one.children = _build_level(report, list_nodes(node.get(BELOW)), one)
        found.append(one)
    return found


def _name_level(report: str, nodes: Sequence[Row], parent: str) -> list[str]:
    """Return the last part of the key of each node: its account, or its place in the structure."""
    slugs = [_find_account(one) or str(one.get("account_type") or "") for one in nodes]
    slugs = [slug or make_slug(_find_name(one)) for slug, one in zip(slugs, nodes, strict=True)]
    names = STRUCTURE.get(report, {}).get(parent, ())
    if len(names) == len(nodes) and not {*names} & {*slugs} and not any(map(_find_account, nodes)):
        return list(names)
    return slugs


def _find_account(node: Row) -> str:
    """Return the key of an account; empty if the node is none."""
    found = node.get("account_id")
    return f"account:{found}" if type(found) is int or (isinstance(found, str) and found) else ""


def _find_name(node: Row) -> str:
    names = (node.get(key) for key in ("name", "node_name", "total_label", "label"))
    return next((one for one in names if isinstance(one, str) and one.strip()), "")


def _find_type(report: str, node: Row, key: str) -> str:
    if _find_account(node):
        return ACCOUNT
    if report == "profit_and_loss" and key in RUNNING:
        return RUNNING_PROFIT
    has_list = isinstance(node.get(BELOW), list)  # a group may be empty, but for that of equity
    is_group = bool(node.get(BELOW)) or (has_list and report != "movement_of_equity")
    return SUBTOTAL if is_group else COMPUTED


def list_rows(trees: Sequence[Node]) -> list[Row]:
    """Return the rows of a statement in the order in which it shows them."""
    nodes = [node for tree in trees for node in tree.walk()]
    return [_to_row(node, position) for position, node in enumerate(nodes, 1)]


def _to_row(node: Node, position: int) -> Row:
    rest = {
        name: value for name, value in node.own.items()
        if name not in DISPLAY and value not in ("", None, [], False)
    }  # fmt: skip
    for name in ("total", "name", DEBIT, CREDIT):
        rest.pop(name, None)
    return {
        **rest,
        "row_key": node.key,
        "parent_row_key": node.parent.key if node.parent else None,
        "path": list(node.path),
        "depth": len(node.path) - 1,
        "position": position,
        "row_type": node.row_type,
        "name": node.name,
        "amount": node.amount,
        "debit": node.debit,
        "credit": node.credit,
        "total_sub_account": node.own.get("total_sub_account"),
        "tree_difference": node.difference,
    }


def make_fingerprint(nodes: object) -> str:
    """Return 16 characters that differ if the sums of an account in a trial balance differ."""
    sums = []
    for tree in build_tree("trial_balance", nodes):
        for node in tree.walk():
            if node.row_type in {ACCOUNT, COMPUTED} and node.amount:
                account = _find_account(node.own) or node.key
                sums.append(f"{account} {Decimal(node.amount).normalize()}")
    return shorten("\n".join(sorted(sums)))


def shorten(text: str) -> str:
    """Return 16 characters that differ if a text differs."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
