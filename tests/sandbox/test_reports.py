"""Reports answer as the service was seen to: periods, basis, echo, pages, errors, and knobs."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import World
from sandbox.api.reports.lists import LISTS
from sandbox.api.reports.registry import REPORTS
from tests.sandbox.books import compare_open_items, get_legs
from tests.sandbox.client import Client, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

YEAR = {"from_date": "2025-01-01", "to_date": "2025-12-31"}
CUSTOM = {"filter_by": "TransactionDate.CustomDate", **YEAR}
EVER = {"from_date": "2000-01-01", "to_date": "2030-12-31"}
PERIOD_REPORTS = ["profitandloss", "cashflow", "movementofequity", "generalledger", "journal"]


def get_rows(client: Client, path: str, **params: str) -> list[Any]:
    """Get the first array of a report."""
    return next(value for value in client.get(path, **params).values() if isinstance(value, list))


def read_postings(client: Client, **params: str) -> list[dict[str, Any]]:
    """Read all pages of account transactions, every wrapper of each."""
    found: list[dict[str, Any]] = []
    page, more = 1, True
    while more:
        body = client.get("reports/accounttransaction", **CUSTOM, **params, page=str(page))
        for wrapper in body["account_transactions"]:
            found += wrapper["account_transactions"]
        page, more = page + 1, body["page_context"]["has_more_page"]
        assert page < 50
    return found


@pytest.mark.parametrize("path", sorted(REPORTS))
@pytest.mark.parametrize("basis", ["true", "false"])
def test_every_report_echoes_what_was_applied(client: Client, path: str, basis: str) -> None:
    """applied_filter, basis, dates and show_rows are echoed; what was not sent is not."""
    field = REPORTS[path].filter_field
    asked = {"filter_by": f"{field}.CustomDate", "cash_based": basis, "show_rows": "all", **YEAR}
    context = client.get(f"reports/{path}", **asked)["page_context"]
    assert context["applied_filter"] == f"{field}.CustomDate"
    assert context["report_basis"] == ("Cash" if basis == "true" else "Accrual")
    assert context["to_date"] == YEAR["to_date"]
    start = context.get("from_date", context.get("as_of_date"))
    assert start == (YEAR["to_date"] if REPORTS[path].is_as_of else YEAR["from_date"])
    assert context["show_rows"] == "all"
    assert "rule" not in context


@pytest.mark.parametrize("path", PERIOD_REPORTS)
def test_a_period_is_this_month_if_nothing_is_sent(client: Client, path: str) -> None:
    """Without parameters a report of a period is that of this month."""
    context = client.get(f"reports/{path}")["page_context"]
    assert (context["from_date"], context["to_date"]) == ("2026-11-01", "2026-11-30")
    assert context["applied_filter"] == "TransactionDate.ThisMonth"
    assert "filter_by" not in context


@pytest.mark.parametrize(
    ("preset", "start", "end"),
    [
        ("Today", "2026-11-20", "2026-11-20"),
        ("PreviousDay", "2026-11-19", "2026-11-19"),
        ("ThisWeek", "2026-11-15", "2026-11-21"),
        ("PreviousMonth", "2026-10-01", "2026-10-31"),
        ("ThisQuarter", "2026-10-01", "2026-12-31"),
        ("ThisYear", "2026-04-01", "2027-03-31"),
        ("PreviousYear", "2025-04-01", "2026-03-31"),
    ],
)
def test_presets_go_by_the_fiscal_year(client: Client, preset: str, start: str, end: str) -> None:
    """Quarters and years are those of the organization's fiscal year, here from April."""
    client.organization_id = list(client.world.holdings)[1]
    body = client.get("reports/profitandloss", filter_by=f"TransactionDate.{preset}")
    context = body["page_context"]
    assert (context["from_date"], context["to_date"]) == (start, end)


