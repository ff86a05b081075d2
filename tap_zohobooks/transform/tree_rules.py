"""The rules of statements: what a node leaves over is reported, and never repaired."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tap_zohobooks.transform.report_trees import ACCOUNT, RUNNING, SUBTOTAL, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Amount = Decimal | int

# The groups that a running profit subtracts.
COSTS = frozenset({"cost_of_goods_sold", "operating_expense", "non_operating_expense"})


def apply_rules(report: str, trees: Sequence[Node]) -> list[Node]:
    """Set `difference` of each node, and return those that do not add up."""
    nodes = [node for tree in trees for node in tree.walk()]
    find_total = _find_debit_total if report == "trial_balance" else _find_total
    for node in nodes:
        if node.row_type == SUBTOTAL:
            node.difference = find_total(node)
    if rule := RULES.get(report):
        rule({node.key: node for node in trees})
    else:  # no source says what its top shows
        for node in trees:
            node.difference = None
    return [node for node in nodes if node.difference]


def _find_total(node: Node) -> Amount | None:
    """Return a total less what is below it: the amounts of all accounts, or of the next level.

    Sources disagree whether the amount of an account includes those below it.
    """
    if node.amount is None:
        return None
    own = node.amount - _sum(one for child in node.children for one in _list_own(child))
    next_level = node.amount - _sum(node.children)
    return own and (next_level and own)


def _list_own(node: Node) -> list[Node]:
    """Return the nodes whose amounts make up a node: an account's own, and those below it."""
    if node.row_type == ACCOUNT:
        return [*node.walk()]
    return [node]


def _find_debit_total(node: Node) -> Amount | None:
    """Return the debits of a trial balance less those of its accounts, or less its credits."""
    if node.debit is None and node.credit is None:
        return None
    accounts = [one for one in node.walk() if one is not node and one.row_type != SUBTOTAL]
    debits = (node.debit or 0) - sum((one.debit or 0 for one in accounts), 0)
    return debits or (node.debit or 0) - (node.credit or 0)


def _sum(nodes: Iterable[Node]) -> Amount:
    return sum((node.amount or 0 for node in nodes), 0)


def _check_profit(tops: Mapping[str, Node]) -> None:
    """Each profit is the one before it, and what its groups add or subtract."""
    before: Amount | None = 0
    for key, node in tops.items():
        if key not in RUNNING or node.amount is None or before is None:
            node.difference, before = None, None
            continue
        added = sum((_sign(one) for one in node.children), 0)
        node.difference = node.amount - before - added
        before = node.amount


def _sign(node: Node) -> Amount:
    return -(node.amount or 0) if node.slug in COSTS else node.amount or 0


def _check_balance(tops: Mapping[str, Node]) -> None:
    """Assets are liabilities and equity."""
    assets, others = tops.get("assets"), tops.get("liabilities_equities")
    if assets and others and not others.difference:
        others.difference = (others.amount or 0) - (assets.amount or 0)


def _check_cash(tops: Mapping[str, Node]) -> None:
    """The cash at the beginning and its change are the cash at the end."""
    beginning, change = tops.get("beginning_cash_balance"), tops.get("net_change_in_cash")
    ending = tops.get("ending_cash_balance")
    if beginning and change and ending:
        expected = (beginning.amount or 0) + (change.amount or 0)
        ending.difference = (ending.amount or 0) - expected


def _check_nothing(_tops: Mapping[str, Node]) -> None:
    """A trial balance has no rule but that of its total."""


RULES: Mapping[str, Callable[[Mapping[str, Node]], None]] = {
    "balance_sheet": _check_balance,
    "cash_flow": _check_cash,
    "profit_and_loss": _check_profit,
    "trial_balance": _check_nothing,
}
