"""Postings of a report: walk its wrappers, number the lines of a transaction, check its balance."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.transform.numbers import parse_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tap_zohobooks.transform.cleaner import Row

WRAPPED = "account_transactions"
TRANSACTION, ACCOUNT, DATE = "transaction_id", "account_id", "date"
POSTING, OTHER = "posting", "other"
LINE_TYPES = ("opening", "closing", "total")  # words of lines that book nothing, and their types
MAX_HASH = 16  # hexadecimal digits

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Item:
    """What a page lists at one place: a line of a ledger, or a whole transaction of the journal.

    `content` is equal for equal items only; `postings` are those of its legs that book something.
    """

    legs: Sequence[Row]
    content: bytes

    @property
    def postings(self) -> int:
        """The number of legs that book something."""
        return sum(find_line_type(leg) == POSTING for leg in self.legs)


def list_lines(listed: Iterable[Any]) -> Iterator[Item]:
    """Yield each line of a ledger, from all wrappers on a page; what is no object has no legs."""
    for row in listed:
        if isinstance(row, dict) and isinstance(row.get(WRAPPED), list):
            yield from list_lines(row[WRAPPED])
        else:
            yield Item([row] if isinstance(row, dict) else [{}], _encode(row))


def list_transactions(listed: Iterable[Any]) -> Iterator[Item]:
    """Yield each transaction of a journal: its legs, with the fields of the transaction.

    A transaction without an id has one of its date and content, so that equal ones share it.
    """
    for row in listed:
        wrapper = row if isinstance(row, dict) else {}
        below = wrapper.get(WRAPPED)
        legs = below if isinstance(below, list) else []
        if any(isinstance(leg, dict) and WRAPPED in leg for leg in legs):
            yield from list_transactions(legs)
            continue
        head = {name: value for name, value in wrapper.items() if name != WRAPPED}
        head[TRANSACTION] = head.get(TRANSACTION) or _make_id(wrapper)
        rows = [{**head, **leg} if isinstance(leg, dict) else {} for leg in legs]
        yield Item(rows if wrapper else [{}], _encode(row))


def _make_id(wrapper: Row) -> str:
    digest = hashlib.sha256(_encode(wrapper)).hexdigest()
    return f"content:{digest[:MAX_HASH]}"


def find_line_type(leg: Row) -> str:
    """Return what a line is: a posting has a transaction, others are known by their words."""
    number = leg.get(TRANSACTION)
    if number and str(number).strip():
        return POSTING
    for field in ("transaction_type", "transaction_details", "name", "account_name"):
        text = str(leg.get(field) or "").lower()
        for word in LINE_TYPES:
            if word in text:
                return word
    return OTHER


@dataclass(frozen=True, slots=True)
class PostingReport:
    """How a report shows postings: its items, their amounts, and what tells two lines apart.

    `rows` is the key of the rows in a response; `scope` are the columns within which lines are
    numbered.
    """

    rows: str
    walk: Callable[[Iterable[Any]], Iterator[Item]]
    debit: str
    credit: str
    scope: Sequence[str]

    def list_items(self, document: Mapping[str, Any]) -> list[Item]:
        """Return the items of a response.

        Raises:
            ServiceError: It holds no list of them: a response without one is not an empty one.
        """
        listed = document.get(self.rows)
        if not isinstance(listed, list):
            raise Reason.NO_ROWS.error(keys=sorted(document), wanted=self.rows)
        return [*self.walk(listed)]

    def number_day(self, legs: Iterable[Row], day: str) -> Iterator[Row]:
        """Yield all legs of a day, each with `line_number`, `row_type` and `is_balanced`.

        Lines are numbered from 1 in the order of account and content, so that neither the order
        of the service nor the place of a page has a part in it. A line without a transaction is
        identified by its type and the day, and has no balance.
        """
        found: dict[str, list[Row]] = defaultdict(list)
        for leg in legs:
            found[self._identify(leg, day)].append(leg)
        for number, mine in sorted(found.items()):
            kind = find_line_type(mine[0])
            is_balanced = self.is_balanced(mine) if kind == POSTING else None
            counts: Counter[tuple[str, ...]] = Counter()
            for leg in sorted(mine, key=lambda one: (str(one.get(ACCOUNT)), _encode(one))):
                row = {**leg, TRANSACTION: number, "row_type": kind, "is_balanced": is_balanced}
                scope = tuple(str(row.get(column) or "") for column in self.scope)
                counts[scope] += 1
                yield {**row, "line_number": counts[scope]}

    def _identify(self, leg: Row, day: str) -> str:
        kind = find_line_type(leg)
        return str(leg[TRANSACTION]) if kind == POSTING else f"{kind}:{day}"

    def is_balanced(self, legs: Iterable[Row]) -> bool:
        """Tell whether the debits of a transaction equal its credits, to the last digit."""
        amounts = [self.read_amount(leg) for leg in legs]
        return None not in amounts and not sum(one or 0 for one in amounts)

    def read_amount(self, leg: Row) -> Decimal | int | None:
        """Return the debit of a leg less its credit; None if one of them is no number."""
        debit, credit = _to_amount(leg.get(self.debit)), _to_amount(leg.get(self.credit))
        return None if debit is None or credit is None else debit - credit


class Balances:
    """The balances of the transactions whose debits and credits differ so far."""

    def __init__(self, report: PostingReport) -> None:
        """Start without postings."""
        self._report = report
        self._open: dict[str, Decimal | int] = defaultdict(int)

    @property
    def is_even(self) -> bool:
        """Whether the debits of every transaction equal its credits."""
        return not self._open

    def add(self, items: Iterable[Item]) -> None:
        """Add the postings of items."""
        for item in items:
            for leg in item.legs:
                if find_line_type(leg) == POSTING:
                    number = str(leg[TRANSACTION])
                    self._open[number] += self._report.read_amount(leg) or 0
                    if not self._open[number]:
                        del self._open[number]


def _to_amount(value: object) -> Decimal | int | None:
    """Return an amount; a blank one is 0, None if it is no number."""
    if isinstance(value, str):
        return parse_number(value) if value.strip() else 0
    if value is None:
        return 0
    return value if isinstance(value, (int, Decimal)) else None


JOURNAL = PostingReport(
    "journal", list_transactions, "debit_amount", "credit_amount", (TRANSACTION,)
)
LEDGER = PostingReport(
    WRAPPED, list_lines, "debit", "credit", ("transaction_type", TRANSACTION, ACCOUNT)
)