def test_dates_without_a_filter_are_honoured_or_ignored(client: Client) -> None:
    """Profit and loss honours them, trial balance and ageing do not; a knob makes none do so."""
    contexts = {
        path: client.get(f"reports/{path}", **YEAR)["page_context"]
        for path in ("profitandloss", "trialbalance", "aragingsummary", "balancesheet")
    }
    assert contexts["profitandloss"]["to_date"] == "2025-12-31"
    assert contexts["balancesheet"]["as_of_date"] == "2025-12-31"
    assert contexts["trialbalance"]["applied_filter"] == "TransactionDate.Today"
    assert contexts["aragingsummary"]["as_of_date"] == "2026-11-20"
    client.world.reports.needs_filter = True
    assert client.get("reports/profitandloss", **YEAR)["page_context"]["to_date"] == "2026-11-30"
    client.world.reports.ignores_dates = True
    context = client.get("reports/profitandloss", **CUSTOM)["page_context"]
    assert context["applied_filter"] == "TransactionDate.ThisMonth"


def test_show_rows_chooses_the_accounts(clock: Clock) -> None:
    """All shows every account of the types, has_transactions those with legs, non_zero fewer."""
    client = Client(World.build(rows=60, organizations=1, clock=clock), clock)

    def count(show_rows: str) -> int:
        tree = client.get("reports/profitandloss", **CUSTOM, show_rows=show_rows)
        return sum(1 for node in tree["profit_and_loss"] for _ in walk(node))

    every = [
        row for row in client.world.rows(client.organization_id, "chartofaccounts")
        if row["account_type"] in {"income", "expense", "other_income", "other_expense",
                                   "cost_of_goods_sold"}
    ]  # fmt: skip
    assert count("all") == len(every) > count("has_transactions") >= count("non_zero") > 3


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Walk the accounts of a tree."""
    if node.get("account_id"):
        yield node
    for below in node.get("account_transactions", ()):
        yield from walk(below)


def test_a_child_is_nested_in_its_parent(clock: Clock) -> None:
    """Accounts of the second round are children, in the account_transactions of the first."""
    client = Client(World.build(rows=60, organizations=1, clock=clock), clock)
    tree = client.get("reports/profitandloss", **CUSTOM, show_rows="all")["profit_and_loss"]
    sales = next(leaf for node in tree for leaf in walk(node) if leaf["name"] == "Sales")
    assert [one["name"] for one in sales["account_transactions"]] == ["Sales 2"]
    assert sales["is_child_present"] is True
    assert sales["account_transactions"][0]["depth"] == 1
    assert sales["account_transactions"][0]["total_sub_account"] == 0


def test_reports_need_their_scope(clock: Clock) -> None:
    """A token with accountants.READ alone is refused with 401 code 57."""
    world = World.build(rows=5, clock=clock)
    world.scopes[world.credentials.refresh_token] = frozenset({"ZohoBooks.accountants.READ"})
    response = Client(world, clock).call("reports/profitandloss")
    assert (response.status, response.code) == (401, 57)


@pytest.mark.parametrize(
    "path", ["accounttransactions", "profitloss", "agedreceivables", "apagingdetails"]
)
def test_unknown_reports_are_not_found(client: Client, path: str) -> None:
    """The plural and other guesses are 404 code 5; a knob makes any report so."""
    response = client.call(f"reports/{path}")
    assert (response.status, response.code) == (404, 5)
    client.world.reports.missing.add("aragingsummary")
    assert client.call("reports/aragingsummary").code == 5


def test_account_transactions_need_dates(client: Client) -> None:
    """Without dates account transactions are refused with 400 code 101007."""
    response = client.call("reports/accounttransaction")
    assert (response.status, response.code) == (400, 101007)


@pytest.mark.parametrize("basis", ["true", "false"])
def test_postings_are_every_leg_once(client: Client, basis: str) -> None:
    """All pages together are the legs of the period; debit equals credit in each transaction."""
    rows = read_postings(client, per_page="50", cash_based=basis)
    total: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        amount = (row["debit"] or 0) - (row["credit"] or 0)
        key = (row["transaction_id"], row["date"])
        total[key] = total.get(key, Decimal(0)) + amount
    assert not any(total.values())
    count = client.get(
        "reports/accounttransaction", **CUSTOM, response_option="2", cash_based=basis, per_page="50"
    )
    assert "account_transactions" not in count
    assert count["page_context"]["total"] == len(rows) > 50
    assert count["page_context"]["total_pages"] == -(-len(rows) // 50)
    legs = [
        leg for leg in get_legs(client.world, client.organization_id)
        if YEAR["from_date"] <= leg.date <= YEAR["to_date"]
    ]  # fmt: skip
    assert basis == "true" or len(legs) == len(rows)


def test_pages_repeat_the_row_at_their_border(client: Client) -> None:
    """With the knob a page begins with the last row of the one before, byte for byte."""
    plain = read_postings(client, per_page="50")
    client.world.reports.repeats_borders = True
    repeated = read_postings(client, per_page="50")
    assert len(repeated) == len(plain) + (len(plain) - 1) // 50
    assert repeated[50] == repeated[49]


def test_wrappers_by_account_have_lines_of_opening_and_closing(client: Client) -> None:
    """Grouped by account there are many wrappers; their first and last line has no transaction."""
    body = client.get("reports/accounttransaction", **CUSTOM, group_by="account", per_page="500")
    wrappers = body["account_transactions"]
    assert len(wrappers) > 5
    for one in wrappers[:-1]:  # the last goes on on the next page
        first, *rows, last = one["account_transactions"]
        assert (first["transaction_id"], last["transaction_id"]) == ("", "")
        change = sum((row["debit"] or 0) - (row["credit"] or 0) for row in rows)
        assert abs(one["closing_balance"] - one["opening_balance"]) == abs(change)


def test_a_rule_selects_accounts_and_account_id_is_ignored(client: Client) -> None:
    """The rule selects an account and is echoed; the parameter account_id does nothing."""
    account = read_postings(client)[0]["account_id"]
    column = {"index": 1, "field": "account_id", "value": [account], "comparator": "in"}
    rule = json.dumps({"columns": [{**column, "group": "report"}], "criteria_string": "1"})
    assert {row["account_id"] for row in read_postings(client, rule=rule)} == {account}
    assert len({row["account_id"] for row in read_postings(client, account_id=account)}) > 1
    context = client.get("reports/accounttransaction", **CUSTOM, rule=rule)["page_context"]
    assert context["rule"] == rule


def test_the_journal_holds_whole_transactions(client: Client) -> None:
    """Each row is a balanced transaction with a date for display; its ids are a knob."""
    rows = get_rows(client, "reports/journal", **CUSTOM, per_page="500")
    for row in rows:
        legs = row["account_transactions"]
        assert sum(leg["debit_amount"] for leg in legs) == sum(leg["credit_amount"] for leg in legs)
    assert len(rows[0]["date"].split()) == 3
    assert rows[0]["transaction_id"]
    client.world.reports.journal_ids = False
    assert set(get_rows(client, "reports/journal", **CUSTOM)[0]) == {"date", "account_transactions"}


def test_some_transactions_have_equal_legs(clock: Clock) -> None:
    """A journal may book the same amount to one account twice: two rows that look the same."""
    client = Client(World.build(rows=90, organizations=1, clock=clock), clock)
    keys = [
        (row["transaction_id"], row["account_id"], str(row["debit"]), str(row["credit"]))
        for row in read_postings(client, per_page="500")
        if row["transaction_type"] == "journal"
    ]
    assert len(set(keys)) < len(keys)


@pytest.mark.parametrize(
    ("path", "sides", "key"),
    [
        ("aragingsummary", ("invoices", "debitnotes"), "invoice"),
        ("apagingsummary", ("bills",), "bill"),
    ],
)
def test_ageing_is_the_open_documents(
    client: Client, path: str, sides: tuple[str, ...], key: str
) -> None:
    """As of today the summary adds up the balances of documents; buckets add up to the total."""
    field = REPORTS[path].filter_field
    for organization in client.world.holdings:
        client.organization_id = organization
        asked = {"filter_by": f"{field}.CustomDate", "to_date": "2026-11-20", "per_page": "500"}
        tree = client.get(f"reports/{path}", **asked)[key]
        (group,) = tree["group_list"]
        assert group["name"] == "none"
        owed: dict[str, Decimal] = {}
        for collection in sides:
            for row in client.world.rows(organization, collection):
                if row["status"] not in {"draft", "void"} and row["balance"]:
                    owner = row["customer_id" if key == "invoice" else "vendor_id"]
                    owed[owner] = owed.get(owner, Decimal(0)) + row["balance"]
        assert {row["id"]: row["fcy_total"] for row in group["group_list"]} == owed
        for row in [tree, *group["group_list"]]:
            assert sum(one["amount"] for one in row["intervals"]) == row["total"]
        assert tree["total"] == sum(row["total"] for row in group["group_list"])


def test_ageing_is_as_of_the_day(client: Client) -> None:
    """A later receipt leaves the ageing of an earlier day as it was."""
    asked = {"filter_by": "InvoiceDueDate.CustomDate", "to_date": "2026-06-30"}
    before = client.get("reports/aragingsummary", **asked)["invoice"]["total"]
    invoice = next(
        row for row in client.world.rows(client.organization_id, "invoices")
        if row["balance"] > 10 and row["currency_code"] == "USD" and row["date"] < "2026-06-01"
    )  # fmt: skip
    names = {"customer_id": invoice["customer_id"], "currency_code": "USD", "exchange_rate": 1}
    applied = [{"invoice_id": invoice["invoice_id"], "amount_applied": 5}]
    client.world.insert(
        client.organization_id, "customerpayments", amount=5, date="2026-11-19",
        invoices=applied, **names,
    )  # fmt: skip
    assert client.get("reports/aragingsummary", **asked)["invoice"]["total"] == before
    now = client.get("reports/aragingsummary", **asked | {"to_date": "2026-11-20"})["invoice"]
    balances = client.get("reports/customerbalances", per_page="500")["customerbalances"]
    owner = next(one for one in balances if one["customer_id"] == invoice["customer_id"])
    assert now["total"]
    contact = client.world.row(client.organization_id, "contacts", invoice["customer_id"])
    assert owner["invoice_balance"] == contact["outstanding_receivable_amount"]


def test_statements_follow_a_backdated_change(client: Client) -> None:
    """An inserted, a changed and a deleted journal of a closed year are in its profit at once."""
    key, world = client.organization_id, client.world

    def get_profit() -> Decimal:
        tree = client.get("reports/profitandloss", **CUSTOM)["profit_and_loss"]
        profit: Decimal = tree[-1]["total"]
        return profit

    before = get_profit()
    accounts = {one["account_name"]: one["account_id"]
                for one in world.rows(key, "chartofaccounts")}  # fmt: skip
    lines = [
        {"account_id": accounts["Rent Expense"], "debit_or_credit": "debit", "amount": 70},
        {"account_id": accounts["Checking Account"], "debit_or_credit": "credit", "amount": 70},
    ]
    new = world.insert(
        key, "journals", journal_date="2025-03-01", status="published", line_items=lines
    )
    assert get_profit() == before - 70
    world.change(key, "journals", new, journal_date="2024-03-01")
    assert get_profit() == before
    world.change(key, "journals", new, journal_date="2025-03-01")
    world.delete(key, "journals", new)
    assert get_profit() == before
    invoice = next(
        row["invoice_id"] for row in world.rows(key, "invoices")
        if row["status"] == "paid" and YEAR["from_date"] <= row["date"] <= YEAR["to_date"]
    )  # fmt: skip
    world.delete(key, "invoices", invoice)
    assert get_profit() != before


def test_earnings_may_be_stale(client: Client) -> None:
    """With the knob the sheet keeps the current year's earnings, and is out by the profit since."""
    world, key = client.world, client.organization_id
    world.reports.stale_earnings = True

    def get_totals() -> list[Decimal]:
        sheet = client.get("reports/balancesheet", **CUSTOM)["balance_sheet"]
        return [one["total"] for one in sheet]

    assets, others = get_totals()
    assert assets == others
    receipt = next(row for row in world.rows(key, "expenses") if row["date"][:4] == "2025")
    world.delete(key, "expenses", receipt["expense_id"])
    assets, others = get_totals()
    assert assets != others
    world.reports.stale_earnings = False
    assets, others = get_totals()
    assert assets == others


