"""Reports are what the books hold: in every period and basis, after every change and every end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from sandbox import Oddity
from tap_zohobooks.errors import QuotaReached
from tap_zohobooks.resources import STREAM_REPORTS, TABLE
from tests.conftest import Collector, Run, Service, made
from tests.e2e.reading_reports import MONTHS_27, PERIOD, STATEMENTS, Target, sum_legs

if TYPE_CHECKING:
    from singer_sdk.singerlib import Message

Make = Callable[..., Service]
PLENTY: dict[str, Any] = {"requests_per_minute": 10**6, "daily_quota": 10**6}
INCOME = {"income", "other_income"}
PROFIT = INCOME | {"cost_of_goods_sold", "expense", "other_expense"}
ONE: dict[str, Any] = {"report_start_date": "2025-01-01", "report_end_date": "2025-03-31"}
DAY = 86_400.0


def count_calls(place: Service, before: int = 0) -> Counter[str]:
    """Count the requests of reports since then, by the path of the report."""
    return Counter(call.path.rpartition("/")[2] for call in place.world.log[before:]
                   if "/reports/" in call.path)  # fmt: skip


def assert_whole(run: Run, stream: str) -> Counter[tuple[Any, ...]]:
    """Check that each period that has left is whole; return the number of rows of each."""
    reads = Counter(
        (*(row[one] for one in PERIOD), row["read_at"], row["period_rows"])
        for row in run.records(stream)
    )
    assert all(key[-1] == count for key, count in reads.items())
    return reads


@pytest.fixture(scope="module", name="whole")
def _whole() -> tuple[Service, Run, Target]:
    """27 months of two organizations whose fiscal years begin in January and in April."""
    place = made(rows=25, organizations=2, **PLENTY)
    run = place.complete(STATEMENTS, **MONTHS_27)
    return place, run, Target().load(run)


def test_the_trial_balance_is_what_is_posted(whole: tuple[Service, Run, Target]) -> None:
    """It nets to zero in every period and basis, and each account is the sum of its postings."""
    place, _, target = whole
    found = target.sum_accounts("trial_balance", is_debit=True)
    assert len({key[:3] for key in found}) > 40
    assert found == sum_legs(place.world)
    nets: dict[tuple[Any, ...], Decimal] = {}
    for key, amount in found.items():
        nets[key[:3]] = nets.get(key[:3], Decimal(0)) + amount
    assert set(nets.values()) == {Decimal(0)}


def test_profit_and_loss_is_what_is_posted(whole: tuple[Service, Run, Target]) -> None:
    """Each account of each month and basis is the sum of its postings, income as credits."""
    place, _, target = whole
    income, posted = sum_legs(place.world, INCOME), sum_legs(place.world, PROFIT)
    signed = {key: -amount if key in income else amount for key, amount in posted.items()}
    found = target.sum_accounts("profit_and_loss")
    assert found == signed
    assert len(found) > 250


def test_assets_are_liabilities_and_equity(whole: tuple[Service, Run, Target]) -> None:
    """In every balance sheet, and no statement leaves anything over."""
    _, _, target = whole
    sheets: dict[tuple[Any, ...], dict[str, Decimal]] = {}
    for row in target.read("balance_sheet"):
        if row["depth"] == 0:
            sheets.setdefault(tuple(row[one] for one in PERIOD), {})[row["row_key"]] = row["amount"]
    assert len(sheets) == 27 * 2 * 2
    assert all(one["assets"] == one["liabilities_equities"] != 0 for one in sheets.values())
    for stream in STATEMENTS:
        assert {row["tree_difference"] for row in target.read(stream)} <= {0, None}


def test_a_row_of_a_statement(whole: tuple[Service, Run, Target]) -> None:
    """A row says where it stands, by ids, and an account that is in no tree twice is one row."""
    _, run, target = whole
    rows = target.read("profit_and_loss")
    (sales,) = [row for row in rows if row["name"] == "Sales" and row["basis"] == "cash"
                and row["from_date"] == "2025-02-01" and row["currency_code"] == "INR"]  # fmt: skip
    assert sales["row_key"] == f"gross_profit/operating_income/account:{sales['account_id']}"
    assert sales["parent_row_key"] == "gross_profit/operating_income"
    assert sales["path"] == ["Gross Profit", "Operating Income", "Sales"]
    assert (sales["depth"], sales["row_type"], sales["to_date"]) == (2, "account", "2025-02-28")
    assert sales["is_settled"] is True
    kinds = {row["row_key"]: row["row_type"] for row in rows if row["depth"] < 2}
    assert kinds["operating_profit"] == "running_profit"
    assert kinds["operating_profit/operating_expense"] == "subtotal"
    for stream in STATEMENTS:
        keys = [tuple(row[key] for key in target.keys[stream]) for row in run.records(stream)]
        assert len(set(keys)) == len(keys)
        known = {(*(row[one] for one in PERIOD), row["row_key"]) for row in run.records(stream)}
        above = {(*(row[one] for one in PERIOD), row["parent_row_key"])
                 for row in run.records(stream) if row["parent_row_key"]}  # fmt: skip
        assert above <= known


def test_a_period_leaves_whole(whole: tuple[Service, Run, Target]) -> None:
    """All rows of a period and basis have one time of reading, and say how many they are."""
    _, run, _ = whole
    for stream in STATEMENTS:
        reads = assert_whole(run, stream)
        assert len(reads) == 27 * 2 * 2
        assert {datetime.fromisoformat(key[-2]).utcoffset() for key in reads} == {timedelta(0)}


def test_the_next_run(whole: tuple[Service, Run, Target]) -> None:
    """It costs the open period, the lookback, and a call a closed fiscal year and basis."""
    place, first, _ = whole
    place.clock.sleep(60)
    before = len(place.world.log)
    second = place.complete(STATEMENTS, first.state, **MONTHS_27)
    calls = count_calls(place, before)
    years = 2 + 2  # 2024, 2025; up to March 2025 and 2026
    assert calls == {
        **dict.fromkeys(("balancesheet", "cashflow", "movementofequity", "profitandloss"), 3 * 4),
        "trialbalance": 3 * 4 + years * 2,
    }
    assert {row["from_date"] for row in second.records("cash_flow")} == {
        "2026-09-01", "2026-10-01", "2026-11-01",
    }  # fmt: skip
    assert second.state["bookmarks"] == first.state["bookmarks"]


@pytest.mark.parametrize("stream", ["profit_and_loss", "balance_sheet"])
def test_a_closed_year_that_changes(service: Make, stream: str) -> None:
    """A backdated, an edited and a deleted transaction arrive in the next run, nothing is stale."""
    place = service(rows={"bills": 40, "chartofaccounts": 40, "*": 5}, organizations=2, **PLENTY)
    (first, other), world = place.organizations, place.world
    names = {one["account_name"]: one["account_id"] for one in world.rows(first, "chartofaccounts")}
    lines = [
        {"account_id": names["Rent Expense"], "debit_or_credit": "debit", "amount": 70},
        {"account_id": names["Checking Account"], "debit_or_credit": "credit", "amount": 70},
    ]
    options = {**MONTHS_27, "report_basis": "accrual"}
    target, run, added = Target(), place.complete([stream], **options), ""
    target.load(run)

    def insert() -> None:
        nonlocal added
        added = world.insert(first, "journals", journal_date="2024-10-05", status="published",
                             line_items=lines)  # fmt: skip

    def delete_bill() -> None:
        rows = (row for row in world.rows(first, "bills") if row["date"].startswith("2025"))
        sent = next(row for row in rows if row["status"] not in {"draft", "void"})
        world.delete(first, "bills", sent["bill_id"])

    for change in (
        insert,
        lambda: world.change(first, "journals", added, journal_date="2025-02-03"),
        lambda: world.change(first, "journals", added, line_items=[
            {**line, "amount": 90} for line in lines]),
        lambda: world.delete(first, "journals", added),
        delete_bill,
    ):  # fmt: skip
        place.clock.sleep(60)
        change()
        run = place.complete([stream], run.state, **options)
        target.load(run)
        fresh = Target().load(place.complete([stream], **options))
        without_time = [{**row, "read_at": ""} for row in fresh.read(stream)]
        assert all({**row, "read_at": ""} in without_time for row in target.read(stream))
        assert len(target.read(stream)) == len(without_time)
        assert {row["from_date"] for row in run.records(stream, other)} == {
            "2026-09-01", "2026-10-01", "2026-11-01",
        }  # fmt: skip
        if stream == "profit_and_loss":
            assert len({row["from_date"] for row in run.records(stream, first)}) < 27


def test_verification_can_be_left_out(service: Make) -> None:
    """Without report_verify_closed no closed year costs a call, and a change in it stays unseen."""
    place = service(rows=5, organizations=1, **PLENTY)
    options = {**MONTHS_27, "report_verify_closed": False}
    run = place.complete(["profit_and_loss"], **options)
    before = len(place.world.log)
    second = place.complete(["profit_and_loss"], run.state, **options)
    assert count_calls(place, before) == {"profitandloss": 6}
    assert "closed_years" not in str(second.state)


def test_a_quota_that_ends_between_periods(service: Make) -> None:
    """A run that meets the end of the quota leaves whole periods only, and the next goes on."""
    place = service(rows=5, organizations=1, daily_quota=40)
    target, state, ends = Target(), None, []
    options = {**MONTHS_27, "requests_per_minute": 10**6, "max_concurrency": 1}
    for _ in range(9):
        run = place.run(["profit_and_loss", "trial_balance"], state, **options)
        ends.append(run.failure)
        target.load(run)
        for stream in ("profit_and_loss", "trial_balance"):
            assert_whole(run, stream)
        state = run.state
        place.clock.sleep(DAY)
        if run.failure is None:
            break
    assert ends[-1] is None
    assert len(ends) > 2
    assert all(isinstance(one, QuotaReached) for one in ends[:-1])
    place.world.limits.daily_quota = 10**6
    fresh = Target().load(place.complete(["profit_and_loss", "trial_balance"], **options))
    for stream in ("profit_and_loss", "trial_balance"):
        assert len(target.read(stream)) == len(fresh.read(stream))


class Stopped(BaseException):
    """A run is killed."""


class StoppingTarget(Collector):
    """A target that takes so many records, and then ends the run without a word."""

    def __init__(self, left: int) -> None:
        """Take so many."""
        super().__init__()
        self.left = left

    @override
    def write_message(self, message: Message) -> None:
        self.left -= message.to_dict()["type"] == "RECORD"
        if self.left < 0:
            raise Stopped
        super().write_message(message)


@pytest.mark.parametrize("taken", [30, 777])
def test_a_kill_in_the_middle_of_a_period(service: Make, taken: int) -> None:
    """What was read halfway is no period, and the next run brings it and all after it."""
    place = service(rows=25, organizations=1, **PLENTY)
    tap = place.tap(["profit_and_loss"], writer=StoppingTarget(taken), **MONTHS_27)
    writer = tap.message_writer
    assert isinstance(writer, Collector)
    with pytest.raises(Stopped):
        tap.sync_all()
    first = Run(writer.messages, tap)
    target = Target().load(first)
    assert sum(len(one) for one in target.tables.values()) == taken
    assert all(
        target.read("profit_and_loss").count(row) == 1 for row in target.read("profit_and_loss")
    )
    place.clock.sleep(60)
    target.load(place.complete(["profit_and_loss"], first.state or None, **MONTHS_27))
    assert target.sum_accounts("profit_and_loss")
    assert target.sum_accounts("profit_and_loss") == Target().load(
        place.complete(["profit_and_loss"], **MONTHS_27)
    ).sum_accounts("profit_and_loss")
    assert len({row["from_date"] for row in target.read("profit_and_loss")}) == 27


def test_what_is_not_available_here(service: Make) -> None:
    """A report that does not exist is said once, and is no failure; others are read."""
    place = service(rows=5, organizations=1, **PLENTY)
    place.world.reports.missing = {"cashflow"}
    run = place.complete(["cash_flow", "profit_and_loss", "ap_aging_details"], **ONE)
    assert run.records("profit_and_loss")
    assert run.records("cash_flow") == []
    assert {name for name, _ in run.tap.sync_context.stats.skipped} == {
        "cash_flow", "ap_aging_details",
    }  # fmt: skip


def test_a_scope_that_is_missing(service: Make) -> None:
    """Reports that the token may not read are skipped with the scope that they need."""
    place = service(rows=5, organizations=1, **PLENTY)
    refresh = place.world.credentials.refresh_token
    place.world.scopes[refresh] = frozenset({"ZohoBooks.settings.READ"})
    run = place.complete(["profit_and_loss", "taxes"], **ONE)
    assert run.records("taxes")
    assert run.records("profit_and_loss") == []
    context = run.tap.sync_context
    resources = {one.name: one for one in STREAM_REPORTS}
    (line,) = context.stats.list_skipped(resources)
    assert "ZohoBooks.reports.READ" in line


ECHOES: list[tuple[str, Oddity]] = [
    ("profit_and_loss", Oddity(context={"to_date": "2025-12-31"})),
    ("profit_and_loss", Oddity(context={"report_basis": "Cash"})),
    ("balance_sheet", Oddity(context={"as_of_date": "2026-11-23"})),
    ("trial_balance", Oddity(context={"applied_filter": "TransactionDate.Today"})),
    ("ar_aging_summary", Oddity(context={"to_date": "", "as_of_date": ""})),
    ("sales_by_item", Oddity(context={"from_date": "1970-01-01"})),
]


@pytest.mark.parametrize(("stream", "oddity"), ECHOES)
def test_a_response_of_another_range(service: Make, stream: str, oddity: Oddity) -> None:
    """It is an error of that stream, none of its rows leaves, and others are read."""
    place = service(rows=5, organizations=1, **PLENTY)
    (path,) = {one.list_path for one in STREAM_REPORTS if one.name == stream}
    place.world.oddities[path] = oddity
    run = place.run([stream, "cash_flow"], report_verify_closed=False, **ONE)
    assert getattr(run.failure, "name", "") == "report-mismatch"
    assert run.records(stream) == []
    assert run.records("cash_flow")


def test_dates_that_are_ignored(service: Make) -> None:
    """A service that answers for its own range is found out, whatever the report."""
    place = service(rows=5, organizations=1, **PLENTY)
    place.world.reports.ignores_dates = True
    streams = [one.name for one in STREAM_REPORTS]
    run = place.run(streams, **ONE)
    assert "report-mismatch" in str(run.failure)
    assert not any(run.records(name) for name in streams)


def test_an_empty_report(service: Make) -> None:
    """A report of nothing brings no row, and the bookmark passes its period."""
    place = service(rows=5, organizations=1, **PLENTY)
    (organization,) = place.organizations
    place.world.oddities["reports/profitandloss"] = Oddity(edits={
        '"profit_and_loss":[': '"profit_and_loss":[],"unused":['})  # fmt: skip
    run = place.complete(["profit_and_loss", "sales_by_item"], report_start_date="2026-09-01")
    assert run.records("profit_and_loss") == run.records("sales_by_item") == []
    assert run.bookmark("profit_and_loss", organization) == "2026-10-31"
    assert run.bookmark("sales_by_item", organization) == "2026-10-31"


@pytest.mark.parametrize(
    ("stream", "rows"),
    [("sales_by_customer", "sales"), ("ar_aging_summary", "group_list"),
     ("trial_balance", "trialbalance")],
)  # fmt: skip
def test_a_period_that_is_emptied(service: Make, stream: str, rows: str) -> None:
    """What a period had does not stay the newest of it once it has nothing: a row says so."""
    place = service(rows=25, organizations=1, **PLENTY)
    settings = {"report_start_date": "2018-01-01", "report_period": "year",
                "report_lookback_periods": 99}  # fmt: skip
    first = place.complete([stream], **settings)
    periods = {tuple(row.get(name) for name in (*PERIOD, "as_of")) for row in first.records(stream)}
    assert periods
    edits = {f'"{rows}":[': f'"{rows}":[],"unused":['}
    place.world.oddities[TABLE[stream].list_path] = Oddity(edits=edits)
    place.clock.sleep(60)
    second = place.complete([stream], first.state, **settings)
    emptied = [row for row in second.records(stream)
               if tuple(row.get(name) for name in (*PERIOD, "as_of")) in periods]  # fmt: skip
    assert len(emptied) == len(periods)
    ids = [key for key in TABLE[stream].keys if key not in {*PERIOD, "as_of", "aging_by"}]
    assert {row[key] for row in emptied for key in ids} == {""}
    assert {row["period_rows"] for row in emptied} == {1}
    assert {row["read_at"] for row in emptied}.isdisjoint(
        row["read_at"] for row in first.records(stream)
    )


def test_names_that_repeat(service: Make) -> None:
    """Accounts of one name are rows of their own, each with its id."""
    place = service(rows={"chartofaccounts": 60, "*": 5}, organizations=1, **PLENTY)
    (organization,) = place.organizations
    for key in place.world.ids(organization, "chartofaccounts"):
        place.world.change(organization, "chartofaccounts", key, account_name="Account")
    run = place.complete(STATEMENTS, **ONE)
    for stream in STATEMENTS:
        rows = run.records(stream)
        assert len({(row["from_date"], row["row_key"]) for row in rows}) == len(rows)
        named = [row for row in rows if row["name"] == "Account"]
        assert named
        assert all(f"account:{row['account_id']}" in row["row_key"] for row in named)


def test_another_language(service: Make) -> None:
    """Names of the structure in another language change neither keys nor rules."""
    place = service(rows=25, organizations=1, **PLENTY)
    english = place.complete(["profit_and_loss", "balance_sheet", "cash_flow"], **ONE)
    assert any(row["amount"] for row in english.records("profit_and_loss"))
    words = {
        "Gross Profit": "売上総利益", "Operating Income": "営業収益",
        "Cost of Goods Sold": "売上原価",
        "Operating Profit": "営業利益", "Operating Expense": "営業費用",
        "Net Profit/Loss": "純損益", "Assets": "資産", "Liabilities": "負債", "Equities": "資本",
        "Beginning Cash Balance": "期首現金残高", "Ending Cash Balance": "期末現金残高",
        "Net Change in cash": "現金の増減", "Non Operating Income": "営業外収益",
        "Non Operating Expense": "営業外費用",
        "Liabilities & Equities": "負債と資本",
    }  # fmt: skip
    edits = {f'"name":"{old}"': f'"name":"{new}"' for old, new in words.items()}
    place.world.oddities["reports/*"] = Oddity(edits=edits)
    run = place.complete(["profit_and_loss", "balance_sheet", "cash_flow"], **ONE)
    for stream, count in (("profit_and_loss", None), ("balance_sheet", 4), ("cash_flow", 3)):
        before = [row for row in english.records(stream) if count is None or row["depth"] == 0]
        after = [row for row in run.records(stream) if count is None or row["depth"] == 0]
        assert [row["row_key"] for row in after] == [row["row_key"] for row in before]
        assert {row["tree_difference"] for row in run.records(stream)} == {0}
        assert any(row["name"] in words.values() for row in after)


def test_earnings_that_are_stale(service: Make, caplog: pytest.LogCaptureFixture) -> None:
    """A sheet out of balance is data: it is shown on the node, said once, and no error."""
    place = service(rows=12, organizations=1, **PLENTY)
    (organization,) = place.organizations
    place.world.reports.stale_earnings = True
    state = place.complete(["balance_sheet"], **ONE).state
    names = {one["account_name"]: one["account_id"]
             for one in place.world.rows(organization, "chartofaccounts")}  # fmt: skip
    place.world.insert(organization, "journals", journal_date="2025-01-05", status="published",
                       line_items=[{"account_id": names["Rent Expense"], "amount": 70,
                                    "debit_or_credit": "debit"},
                                   {"account_id": names["Checking Account"], "amount": 70,
                                    "debit_or_credit": "credit"}])  # fmt: skip
    caplog.clear()
    run = place.complete(["balance_sheet"], state, **ONE)
    left = {(row["row_key"], row["tree_difference"]) for row in run.records("balance_sheet")
            if row["tree_difference"]}  # fmt: skip
    assert left == {("liabilities_equities", Decimal("70.00"))}
    assert sum("does not add up" in line for line in caplog.messages) == 1


def test_other_settings_are_read_from_the_start(service: Make) -> None:
    """A basis that was not read before is read of all periods, and a bookmark may go back."""
    place = service(rows=5, organizations=1, **PLENTY)
    (organization,) = place.organizations
    start = {"report_start_date": "2026-01-01"}
    state = place.complete(["profit_and_loss"], **start).state
    assert "report_coverage" in str(state)
    run = place.complete(["profit_and_loss"], state, report_basis="both", **start)
    assert len({(row["basis"], row["from_date"]) for row in run.records("profit_and_loss")}) == 22
    run = place.complete(["profit_and_loss"], run.state, report_period="quarter", **start)
    assert {row["to_date"] for row in run.records("profit_and_loss")} == {
        "2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31",
    }  # fmt: skip
    assert run.bookmark("profit_and_loss", organization) == "2026-09-30"


def test_the_page_border_of_a_list(service: Make) -> None:
    """Rows over several pages come once each, also where a page repeats the last of another."""
    place = service(rows={"invoices": 40, "*": 12}, organizations=1, **PLENTY)
    streams = ["ar_aging_details", "ar_aging_summary", "customer_balances",
               "invoice_details_report", "sales_by_customer"]  # fmt: skip
    year = {"report_start_date": "2024-01-01", "report_period": "whole"}
    whole = place.complete(streams, **year)
    place.world.reports.repeats_borders = True
    paged = place.complete(streams, page_size=2, **year)
    for stream in streams:
        assert len(whole.records(stream)) > 4
        found = [{**row, "read_at": ""} for row in paged.records(stream)]
        assert found == [{**row, "read_at": ""} for row in whole.records(stream)]


def test_ageing_is_what_is_open(service: Make) -> None:
    """The summary is the sum of its details, which are the documents that are open."""
    place = service(rows=25, organizations=2, **PLENTY)
    run = place.complete(["ar_aging_summary", "ar_aging_details"], report_start_date="2026-11-01")
    for key in place.organizations:
        summary, details = (
            run.records("ar_aging_summary", key),
            run.records("ar_aging_details", key),
        )
        assert {row["as_of"] for row in (*summary, *details)} == {"2026-11-23"}
        assert sum(row["total"] for row in summary) == sum(row["balance"] for row in details) > 0
        for row in summary:
            assert sum(one["amount"] for one in row["intervals"]) == row["total"]
        ids = {row["invoice_id"] for kind in ("invoices", "debitnotes")
               for row in place.world.rows(key, kind) if row["balance"]
               and row["status"] not in {"draft", "void"}}  # fmt: skip
        assert {row["transaction_id"] for row in details} == ids


def test_what_belongs_to_no_salesperson(service: Make) -> None:
    """A blank id is a key of its own."""
    place = service(rows=40, organizations=1, **PLENTY)
    run = place.complete(["sales_by_salesperson"], report_start_date="2024-01-01",
                         report_period="whole")  # fmt: skip
    found = {row["salesperson_id"] for row in run.records("sales_by_salesperson")}
    assert "" in found
    assert len(found) > 1


@pytest.mark.parametrize("zone", ["Nowhere", "Asia", "x" * 300, "../UTC", "", None, 5])
def test_a_time_zone_that_is_none(service: Make, zone: object) -> None:
    """A name of a folder, of no zone, or no name at all means the day in UTC."""
    place = service(rows=5, organizations=1, **PLENTY)
    place.world.organizations[0] |= {"time_zone": zone}
    place.world.oddities[f"organizations/{place.organizations[0]}"] = Oddity(
        content={"organization": {"time_zone": zone}}
    )
    assert place.complete(["cash_flow"], report_period="year").records("cash_flow")


def test_a_fiscal_year_that_only_the_document_names(service: Make) -> None:
    """Digits in the list are not sure: the organization's own document is asked, once a run."""
    place = service(rows=5, organizations=2, **PLENTY)
    run = place.complete(["profit_and_loss", "cash_flow"], report_period="year")
    (first, other) = place.organizations
    assert {row["from_date"] for row in run.records("cash_flow", first)} == {
        "2025-01-01", "2026-01-01",
    }  # fmt: skip
    assert {row["from_date"] for row in run.records("cash_flow", other)} == {
        "2025-04-01", "2026-04-01",
    }  # fmt: skip
    asked = [call.path for call in place.world.log if f"organizations/{first}" in call.path]
    assert len(asked) == 1
    place.world.organizations[0] |= {"fiscal_year_start_month": "", "time_zone": "Nowhere"}
    place.world.oddities[f"organizations/{first}"] = Oddity(content={"organization": {}})
    again = place.complete(["cash_flow"], report_period="year")
    assert {row["from_date"] for row in again.records("cash_flow", first)} == {
        "2025-01-01", "2026-01-01",
    }  # fmt: skip


