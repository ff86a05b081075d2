"""Statements become rows with keys of their own, and their rules are checked, not repaired."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tap_zohobooks.transform.report_rows import (
    assign_keys,
    find_inner,
    find_leaves,
    rename_contact,
    rename_document,
)
from tap_zohobooks.transform.report_trees import (
    build_tree,
    list_rows,
    make_fingerprint,
    make_slug,
    read_amount,
)
from tap_zohobooks.transform.tree_rules import apply_rules

pytestmark = pytest.mark.fast
Row = dict[str, Any]


def node(name: str, total: object = None, below: list[Row] | None = None, **more: Any) -> Row:
    """Return a node as a statement shows it."""
    found: Row = {"name": name, "total": total, **more}
    return found if below is None else {**found, "account_transactions": below}


def account(key: str, total: object, below: list[Row] | None = None, name: str = "Same") -> Row:
    """Return an account; all of them have one name."""
    return node(name, total, below, account_id=key)


def profit(*totals: object, names: str = "") -> list[Row]:
    """Return a profit and loss: gross, operating and net as given, and five groups of accounts."""
    gross, operating, net = totals
    a, b, c, d, e = (names or "Operating Income,Cost of Goods Sold,Operating Expense,"
                     "Non Operating Income,Non Operating Expense").split(",")  # fmt: skip
    return [
        node("Gross Profit", gross, [
            node(a, 100, [account("1", 60), account("2", 40)]),
            node(b, 30, [account("3", 30)]),
        ]),
        node("Operating Profit", operating, [node(c, 20, [account("4", 20)])]),
        node("Net Profit/Loss", net, [
            node(d, 5, [account("5", 5)]), node(e, 1, [account("6", 1)]),
        ]),
    ]  # fmt: skip


def read(report: str, nodes: object) -> tuple[dict[str, Row], dict[str, object]]:
    """Return the rows of a statement by key, and what they leave over."""
    trees = build_tree(report, nodes)
    apply_rules(report, trees)
    rows = {row["row_key"]: row for row in list_rows(trees)}
    left = {key: row["tree_difference"] for key, row in rows.items() if row["tree_difference"]}
    return rows, left


@pytest.mark.parametrize(
    ("totals", "left"),
    [
        ((70, 50, 54), {}),
        ((71, 51, 55), {"gross_profit": 1}),
        ((70, 51, 55), {"operating_profit": 1}),
        ((70, 50, 55), {"net_profit_loss": 1}),
        ((70, -20, 4), {"operating_profit": -70, "net_profit_loss": 20}),
        (("", 50, 54), {}),
        (("70.00", Decimal("50.0"), "54"), {}),
    ],
)
def test_profits_run_on(totals: tuple[object, ...], left: dict[str, object]) -> None:
    """Each profit is the one before and its groups; without one, the next have no rule."""
    _, found = read("profit_and_loss", profit(*totals))
    assert found == left


def test_a_group_that_does_not_add_up() -> None:
    """A total that its accounts do not make is left over on the group."""
    nodes = profit(71, 51, 55)
    nodes[0]["account_transactions"][0]["total"] = Decimal("101.5")
    _, found = read("profit_and_loss", nodes)
    assert found == {
        "gross_profit": Decimal("-0.5"), "gross_profit/operating_income": Decimal("1.5"),
    }  # fmt: skip


def test_names_in_another_language() -> None:
    """Groups are known by their number where all names are unknown, and keys are the same."""
    known, _ = read("profit_and_loss", profit(70, 50, 54))
    other = profit(70, 50, 54, names="Erlöse,Wareneinsatz,Aufwand,Sonstiges,Übriges")
    for one, name in zip(other, ("Rohertrag", "Betriebsergebnis", "Reingewinn"), strict=True):
        one["name"] = name
    found, left = read("profit_and_loss", other)
    assert list(found) == list(known)
    assert left == {}
    assert found["gross_profit"]["name"] == "Rohertrag"


def test_a_structure_of_another_shape() -> None:
    """A group that is missing leaves the names of the others, and unknown ones are slugs."""
    nodes = profit(70, 50, 54)
    del nodes[1]
    rows, _ = read("profit_and_loss", nodes)
    assert "gross_profit/operating_income" in rows
    assert "net_profit_loss/non_operating_income" in rows
    rows, _ = read("profit_and_loss", [node("Ertrag (netto)", 1), node("収益", 2), node("", 3)])
    assert [*rows] == ["gross_profit", "operating_profit", "net_profit_loss"]
    rows, _ = read("profit_and_loss", [node("Ertrag (netto)", 1), node("収益", 2)])
    assert [*rows] == ["ertrag_netto", "収益"]


def test_accounts_below_accounts() -> None:
    """The key is the chain of accounts; a parent's amount may include its children or not."""
    equities = node("Equities", 10, [node("Retained", 10)])
    own = [node("Assets", 10, [account("1", 4, [account("2", 6)])]),
           node("Liabilities & Equities", 10, [equities])]  # fmt: skip
    whole = [node("Assets", 10, [account("1", 10, [account("2", 6)])]), own[1]]
    for nodes in (own, whole):
        rows, left = read("balance_sheet", nodes)
        assert left == {}
        assert rows["assets/account:1/account:2"]["parent_row_key"] == "assets/account:1"
        assert rows["assets/account:1/account:2"]["path"] == ["Assets", "Same", "Same"]
    kinds = {key: row["row_type"] for key, row in rows.items()}
    assert kinds["liabilities_equities/equities/retained"] == "computed"
    assert kinds["liabilities_equities/equities"] == "subtotal"