def test_too_large_a_range_is_refused(client: Client) -> None:
    """Knobs refuse a range of too many days, or of too many postings; a smaller one is answered."""
    client.world.reports.most_days = 31
    assert client.call("reports/profitandloss", **CUSTOM).status == 400
    month = {**CUSTOM, "to_date": "2025-01-31"}
    assert client.call("reports/profitandloss", **month).status == 200
    client.world.reports.most_days = 0
    client.world.reports.most_rows = 10
    assert client.call("reports/accounttransaction", **CUSTOM).status == 400
    assert client.call("reports/balancesheet", **CUSTOM).status == 200


def test_an_account_shows_all_its_transactions(client: Client) -> None:
    """With the knob the list of an account's transactions has every leg, under a shared key."""
    client.world.reports.every_transaction = True
    account = client.world.holdings[client.organization_id].scene.get_account(1)[0]
    rows = client.rows("chartofaccounts/transactions", account_id=account)
    legs = [
        leg for leg in get_legs(client.world, client.organization_id)
        if leg.account_id == account
    ]  # fmt: skip
    assert len(rows) == len(legs) > 20
    debit = [Decimal(str(row["debit_amount"] or 0)) for row in rows]
    credit = [Decimal(str(row["credit_amount"] or 0)) for row in rows]
    net = sum(debit) - sum(credit)
    assert net == sum(leg.amount for leg in legs)