def test_pages_that_never_end(service: Make) -> None:
    """A list that goes on without anything new is an error, not a loop."""
    place = service(rows=5, organizations=1, **PLENTY)
    place.world.oddities["reports/salesbyitem"] = Oddity(context={"has_more_page": True})
    run = place.run(["sales_by_item"], **ONE)
    assert getattr(run.failure, "name", "") == "list-never-ends"
    assert run.records("sales_by_item") == []


def test_a_statement_without_its_tree(service: Make) -> None:
    """A success that lacks the statement is an error, not an empty report."""
    place = service(rows=5, organizations=1, **PLENTY)
    place.world.oddities["reports/cashflow"] = Oddity(edits={'"cash_flow":': '"other":'})
    run = place.run(["cash_flow"], **ONE)
    assert getattr(run.failure, "name", "") == "no-rows"


def test_a_closed_year_that_may_not_be_compared(service: Make) -> None:
    """Without a trial balance other reports are read, and closed years are not compared."""
    place = service(rows=5, organizations=1, **PLENTY)
    place.world.reports.missing = {"trialbalance"}
    run = place.complete(["profit_and_loss"], **MONTHS_27)
    assert len({row["from_date"] for row in run.records("profit_and_loss")}) == 27
    assert "closed_years" not in str(run.state)


