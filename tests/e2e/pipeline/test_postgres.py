"""A ledger in PostgreSQL: every row, every amount to the last digit, every type as it is meant."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks.resources import ORGANIZATION
from tests.e2e.pipeline import truth
from tests.e2e.pipeline.pipes import block
from tests.e2e.pipeline.places import served
from tests.e2e.pipeline.warehouse import Holding, ask, fresh, holding, keep, kept, settings
from tests.sharing import once

if TYPE_CHECKING:
    from pathlib import Path

    from demo.postgres import Database
    from tests.e2e.pipeline.places import Place

pytestmark = pytest.mark.pipeline

ODD = (
    ("0.1", "USD"), ("0.2", "USD"), ("1.005", "USD"), ("123456789012345", "USD"),
    ("999999999999.99", "USD"), ("12.3456", "KWD"), ("1234567", "JPY"), ("-19.99", "USD"),
    ("1E-7", "USD"), ("0", "USD"),
)  # fmt: skip
NAMES = "Café 🧾 ✅", "חברת אלון בע״מ", "شركة الأمل", "株式会社", 'O\'Brien "&" \\N \t;'


# Amounts of a contact that follow its documents, which leave its time of change as it is.
DERIVED = ("outstanding_", "unused_credits_")

TENTHS = """
    SELECT organization_id, sum(total) FROM zohobooks.invoices WHERE total IN (0.1, 0.2) GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What two runs have left in a database, and what the service held then."""

    first: Holding
    second: Holding
    truth: dict[str, truth.Rows]
    catalog: dict[str, Any]
    checksums: dict[str, list[str]]
    sums: dict[str, list[dict[str, Decimal]]]
    loaded: dict[str, list[str]]
    changed: dict[str, list[str]]
    tenths: dict[str, Decimal]


def seed(place: Place) -> None:
    """Let the service hold the amounts and names that are easily got wrong."""
    for number, (amount, currency) in enumerate(ODD):
        place.clock.sleep(600)
        for organization in place.organizations:
            place.world.insert(
                organization,
                "invoices",
                total=Decimal(amount),
                balance=-Decimal(amount),
                currency_code=currency,
                customer_name=NAMES[number % len(NAMES)],
            )
    place.clock.sleep(3600)


def change(place: Place) -> dict[str, list[str]]:
    """Change a document of three kinds and add one, and return where each is."""
    place.clock.sleep(3600)
    changed: dict[str, list[str]] = {}
    for number, stream in enumerate(("invoices", "bills", "contacts", "journals")):
        organization = place.organizations[number % len(place.organizations)]
        collection = truth.STREAMS[stream]
        one = sorted(place.world.ids(organization, collection))[number]
        place.world.change(organization, collection, one)
        new = place.world.insert(organization, collection)
        changed[stream] = sorted([f"{organization}/{one}", f"{organization}/{new}"])
    return changed


def leave_balances(held: truth.Rows, before: truth.Rows, changed: list[str]) -> None:
    """Give contacts that did not change the balances that an earlier read has seen."""
    for key in before.keys() - set(changed):
        for column in held[key]:
            if column.startswith(DERIVED):
                held[key][column] = before[key][column]


def checksums(place: Place, database: Database) -> dict[str, list[str]]:
    """Return the digests of all streams, the service's and the database's."""
    return {
        stream: [
            truth.checksum(place.world, stream),
            ask(database, truth.checksum_query(place.world, stream))[0][0],
        ]
        for stream in truth.STREAMS
    }


def sums(database: Database, held: dict[str, truth.Rows], types: Holding) -> dict[str, Any]:
    """Return the sums by currency of all amounts, the service's and the database's."""
    found = {}
    for table, column in types.columns("numeric"):
        if "currency_code" in types.types[table] and not column.startswith("cf_"):
            query = truth.sums_query(table, column)
            found[f"{table}.{column}"] = [
                truth.sums(held[table].values(), column),
                dict(ask(database, query)),
            ]
    return found


@pytest.fixture(scope="module")
def ledger(shared: Path, server: Database, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Return what two runs bring, of three organizations, with changes between them."""

    def make(folder: Path) -> None:
        database = fresh(server, "ledger")
        ask(database, block("PostgreSQL", "sql"))
        with served(tmp_path_factory.mktemp("ledger"), shared, organizations=3) as place:
            seed(place)
            exact = settings(database) | {"use_copy": False}
            pipe = place.pipe(truth.STREAMS, "target-postgres", exact)
            state = pipe.run().well().state
            first = holding(database)
            before = truth.rows(place.world, "contacts")
            changed = change(place)
            pipe.run(state).well()
            second = holding(database)
            held = {stream: truth.rows(place.world, stream) for stream in truth.STREAMS}
            leave_balances(held["contacts"], before, changed["contacts"])
            keep(
                folder / "ledger.json",
                first=first,
                second=second,
                truth=held,
                catalog={one["stream"]: one for one in place.catalog["streams"]},
                checksums=checksums(place, database),
                sums=sums(database, held, second),
                loaded={one: truth.written(one, first, second) for one in truth.STREAMS},
                changed=changed,
                tenths=dict(ask(database, TENTHS)),
            )

    read = kept(once(shared, "ledger", make) / "ledger.json")
    return Ledger(**read | {"first": Holding(**read["first"]), "second": Holding(**read["second"])})


