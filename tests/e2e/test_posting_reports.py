"""The postings of both reports: every leg once, balanced, equal to each other and to the ledger."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Oddity
from sandbox.api.reports.answers import read_book
from tap_zohobooks.errors import QuotaReached
from tests.conftest import Run, Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sandbox import Request, World

Make = Callable[..., Service]
Record = dict[str, Any]

PLENTY = {"requests_per_minute": 10**6, "daily_quota": 10**6}
FAST = {"requests_per_minute": 10**6, "report_verify_closed": False}
JOURNAL, LEDGER = "journal_report", "ledger_entries"
AMOUNTS = {JOURNAL: ("debit_amount", "credit_amount"), LEDGER: ("debit", "credit")}
KEYS = {
    JOURNAL: ("organization_id", "transaction_id", "line_number"),
    LEDGER: ("organization_id", "basis", "transaction_type", "transaction_id", "account_id",
             "line_number"),
}  # fmt: skip
START, END = "2024-09-01", "2026-11-30"
DAY = 86_400.0


def amount_of(stream: str, record: Record) -> Decimal:
    """Return the debit of a record less its credit."""
    debit, credit = (record[name] or 0 for name in AMOUNTS[stream])
    return Decimal(debit - credit)


def content(stream: str, records: Iterable[Record]) -> Counter[tuple[object, ...]]:
    """Count records by organization, day, transaction, account and amount."""
    return Counter(
        (one["organization_id"], one["date"], one["transaction_id"], one["account_id"],
         amount_of(stream, one))
        for one in records if one["row_type"] == "posting"
    )  # fmt: skip


def truth(
    place: Service, first: str = START, *, is_cash: bool = False
) -> Counter[tuple[object, ...]]:
    """Count the legs of the ledger in the same way."""
    return Counter(
        (organization, leg.date, leg.transaction_id, leg.account_id, leg.amount)
        for organization in place.organizations
        for leg in read_book(place.world.holdings[organization]).get_legs(is_cash=is_cash)
        if first <= leg.date <= END
    )


def load(stream: str, *runs: Run) -> list[Record]:
    """Return the rows of a table, loaded by key, whose period was read last."""
    table = {tuple(one[key] for key in KEYS[stream]): one
             for run in runs for one in run.records(stream)}  # fmt: skip
    newest: dict[tuple[str, ...], str] = defaultdict(str)
    for one in table.values():
        period = find_period(one)
        newest[period] = max(newest[period], one["read_at"])
    return [one for one in table.values() if one["read_at"] == newest[find_period(one)]]


def find_period(record: Record) -> tuple[str, ...]:
    """Return organization, basis and period of a record."""
    return (record["organization_id"], record.get("basis", ""), record["from_date"],
            record["to_date"])  # fmt: skip


def add_journal(
    world: World, organization: str, day: str, amounts: Sequence[int], number: int = 0
) -> str:
    """Insert a journal of a day, with a line for each amount, and return its id."""
    scene = world.holdings[organization].scene
    lines = [
        {"account_id": scene.get_account((number + place) % 8)[0], "amount": abs(amount),
         "debit_or_credit": "debit" if amount > 0 else "credit"}
        for place, amount in enumerate(amounts)
    ]  # fmt: skip
    currency = world.holdings[organization].spec.currency
    return world.insert(organization, "journals", journal_date=day, date=day, status="published",
                        currency_code=currency, exchange_rate=1, line_items=lines)  # fmt: skip


def test_two_organizations_over_27_months(service: Make) -> None:
    """Both streams hold each leg of the ledger once, and sum up to the trial balance."""
    place = service(rows=40, organizations=2, **PLENTY)
    place.world.reports.repeats_borders = True
    streams = [JOURNAL, LEDGER, "trial_balance"]
    run = place.complete(
        streams, report_start_date=START, report_basis="both", page_size=40, **FAST
    )
    journal, ledger = run.records(JOURNAL), run.records(LEDGER)
    accrual = [one for one in ledger if one["basis"] == "accrual"]
    cash = [one for one in ledger if one["basis"] == "cash"]
    assert content(JOURNAL, journal) == content(LEDGER, accrual) == truth(place)
    assert content(LEDGER, cash) == truth(place, is_cash=True)
    assert {find_period(one)[2:] for one in journal} >= {(START, "2024-09-30")}
    for stream, records in ((JOURNAL, journal), (LEDGER, ledger)):
        assert all(one["is_balanced"] for one in records)
        assert len({tuple(one[key] for key in KEYS[stream]) for one in records}) == len(records)
        counts = Counter(map(find_period, records))
        assert counts == {find_period(one): one["period_rows"] for one in records}
    balances: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for one in ledger:
        balances[(*find_period(one), one["account_id"])] += amount_of(LEDGER, one)
    for one in run.records("trial_balance"):
        if one["row_type"] == "account":
            key = (*find_period(one), one["account_id"])
            assert balances.pop(key, 0) == (one["debit"] or 0) - (one["credit"] or 0), key
    assert not any(balances.values())


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"repeats_borders": True},
        {"repeats_borders": True, "journal_ids": False},
        {"most_days": 7, "repeats_borders": True},
        {"most_rows": 200},
    ],
    ids=str,
)
@pytest.mark.parametrize("page_size", [13, 200])
def test_pages(service: Make, knobs: dict[str, Any], page_size: int) -> None:
    """However long pages are, and however they repeat their borders, each leg is there once."""
    place = service(rows=40, organizations=1, **PLENTY)
    (organization,) = place.organizations
    for number in range(3):  # equal transactions, each with equal lines
        add_journal(place.world, organization, "2025-03-31", [5, -2, -2, -1], number % 2)
        add_journal(place.world, organization, "2025-03-31", [7] * 9 + [-7] * 9)
    for name, value in knobs.items():
        setattr(place.world.reports, name, value)
    run = place.complete([JOURNAL, LEDGER], report_start_date="2025-03-01",
                         report_end_date="2025-04-30", page_size=page_size, **FAST)  # fmt: skip
    expected = Counter((leg.date, leg.account_id, leg.amount)
                       for leg in place.world.holdings[organization].ledger.legs
                       if "2025-03-01" <= leg.date <= "2025-04-30")  # fmt: skip
    for stream in (JOURNAL, LEDGER):
        records = run.records(stream)
        found = Counter((one["date"], one["account_id"], amount_of(stream, one)) for one in records)
        assert found == expected
        assert len({tuple(one[key] for key in KEYS[stream]) for one in records}) == len(records)


def test_a_day_that_is_too_large(service: Make) -> None:
    """A day has no parts: what is before it is there, and the error names the stream."""
    place = service(rows=10, organizations=1, **PLENTY)
    (organization,) = place.organizations
    for _ in range(30):
        add_journal(place.world, organization, "2026-08-12", [5, -5])
    place.world.reports.most_rows = 50
    run = place.run([JOURNAL], report_start_date="2026-07-01", report_end_date="2026-10-31", **FAST)
    assert getattr(run.failure, "name", "") == "range-too-large"
    assert {one["from_date"] for one in run.records(JOURNAL)} <= {"2026-07-01"}
    assert run.bookmark(JOURNAL, organization) == "2026-07-31"


@pytest.mark.parametrize(("stream", "every"), [(LEDGER, 3), (JOURNAL, 1)])
def test_a_ledger_that_changes_while_it_is_read(service: Make, stream: str, every: int) -> None:
    """Each transaction that stays is there whole, none twice; the next run brings the others."""
    place = service(rows=3, organizations=1, **PLENTY)
    (organization,) = place.organizations
    world, lot = place.world, random.Random(7)  # noqa: S311  # the same changes each time
    days = [f"2026-10-{number:02d}" for number in range(1, 32)]
    numbers = [add_journal(world, organization, lot.choice(days), [5, 5, -5, -5], place_)
               for place_ in range(250)]  # fmt: skip
    calm, moving = numbers[::2], numbers[1::2]
    world.reports.repeats_borders = True

    def change(world: World, request: Request) -> None:
        if "/reports/" not in request.path or len(world.log) % every:
            return
        match lot.randrange(3):
            case 0:
                moving.append(add_journal(world, organization, lot.choice(days), [9, -9]))
            case 1:
                world.delete(organization, "journals", moving.pop(lot.randrange(len(moving))))
            case _:
                day = lot.choice(days)
                world.change(organization, "journals", lot.choice(moving), journal_date=day,
                             date=day)  # fmt: skip

    world.before_call.append(change)
    settings = {"report_start_date": "2026-10-01", "page_size": 20, **FAST}
    first = place.complete([stream], **settings)
    records = first.records(stream)
    lines = Counter(one["transaction_id"] for one in records)
    assert {number: lines[number] for number in calm} == dict.fromkeys(calm, 4)
    assert len({tuple(one[key] for key in KEYS[stream]) for one in records}) == len(records)
    assert all(one["is_balanced"] for one in records)
    world.before_call.clear()
    place.clock.sleep(60)
    second = place.complete([stream], first.state, **settings)
    assert content(stream, load(stream, first, second)) == truth(place, "2026-10-01")


def test_edits_within_the_lookback(service: Make) -> None:
    """A transaction that is backdated, edited, moved or deleted is as it is now after a run."""
    place = service(rows=10, organizations=1, **PLENTY)
    (organization,) = place.organizations
    old, moved, gone = (
        add_journal(place.world, organization, f"2026-{month}-12", [6, -4, -2])
        for month in ("09", "10", "10")
    )
    settings = {"report_start_date": START, **FAST}
    first = place.complete([JOURNAL, LEDGER], **settings)
    place.clock.sleep(60)
    add_journal(place.world, organization, "2026-09-03", [1, -1])
    scene = place.world.holdings[organization].scene
    sides = [("debit", 0), ("credit", 1)]
    place.world.change(organization, "journals", old, line_items=[
        {"account_id": scene.get_account(number)[0], "amount": 8, "debit_or_credit": side}
        for side, number in sides
    ])  # fmt: skip
    place.world.change(organization, "journals", moved, journal_date="2026-11-02",
                       date="2026-11-02")  # fmt: skip
    place.world.delete(organization, "journals", gone)
    second = place.complete([JOURNAL, LEDGER], first.state, **settings)
    for stream in (JOURNAL, LEDGER):
        assert content(stream, load(stream, first, second)) == truth(place)
        assert {one["from_date"] for one in second.records(stream)} <= {
            "2026-09-01", "2026-10-01", "2026-11-01",
        }  # fmt: skip
        (empty,) = [one for one in second.records(stream) if one["row_type"] == "empty"]
        assert (empty["from_date"], empty["transaction_id"]) == ("2026-10-01", "empty:2026-10-01")


@pytest.mark.parametrize("stream", [JOURNAL, LEDGER])
def test_a_run_that_is_killed(service: Make, stream: str) -> None:
    """Wherever a run is cut off, the next one reads on, and no period is half."""
    place = service(rows=20, organizations=2, **PLENTY)
    settings = {"report_start_date": START, "page_size": 30, **FAST}
    whole = place.complete([stream], **settings)
    for part in (0.2, 0.5, 0.9):
        cut = Run(whole.messages[: int(len(whole.messages) * part)], whole.tap)
        place.clock.sleep(60)
        second = place.complete([stream], cut.state or None, **settings)
        assert content(stream, load(stream, cut, second)) == truth(place)
        assert len(second.records(stream)) < len(whole.records(stream)) or part < 0.5


def test_a_quota_that_ends_in_a_period(service: Make) -> None:
    """What was read of a period before the quota ended does not leave; days later all is there."""
    place = service(rows=30, organizations=1, daily_quota=20, requests_per_minute=10**6)
    settings = {"report_start_date": "2025-06-01", "page_size": 10, **FAST}
    runs: list[Run] = []
    for _ in range(30):
        runs.append(place.run([LEDGER], runs[-1].state if runs else None, **settings))
        counts = Counter((find_period(one), one["read_at"]) for one in runs[-1].records(LEDGER))
        rows = {(find_period(one), one["read_at"]): one["period_rows"]
                for one in runs[-1].records(LEDGER)}  # fmt: skip
        assert counts == rows
        if runs[-1].failure is None:
            break
        assert isinstance(runs[-1].failure, QuotaReached)
        place.clock.sleep(DAY)
    assert len(runs) > 2
    assert runs[-1].failure is None
    assert content(LEDGER, load(LEDGER, *runs)) == truth(place, "2025-06-01")


def leg(number: str, debit: object = "", credit: object = "", **more: Any) -> Record:
    """Return a row of the ledger report."""
    head = {"date": "2026-10-05", "account_id": "1", "transaction_type": "journal"}
    return {**head, "transaction_id": number, "debit": debit, "credit": credit, **more}


def answer(*rows: Record) -> Oddity:
    """Return what the ledger report responds: these rows, in two wrappers, counted."""
    wrappers = [{"name": "a", "account_transactions": [*rows[:1]]},
                {"name": "b", "account_transactions": [*rows[1:]]}]  # fmt: skip
    context = {"to_date": "2026-10-31", "total": len(rows), "has_more_page": False}
    return Oddity(content={"account_transactions": wrappers, "page_context": context})


OCTOBER = {"report_start_date": "2026-10-01", "report_end_date": "2026-10-31", **FAST}


def test_debits_that_differ_from_credits(service: Make, caplog: pytest.LogCaptureFixture) -> None:
    """A transaction that is not balanced is marked, reported once, and counted."""
    place = service(rows=3, organizations=1, **PLENTY)
    rows = [leg("7", 5), leg("7", "", 4), leg("8", 1, ""), leg("9", "", "0.1"),
            leg("9", Decimal("0.10"))]  # fmt: skip
    place.world.oddities["reports/accounttransaction"] = answer(*rows)
    run = place.complete([LEDGER], **OCTOBER)
    marks = {one["transaction_id"]: one["is_balanced"] for one in run.records(LEDGER)}
    assert marks == {"7": False, "8": False, "9": True}
    assert sum("the debits of transaction 7 of 2026-10-05" in one for one in caplog.messages) == 1
    assert "2 transactions with other debits than credits" in caplog.text


def test_lines_that_book_nothing(service: Make) -> None:
    """Opening, closing and total lines have a type and a key of their own."""
    place = service(rows=3, organizations=1, **PLENTY)
    lines = [leg("", 5, transaction_details=f"{word} Balance", date="", transaction_type="")
             for word in ("Opening", "Closing")]  # fmt: skip
    total = {"name": "Total", "debit": 5}
    rows = [lines[0], leg("7", 5), leg("7", "", 5), lines[1], total]
    place.world.oddities["reports/accounttransaction"] = answer(*rows)
    records = place.complete([LEDGER], **OCTOBER).records(LEDGER)
    assert Counter(one["row_type"] for one in records) == {
        "posting": 2, "opening": 1, "closing": 1, "total": 1,
    }  # fmt: skip
    others = [one for one in records if one["row_type"] != "posting"]
    assert all(one["is_balanced"] is None for one in others)
    assert {one["transaction_id"] for one in others} == {
        "opening:2026-10-01", "closing:2026-10-01", "total:2026-10-01",
    }  # fmt: skip
    assert len({tuple(one[key] for key in KEYS[LEDGER]) for one in records}) == 5


@pytest.mark.parametrize(
    ("content_", "name"),
    [({"a": []}, "no-rows"), ({"account_transactions": None}, "no-rows"), ({}, "no-rows")],
)
def test_a_response_without_postings(service: Make, content_: Record, name: str) -> None:
    """A response without a list of postings is an error, not an empty month."""
    place = service(rows=3, organizations=1, **PLENTY)
    context = {"to_date": "2026-10-31"}
    place.world.oddities["reports/accounttransaction"] = Oddity(
        content={**content_, "page_context": context}
    )
    run = place.run([LEDGER], **OCTOBER)
    assert getattr(run.failure, "name", "") == name
    assert run.bookmark(LEDGER, place.organizations[0]) is None


def test_a_service_that_does_not_count(service: Make, caplog: pytest.LogCaptureFixture) -> None:
    """Without a count, pages are read to their end, repeats left out, and that is said once."""
    place = service(rows=40, organizations=1, **PLENTY)
    place.world.reports.repeats_borders = True
    for path in ("reports/journal", "reports/accounttransaction"):
        place.world.oddities[path] = Oddity(context={"total": ""})
    settings = {"report_start_date": "2026-06-01", "page_size": 7, **FAST}
    run = place.complete([JOURNAL, LEDGER], **settings)
    for stream in (JOURNAL, LEDGER):
        assert content(stream, run.records(stream)) == truth(place, "2026-06-01")
    assert sum("does not count postings" in one for one in caplog.messages) >= 2


def test_a_journal_of_another_language(service: Make) -> None:
    """Where the names of months cannot be read, days are requested one by one."""
    place = service(rows=10, organizations=1, **PLENTY)
    (organization,) = place.organizations
    add_journal(place.world, organization, "2026-10-05", [5, -5])
    place.world.oddities["reports/journal"] = Oddity(edits={" Oct ": " 10월 "})
    run = place.complete([JOURNAL], **OCTOBER)
    assert content(JOURNAL, run.records(JOURNAL)) == Counter(
        {key: number for key, number in truth(place, "2026-10-01").items()
         if str(key[1]) <= "2026-10-31"}
    )  # fmt: skip
