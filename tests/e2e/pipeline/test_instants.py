"""Times in PostgreSQL are instants: with the page's SQL, wherever the database lives."""

from __future__ import annotations

import secrets
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from psycopg import sql

from tests.e2e.pipeline import truth
from tests.e2e.pipeline.pipes import block
from tests.e2e.pipeline.warehouse import ask, fresh, holding, settings

if TYPE_CHECKING:
    from demo.postgres import Database
    from tests.e2e.pipeline.places import Place, Serve

pytestmark = pytest.mark.pipeline

ELSEWHERE = "Asia/Kolkata"
BARE, INSTANT = "timestamp without time zone", "timestamp with time zone"


def owned(server: Database, name: str) -> Database:
    """Make a database that lives elsewhere, and a role that owns it and may do nothing more."""
    database = fresh(server, name)
    word = secrets.token_hex(8)
    with closing(server.connect()) as connection:
        connection.autocommit = True  # so that what the role owns can be dropped before it
        for order in (
            "DROP ROLE IF EXISTS {name}",
            "CREATE ROLE {name} LOGIN NOSUPERUSER PASSWORD {word}",
            "ALTER DATABASE {name} OWNER TO {name}",
            "ALTER DATABASE {name} SET timezone TO {elsewhere}",
        ):
            connection.execute(
                sql.SQL(order).format(
                    name=sql.Identifier(name), word=word, elsewhere=sql.Literal(ELSEWHERE)
                )
            )
    return replace(database, user=name, password=word)


def kinds(database: Database) -> set[str]:
    """Return of which types the columns of times are, the loader's own among them."""
    return {
        kind
        for columns in holding(database).types.values()
        for kind in columns.values()
        if kind.startswith("timestamp")
    }


def shifted(place: Place, database: Database) -> list[tuple[str, str]]:
    """Return the times in a database that are not the service's."""
    theirs = truth.rows(place.world, "invoices")
    held = holding(database).rows["invoices"]
    assert {truth.place("invoices", row) for row in held} == theirs.keys()
    pairs = [
        (theirs[truth.place("invoices", row)][column], row[column])
        for row in held
        for column in ("created_time", "last_modified_time")
    ]
    return [pair for pair in pairs if not truth.same(*pair)]


@pytest.mark.parametrize("use_copy", [True, False], ids=["copy", "insert"])
def test_without_a_superuser(place: Serve, server: Database, *, use_copy: bool) -> None:
    """The owner of the tables makes instants of their times, in any time zone, as often as asked.

    The loader itself makes columns without a time zone: should it learn better, the page is stale.
    """
    database = owned(server, f"instants_{use_copy}".lower())
    mend = block("Without a superuser", "sql")
    config = {**settings(database), "use_copy": use_copy}
    with place(rows=5) as here:
        ask(database, mend)
        pipe = here.pipe(("invoices",), "target-postgres", config)
        state = pipe.run().well().state
        assert kinds(database) == {BARE}
        for _ in range(2):
            ask(database, mend)
            assert kinds(database) == {INSTANT}
            assert shifted(here, database) == []
        here.clock.sleep(3600)
        here.world.insert(here.organizations[0], "invoices")
        pipe.run(state).well()
        assert shifted(here, database) == []
        assert shifted(here, replace(server, name=database.name)) == []  # in another time zone
    assert kinds(database) == {INSTANT}


def test_with_a_trigger(place: Serve, server: Database) -> None:
    """The trigger makes instants from the first run on, also where rows come by INSERT."""
    database = owned(server, "instants_trigger")
    superuser = replace(server, name=database.name)
    ask(superuser, block("PostgreSQL", "sql"))
    with place(rows=5) as here:
        config = {**settings(database), "use_copy": False}
        here.pipe(("invoices",), "target-postgres", config).run().well()
        assert kinds(database) == {INSTANT}
        assert shifted(here, database) == shifted(here, superuser) == []


def test_what_the_page_warns_of(place: Serve, server: Database) -> None:
    """Without the page's SQL, times that come by COPY are digits of UTC, by INSERT local ones."""
    found = {}
    with place(rows=5) as here:
        for use_copy in (True, False):
            database = owned(server, f"bare_{use_copy}".lower())
            config = {**settings(database), "use_copy": use_copy}
            here.pipe(("invoices",), "target-postgres", config).run().well()
            asked = "SELECT to_jsonb({} AT TIME ZONE {}) FROM zohobooks.invoices ORDER BY 1"
            zone = "UTC" if use_copy else ELSEWHERE
            query = sql.SQL(asked).format(sql.Identifier("last_modified_time"), sql.Literal(zone))
            found[use_copy] = [truth.instant(row[0]) for row in ask(database, query)]
        theirs = [row["last_modified_time"] for row in truth.rows(here.world, "invoices").values()]
    assert found[True] == found[False] == sorted(map(truth.instant, theirs))  # type: ignore[type-var]


def test_a_mend_that_comes_late(place: Serve, server: Database) -> None:
    """Local times that INSERT has left are put right by a full refresh after the mend."""
    database = owned(server, "instants_late")
    with place(rows=5) as here:
        config = {**settings(database), "use_copy": False}
        pipe = here.pipe(("invoices",), "target-postgres", config)
        pipe.run().well()
        ask(database, block("Without a superuser", "sql"))
        assert shifted(here, database) != []
        pipe.run().well()
        assert shifted(here, database) == []