def test_the_activity_log_names_what_was_deleted(client: Client) -> None:
    """A deletion is an event of its day with the document's id; each event has an id of its own."""
    world, key = client.world, client.organization_id
    wanted = min(world.ids(key, "bills"))
    world.delete(key, "bills", wanted)
    asked = {"from_date": "2026-11-20", "to_date": "2026-11-20", "per_page": "500"}
    events = client.get("reports/activitylogs", **asked)["activity_logs"]
    gone = [one for one in events if one["activity_details"]["operation_type"] == "deleted"]
    assert [one["activity_details"]["transaction_id"] for one in gone] == [wanted]
    every = client.get("reports/activitylogs", from_date="2000-01-01", to_date="2030-01-01")
    ids = [one["activity_id"] for one in every["activity_logs"]]
    assert len(ids) == len(set(ids)) == 200
    assert every["page_context"]["has_more_page"]


def test_sales_are_net_of_credit_notes(client: Client) -> None:
    """Sales by customer, by salesperson and by item have one total, without drafts and void."""
    totals = {
        path: sum(row["sales"] for row in get_rows(client, f"reports/{path}", **CUSTOM))
        for path in ("salesbycustomer", "salesbysalesperson")
    }
    items = sum(row["amount"] for row in get_rows(client, "reports/salesbyitem", **CUSTOM))
    assert totals["salesbycustomer"] == totals["salesbysalesperson"]
    assert abs(totals["salesbycustomer"] - items) < Decimal("0.10")
    names = {
        (row["salesperson_id"], row["salesperson_name"])
        for row in get_rows(client, "reports/salesbysalesperson", **CUSTOM | EVER)
    }
    assert ("", "Others") in names