def test_nodes_with_one_name() -> None:
    """Nodes of one name and without an id are numbered, accounts that come twice as well."""
    rows, _ = read("cash_flow", [node("X", 1), node("X", 2), account("7", 3), account("7", 4)])
    assert [*rows] == ["x", "x#2", "account:7", "account:7#2"]


def test_cash_flow_and_balance() -> None:
    """Beginning and change are the end; assets are liabilities and equity."""
    cash = [node("Beginning Cash Balance", 5), node("Net Change in cash", 3, []),
            node("Ending Cash Balance", 9)]  # fmt: skip
    _, left = read("cash_flow", cash)
    assert left == {"net_change_in_cash": 3, "ending_cash_balance": 1}
    assert read("cash_flow", cash[:2])[1] == {"net_change_in_cash": 3}
    sheet = [node("Assets", 10), node("Liabilities & Equities", 7)]
    assert read("balance_sheet", sheet)[1] == {"liabilities_equities": -3}
    assert read("balance_sheet", sheet[:1])[1] == {}


def test_equity_has_no_rule() -> None:
    """Movement of equity is an object whose amounts stand in values; its top has no rule."""
    tree = {"node_name": "Total Equity", "has_total": True, "values": [{"total": "12.50"}],
            "account_transactions": [
                {"node_name": "Opening", "values": [{"total": 2}], "account_transactions": []},
                {"node_name": "Capital", "account_id": 9, "values": []}]}  # fmt: skip
    rows, left = read("movement_of_equity", tree)
    assert left == {}
    assert rows["total_equity"]["amount"] == Decimal("12.50")
    assert rows["total_equity"]["tree_difference"] is None
    assert rows["total_equity/opening"]["row_type"] == "computed"
    assert rows["total_equity/account:9"]["amount"] is None


def trial(debit: object, credit: object) -> Row:
    """Return a trial balance of three accounts."""

    def leaf(key: str, left: object, right: object, **more: object) -> Row:
        return {"name": "A", "account_id": key, "net_debit_total": left,
                "net_credit_total": right, **more}  # fmt: skip

    return {"name": "Total", "net_debit_total": debit, "net_credit_total": credit,
            "account_transactions": [
                {"name": "Vermögen", "account_type": "asset", "account_transactions": [
                    leaf("1", "7.50", "", account_transactions=[leaf("2", 2, "")])]},
                {"name": "Kapital", "account_type": "equity", "account_transactions": [
                    leaf("3", "", "9.5"), leaf("", "", "", is_retained_earnings=True)]},
            ]}  # fmt: skip


def test_a_trial_balance() -> None:
    """Debits are the accounts', and debits and credits are equal; sections are known by type."""
    rows, left = read("trial_balance", trial(Decimal("9.5"), Decimal("9.50")))
    assert left == {}
    assert rows["total_for_trial_balance/asset/account:1/account:2"]["debit"] == 2
    assert rows["total_for_trial_balance/equity/account:3"]["amount"] == Decimal("-9.5")
    assert rows["total_for_trial_balance/equity/a"]["is_retained_earnings"] is True
    assert read("trial_balance", trial(10, 10))[1] == {"total_for_trial_balance": Decimal("0.5")}
    assert read("trial_balance", trial("9.5", 9))[1] == {"total_for_trial_balance": Decimal("0.5")}


