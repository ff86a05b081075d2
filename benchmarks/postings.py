"""What a posting costs beside the SDK's plain way: `python -m benchmarks.postings`.

Both taps read the same transactions of two legs, spread over ten months: as `journal_report`, which
lists transactions, and as `ledger_entries`, which lists legs. The tap reads a month at a time, and
numbers the legs; the plain one reads all days as one list, and writes what comes.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from benchmarks import records
from benchmarks.records import PlainStream, Service, read_by_tap
from tap_zohobooks.streams.records import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import requests
    from singer_sdk.helpers.types import Context, Record

FIRST, LAST = date(2026, 1, 1), date(2026, 10, 31)
DATES = {"from_date": FIRST.isoformat(), "to_date": LAST.isoformat()}
LEGS = 2  # of a transaction
MANY = 40_000
COUNT_ONLY = "2"
NESTED = "account_transactions"
DISPLAY = "%d %b %Y"  # of dates in the journal

Row = dict[str, Any]


def find_day(number: int, count: int) -> date:
    """Return the day of a transaction of so many."""
    return FIRST + timedelta(days=number * ((LAST - FIRST).days + 1) // count)


def build_head(number: int, day: date) -> Row:
    """Return what the legs of a transaction share."""
    return {
        "date": day.isoformat(),
        "transaction_id": str(10**18 + number),
        "transaction_type": "invoice",
        "entity_number": f"INV-{number:06}",
        "reference_number": "" if number % 3 else f"REF {number}",
        "contact_id": str(10**17 + number % 90),
        "currency_code": "USD",
        "exchange_rate": 1.0,
    }


class Postings(Service):
    """A report of postings; `rows` is how many legs it has."""

    @override
    def build_rows(self) -> Iterator[tuple[str, Row]]:
        """Yield what a page lists, each with its day."""
        count = self.rows // LEGS
        for number in range(count):
            day = find_day(number, count)
            for item in self.build_items(number, day):
                yield day.isoformat(), item

    def build_items(self, number: int, day: date) -> list[Row]:
        """Return what a page lists of a transaction."""
        raise NotImplementedError

    @override
    def page(self, asked: dict[str, str]) -> bytes:
        """Return a page of a range of days, or the number of its items."""
        first, last = asked["from_date"], asked["to_date"]
        shown = self.bodies[bisect_left(self.times, first) : bisect_right(self.times, last)]
        number, size = int(asked.get("page", 1)), int(asked.get("per_page", 200))
        start = (number - 1) * size
        context = {"page": number, "per_page": size, "has_more_page": start + size < len(shown),
                   "from_date": first, "to_date": last, "report_basis": "Accrual"}  # fmt: skip
        if asked.get("response_option") == COUNT_ONLY:
            counted = {"code": 0, "page_context": {**context, "total": len(shown)}}
            return json.dumps(counted).encode()
        return b'{"code":0,"page_context":%b,"%b":[%b]}' % (
            json.dumps(context).encode(),
            self.collection.encode(),
            self.wrap(b",".join(shown[start : start + size])),
        )

    def wrap(self, items: bytes) -> bytes:
        """Return the items of a page as its list has them."""
        return items


class Journal(Postings):
    """The journal: transactions with their legs."""

    collection = "journal"

    @override
    def build_items(self, number: int, day: date) -> list[Row]:
        amount = 100 + number % 7
        legs = [
            {
                "account_id": str(10**16 + number % 40 + side),
                "account_code": "",
                "name": f"Account {number % 40 + side}",
                "debit_amount": amount * (1 - side),
                "credit_amount": amount * side,
                "fcy_debit_amount": amount * (1 - side),
                "fcy_credit_amount": amount * side,
            }
            for side in range(LEGS)
        ]
        head = build_head(number, day)
        return [{**head, "date": day.strftime(DISPLAY), "contact_name": "Diaz Inc", NESTED: legs}]


class Ledger(Postings):
    """The transactions of all accounts: legs, in one wrapper a page."""

    collection = NESTED

    @override
    def build_items(self, number: int, day: date) -> list[Row]:
        amount, code = 100 + number % 7, {"account_group": "income", "account_code": ""}
        return [
            {
                **build_head(number, day),
                "account_id": str(10**16 + number % 40 + side),
                "account_name": f"Account {number % 40 + side}",
                "account": {**code, "account_type": "income"},
                "reference_transaction_id": "",
                "transaction_details": "Diaz Inc",
                "debit": "" if side else amount,
                "credit": amount if side else "",
                "net_amount": str(amount),
                "fcy_debit": "" if side else amount,
                "fcy_credit": amount if side else "",
                "total": amount,
                **dict.fromkeys(("offset_account_id", "offset_account_type", "project_ids"), ""),
            }
            for side in range(LEGS)
        ]

    @override
    def wrap(self, items: bytes) -> bytes:
        return b'{"name":"","account_transactions":[%b]}' % items


class PlainReport(PlainStream):
    """A report as the SDK's template reads it: all days as one list."""

    primary_keys = ("transaction_id",)
    replication_key = None

    @override
    def get_url_params(self, context: Context | None, next_page_token: int | None) -> Row:
        return super().get_url_params(context, next_page_token) | DATES


class PlainJournal(PlainReport):
    """The journal, whose legs take over what their transaction has."""

    name = "journal_report"
    path = "/books/v3/reports/journal"
    records_jsonpath = "$.journal[*]"
    make_schema = staticmethod(partial(SCHEMAS.fetch_schema, name))

    @override
    def parse_response(self, response: requests.Response) -> Iterable[Record]:
        for row in super().parse_response(response):
            head = {name: value for name, value in row.items() if name != NESTED}
            for leg in row[NESTED]:
                yield {**head, **leg}


class PlainLedger(PlainReport):
    """The transactions of all accounts."""

    name = "ledger_entries"
    path = "/books/v3/reports/accounttransaction"
    records_jsonpath = f"$.{NESTED}[*].{NESTED}[*]"
    make_schema = staticmethod(partial(SCHEMAS.fetch_schema, name))


KINDS: dict[str, tuple[type[Postings], type[PlainReport]]] = {
    one.name: (service, one) for service, one in ((Journal, PlainJournal), (Ledger, PlainLedger))
}


def ours(stream: str, service: Service) -> None:
    """Read with the tap."""
    read_by_tap(
        service,
        stream,
        SCHEMAS.fetch_schema(stream),
        report_start_date=FIRST.isoformat(),
        report_end_date=LAST.isoformat(),
    )


def plain(stream: str, service: Service) -> None:
    """Read with the SDK's plain way."""
    records.read_plainly(service, KINDS[stream][1])


def measure_ratio(stream: str) -> float:
    """Return what a posting costs beside the plain tap, in one turn."""
    make = KINDS[stream][0]
    mine, other = (
        records.microseconds(partial(read, stream), MANY, make) for read in (ours, plain)
    )
    return mine / other


def main() -> None:
    """Measure by turns, and print the median ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    for stream in KINDS:
        ratio = median(measure_ratio(stream) for _ in range(asked.turns))
        sys.stdout.write(f"{stream}: ratio {ratio:.2f} (of {asked.turns} turns)\n")


if __name__ == "__main__":
    main()