@pytest.mark.parametrize("seed", range(3))
def test_debits_equal_credits_on_any_day(seed: int, clock: Clock) -> None:
    """Trial balance nets to 0 and the sheet balances on whatever day; both bases."""
    client = Client(World.build(seed=seed, rows=20, organizations=5, clock=clock), clock)
    for organization in client.world.holdings:
        client.organization_id = organization
        for basis in ("true", "false"):
            for day in ("2024-12-31", "2025-11-03", "2026-11-20"):
                asked = {**CUSTOM, "from_date": "2000-01-01", "to_date": day, "cash_based": basis}
                (tree,) = client.get("reports/trialbalance", **asked)["trialbalance"]
                assert tree["net_debit_total"] == tree["net_credit_total"]
                assets, others = client.get("reports/balancesheet", **asked)["balance_sheet"]
                assert assets["total"] == others["total"]
        stated, booked = compare_open_items(client.world, organization)
        assert stated == booked


@pytest.mark.parametrize("path", sorted(LISTS))
def test_lists_hold_the_documents_of_the_period(client: Client, path: str) -> None:
    """A list of documents has all of the period, drafts and void ones among them, by pages."""
    collection, keys, day, _ = LISTS[path]
    asked = {"filter_by": f"{REPORTS[path].filter_field}.CustomDate", **YEAR, "per_page": "500"}
    found = client.get(f"reports/{path}", **asked)[keys[0]]
    for key in keys[1:]:
        (wrapper,) = found
        found = wrapper[key]
    expected = [
        row for row in client.world.rows(client.organization_id, collection)
        if not day or YEAR["from_date"] <= row[day] <= YEAR["to_date"]
    ]  # fmt: skip
    assert len(found) == len(expected) > 0
    assert all(found)