def test_a_fingerprint() -> None:
    """It differs if the sum of an account differs, and not for another order, name or notation."""
    tree = trial(9.5, 9.5)
    same = trial(9.5, 9.5)
    same["account_transactions"] = same["account_transactions"][::-1]
    same["account_transactions"][0]["account_transactions"][0] |= {
        "name": "Other", "net_credit_total": Decimal("9.50"),
    }  # fmt: skip
    assert make_fingerprint([tree]) == make_fingerprint([same])
    same["account_transactions"][0]["account_transactions"][0]["net_credit_total"] = "9.51"
    assert make_fingerprint([tree]) != make_fingerprint([same])
    assert make_fingerprint([]) == make_fingerprint(None) != make_fingerprint([tree])


@pytest.mark.parametrize(
    ("value", "amount"),
    [("", None), (" ", None), (None, None), (True, None), ([], None), ({}, None), ("x", None),
     ("1.10", Decimal("1.10")), (Decimal("0.1"), Decimal("0.1")), (3, 3)],
)  # fmt: skip
def test_amounts_are_read_exactly(value: object, amount: object) -> None:
    """What is no number is none, and digits are kept."""
    assert read_amount(value) == amount


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Gross Profit", "gross_profit"), ("Net Profit/Loss", "net_profit_loss"),
     ("  (x) & Y ", "x_y"), ("売上 総利益", "売上_総利益"), ("", "unnamed"), ("&&", "unnamed")],
)  # fmt: skip
def test_slugs(name: str, slug: str) -> None:
    """Words of any script are joined; a name without one has a slug, too."""
    assert make_slug(name) == slug


@pytest.mark.parametrize(
    ("rows", "keys"),
    [
        ([{"tax_id": "1"}, {"tax_id": 2}], ["tax:1", "tax:2"]),
        ([{"tax_id": "1", "a": 1}, {"tax_id": "1", "a": 1}], ["tax:1"]),
        ([{"tax_id": "1", "a": 1}, {"tax_id": "1", "a": 2}], ["tax:1", "tax:1#2"]),
        ([{"tax_name": "VAT"}, {"tax_id": " ", "name": "X"}], ["name:VAT", "name:X"]),
        ([{"tax_number": "7", "tax_name": "VAT"}], ["number:7"]),
    ],
)
def test_keys_of_entities(rows: list[Row], keys: list[str]) -> None:
    """An id, else a name, identifies a row; equal keys of different rows are numbered."""
    assert [row["row_key"] for row in assign_keys(rows, "tax_id", ["row_key"])] == keys


def test_keys_without_an_entity() -> None:
    """One blank id is what belongs to none; of several each has its name, or its content."""
    rows: list[Row] = [{"item_id": "", "item_name": "Others"}, {"item_id": "5"}]
    assert [row["item_id"] for row in assign_keys(rows, "item_id", ["item_id"])] == ["", "5"]
    rows += [{"item_id": "", "item_name": "Typed"}, {"item_id": "", "amount": 2}]
    found = [row["item_id"] for row in assign_keys(rows, "item_id", ["item_id"])]
    assert found[:3] == ["name:Others", "5", "name:Typed"]
    assert found[3].startswith("content:")


def test_currencies_of_a_contact() -> None:
    """A contact has a row a currency."""
    rows: list[Row] = [{"contact_id": "1", "currency_code": "USD"},
                       {"contact_id": "1", "currency_code": "EUR"}]  # fmt: skip
    assert assign_keys(rows, "contact_id", ["contact_id", "currency_code"]) == rows


def test_rows_in_groups() -> None:
    """Rows are found within groups of any depth; a placeholder of a group is none."""
    row = {"id": "1", "name": "A"}
    grouped = [{"total": 1, "group_list": [{"name": "none", "group_list": [row, 5]}]}]
    assert [*find_leaves(grouped)] == [row]
    assert [*find_leaves([{"invoiceagingsummary": [{"customer_id": "1"}]}])] == [
        {"customer_id": "1"}
    ]
    assert [*find_leaves([{"name": "none", "group_list": []}])] == []
    assert find_inner([{"bills": [{"a": 1}]}, {"b": 2}, None], ["bills"]) == [{"a": 1}, {"b": 2}]
    assert rename_contact({"vendor_id": 7, "vendor_name": "V", "total": 1}) == {
        "contact_id": "7", "contact_name": "V", "currency_code": "", "total": 1,
    }  # fmt: skip
    assert rename_document({"id": "1", "entity": "invoice", "age": 2}) == {
        "transaction_id": "1", "transaction_type": "invoice", "age": 2,
    }  # fmt: skip