def test_every_row_is_there(ledger: Ledger) -> None:
    """Each table holds the rows that the service holds, of each organization, and no others."""
    found = {stream: sorted(truth.place(stream, row) for row in ledger.second.rows[stream])
             for stream in truth.STREAMS}  # fmt: skip
    assert found == {stream: sorted(rows) for stream, rows in ledger.truth.items()}
    assert len({row[ORGANIZATION] for row in ledger.second.rows["invoices"]}) == 3


def test_checksums_over_keys_and_revisions(ledger: Ledger) -> None:
    """The digest that the database makes of a stream's keys and revisions is the service's."""
    assert {stream: ours for stream, (theirs, ours) in ledger.checksums.items()} == {
        stream: theirs for stream, (theirs, ours) in ledger.checksums.items()
    }


def test_types(ledger: Ledger) -> None:
    """Amounts are numeric, instants timestamptz, lists and objects jsonb, and nothing is else."""
    wanted = {
        (table, column): kind(schema)
        for table in truth.STREAMS
        for column, schema in ledger.catalog[table]["schema"]["properties"].items()
    }
    assert {place: ledger.second.types[place[0]][place[1]] for place in wanted} == wanted
    assert {kind for columns in ledger.second.types.values() for kind in columns.values()} == {
        "bigint", "boolean", "date", "jsonb", "numeric", "text", "timestamp with time zone",
    }  # fmt: skip


def kind(schema: dict[str, Any]) -> str:
    """Return the type of column that a field deserves."""
    formats = {"date-time": "timestamp with time zone", "date": "date"}
    types = {"array": "jsonb", "boolean": "boolean", "number": "numeric", "object": "jsonb"}
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    (name,) = [one for one in kinds if one != "null"]
    return types.get(name) or formats.get(schema.get("format", ""), "text")


@pytest.mark.parametrize(
    ("kind", "least"),
    [("numeric", 2000), ("text", 9000), ("timestamp with time zone", 1000), ("date", 500),
     ("boolean", 2000), ("jsonb", 500)],
)  # fmt: skip
def test_every_value_is_the_services(ledger: Ledger, kind: str, least: int) -> None:
    """Each value of each row is what the service holds: to the digit, the letter, the second."""
    wrong, seen = [], 0
    for stream, column in ledger.second.columns(kind):
        if stream not in truth.STREAMS or column.startswith("cf_"):
            continue
        for row in ledger.second.rows[stream]:
            held = ledger.truth[stream][truth.place(stream, row)]
            if column in held:
                seen += (
                    held[column] not in {None, ""}
                    if not isinstance(held[column], list | dict)
                    else 1
                )
                if not truth.same(held[column], row[column]):
                    wrong.append((stream, column, held[column], row[column]))
    assert wrong == []
    assert seen > least


def test_sums_by_currency(ledger: Ledger) -> None:
    """Sums that the database makes by currency are exactly the service's, for each amount."""
    assert {place: ours for place, (theirs, ours) in ledger.sums.items()} == {
        place: theirs for place, (theirs, ours) in ledger.sums.items()
    }
    assert len(ledger.sums) > 50


def test_odd_amounts(ledger: Ledger) -> None:
    """Each amount that is easily rounded is there to its last digit, and so is its negative."""
    found = {(row["total"], row["balance"]) for row in ledger.second.rows["invoices"]}
    odd = {(Decimal(amount), -Decimal(amount)) for amount, _ in ODD}
    assert odd <= found


def test_copy_keeps_fifteen_digits(
    shared: Path, server: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With COPY, amounts of at most 15 digits are exact, and longer ones are doubles."""
    database = fresh(server, "copy")
    with served(tmp_path_factory.mktemp("copy"), shared) as place:
        seed(place)
        place.pipe(["invoices"], "target-postgres", settings(database)).run().well()
        theirs = truth.rows(place.world, "invoices")
    long = 0
    for row in holding(database).rows["invoices"]:
        held = theirs[truth.place("invoices", row)]
        for column in ("total", "balance", "adjustment"):
            amount = truth.number(held[column])
            assert amount is not None
            is_long = len(amount.as_tuple().digits) > 15
            assert row[column] == (Decimal(repr(float(amount))) if is_long else amount)
            long += is_long
    assert long


def test_tenths_add_up(ledger: Ledger) -> None:
    """The database's own sum of 0.1 and 0.2, a row each an organization, is 0.3 and no more."""
    assert ledger.tenths == {organization: Decimal("0.3") for organization in ledger.tenths}
    assert len(ledger.tenths) == 3


def test_text_is_kept(ledger: Ledger) -> None:
    """Emoji, right-to-left scripts, quotes and backslashes arrive as they are."""
    assert set(NAMES) <= {row["customer_name"] for row in ledger.second.rows["invoices"]}


def test_no_column_is_a_repr(ledger: Ledger) -> None:
    """No text is what Python prints of a list, an object, a number or a time."""
    marks = ("{'", "[{", "['", "Decimal(", "datetime.")
    texts = [row[column] for table, column in ledger.second.columns("text")
             for row in ledger.second.rows[table]]  # fmt: skip
    filled = [text for text in texts if text is not None]
    assert filled
    assert [text for text in filled if text.startswith(marks)] == []


def test_a_second_run_loads_what_is_new(ledger: Ledger) -> None:
    """A second run writes the changed and new rows, and those at the bookmark once more."""
    for stream, changed in ledger.changed.items():
        assert set(changed) <= set(ledger.loaded[stream])
        assert len(ledger.loaded[stream]) <= len(changed) + len(
            {one.split("/")[0] for one in ledger.truth[stream]}
        )