@pytest.mark.parametrize(("entity", "place"), [("customer", 1), ("vendor", 2)])
def test_balance_summaries_are_the_control_account(client: Client, entity: str, place: int) -> None:
    """Closing balances of all contacts add up to the balance of receivables or payables."""
    path = f"{entity}balancesummary"
    rows = get_rows(client, f"reports/{path}", **CUSTOM | EVER, per_page="500")
    account = client.world.holdings[client.organization_id].scene.get_account(place)[0]
    legs = get_legs(client.world, client.organization_id)
    booked = sum((leg.amount for leg in legs if leg.account_id == account), Decimal(0))
    assert booked
    assert abs(sum(row["closing_balance"] for row in rows)) == abs(booked)
    names = ("invoiced_amount", "amount_received") if entity == "customer" else (
        "billed_amount", "amount_paid",
    )  # fmt: skip
    assert all(row[names[0]] - row[names[1]] == row["closing_balance"] for row in rows)


def test_stock_is_valued_at_cost(client: Client) -> None:
    """The value of an item is its stock at its purchase rate; services are not listed."""
    (wrapper,) = get_rows(client, "reports/inventoryvaluation")
    items = {row["item_id"]: row for row in client.rows("items")}
    assert wrapper["item_details"]
    for row in wrapper["item_details"]:
        item = items[row["item_id"]]
        assert row["asset_value"] == item["stock_on_hand"] * item["purchase_rate"]


@pytest.mark.parametrize("basis", ["true", "false"])
def test_taxes_and_expenses_are_those_of_the_accounts(client: Client, basis: str) -> None:
    """Taxes add up to the activity of the tax accounts, expenses to that of profit and loss."""
    asked = {**CUSTOM, "cash_based": basis, "per_page": "500"}
    (tree,) = client.get("reports/trialbalance", **asked)["trialbalance"]
    nets = {
        leaf["name"]: (leaf["net_credit_total"] or 0) - (leaf["net_debit_total"] or 0)
        for leaf in walk(tree)
    }
    names = ("Tax Payable", "Local Tax Payable", "Input Tax", "Local Input Tax")
    taxes = get_rows(client, "reports/taxsummary", **asked)
    assert sum(row["tax_amount"] for row in taxes) == sum(nets.get(name, 0) for name in names)
    context = client.get("reports/taxsummary", **asked)["page_context"]
    assert context["cash_based"] is (basis == "true")
    for row in get_rows(client, "reports/expensesbycategory", **asked):
        assert row["amount"] == -nets.get(row["account_name"], 0)
