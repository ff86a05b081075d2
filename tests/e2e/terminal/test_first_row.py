"""From nothing to the first row: the steps of a new user, with a time limit."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from demo.postgres import run_postgres
from tests.e2e.pipeline.test_target import TARGET

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.terminal.conftest import Terminal

    Terminals = Callable[..., Terminal]

pytestmark = pytest.mark.pipeline

FIVE_MINUTES = 300
COUNT = "SELECT count(*), count(DISTINCT organization_id) FROM zohobooks.invoices"


def test_from_nothing_to_rows_in_five_minutes(terminal: Terminals) -> None:
    """Login, doctor, plan, and a run into a database take less than five minutes."""
    one = terminal(region="in", rows=3)
    with run_postgres() as database:
        target = {
            "host": database.host,
            "port": database.port,
            "user": database.user,
            "password": database.password,
            "database": database.name,
            "default_target_schema": "zohobooks",
        }
        (one.folder / "target.json").write_text(json.dumps(target))
        began = time.monotonic()
        login = one.login()
        login.answer("(client, browser, code) [client]: ", "browser")
        login.answer("or all) [all]: ", "all")
        assert login.end() == 0
        assert one.run("doctor", "--yes").end() == 0
        assert one.run("plan", "--yes").end() == 0
        tap = "TAP_ZOHOBOOKS_LOGLEVEL=DEBUG tap-zohobooks --config ENV 2>debug.log"
        run = one.shell(f"{tap} | {TARGET} --config target.json >state.json")
        assert run.end() == 0, run.text[-3000:]
        assert "DEBUG" in (one.folder / "debug.log").read_text()  # and no secret: see check_secrets
        with database.connect() as connection:
            (found,) = connection.execute(COUNT).fetchall()
        assert time.monotonic() - began < FIVE_MINUTES
    assert found == (6, 2)