def test_read_whole(service: Make) -> None:
    """FULL_TABLE reads all periods each time, compares nothing, and keeps no bookmark."""
    place = service(rows=5, organizations=1, **PLENTY)
    (organization,) = place.organizations
    methods = {"profit_and_loss": "FULL_TABLE"}
    run = place.complete(["profit_and_loss"], methods=methods, **ONE)
    again = place.complete(["profit_and_loss"], run.state, methods=methods, **ONE)
    assert len(again.records("profit_and_loss")) == len(run.records("profit_and_loss")) > 0
    assert again.bookmark("profit_and_loss", organization) is None
    assert count_calls(place) == {"profitandloss": 6}


def test_balances_are_emptied_after_a_second_look(service: Make) -> None:
    """Balances that vanish are asked for twice before a target deletes them."""
    place = service(rows=12, organizations=1, **PLENTY)
    run = place.complete(["customer_balances"])
    assert run.records("customer_balances")
    place.world.oddities["reports/customerbalances"] = Oddity(
        edits={'"customerbalances":[': '"customerbalances":[],"x":['}
    )
    before = len(place.world.log)
    again = place.complete(["customer_balances"], run.state)
    assert again.records("customer_balances") == []
    assert count_calls(place, before) == {"customerbalances": 2}


def test_a_year_that_is_too_large_to_compare(service: Make) -> None:
    """Where the service refuses a year, its months are compared, and a change is still found."""
    place = service(rows={"chartofaccounts": 40, "*": 5}, organizations=1, **PLENTY)
    (organization,) = place.organizations
    place.world.reports.most_days = 31
    state = place.complete(["profit_and_loss"], report_start_date="2025-11-01").state
    assert count_calls(place)["trialbalance"] == 1 + 2
    key = min(place.world.ids(organization, "journals"))
    place.world.change(organization, "journals", key, journal_date="2025-12-05")
    place.clock.sleep(60)
    run = place.complete(["profit_and_loss"], state, report_start_date="2025-11-01")
    assert {"2025-11-01", "2025-12-01"} <= {row["from_date"]
                                            for row in run.records("profit_and_loss")}  # fmt: skip


def test_a_start_after_the_end(service: Make, caplog: pytest.LogCaptureFixture) -> None:
    """A start in the future reads nothing, and says so."""
    place = service(rows=5, organizations=1, **PLENTY)
    run = place.complete(["profit_and_loss"], report_start_date="2027-01-01")
    assert run.records("profit_and_loss") == []
    assert "no period to read" in caplog.text
