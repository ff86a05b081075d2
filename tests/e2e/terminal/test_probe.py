"""`zohobooks probe` and `zohobooks get` at a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.e2e.terminal.conftest import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.terminal.conftest import Terminal

    Terminals = Callable[..., Terminal]

FIRST = "927270289"


def test_a_probe_is_confirmed(terminal: Terminals) -> None:
    """The number of calls is stated first; a no costs none, a yes no more than that."""
    one = terminal(organizations=1, rows=3)
    one.store()
    declined = one.run("probe", "--report", "report.json")
    declined.answer("calls of the day, one more for each custom module", "n")
    assert declined.end() == 0
    assert one.world.log == []
    confirmed = one.run("probe", "--report", "report.json")
    confirmed.answer("Go on? [y/N]: ", "y")
    confirmed.expect("read", "The report: report.json")
    assert confirmed.end() == 0
    report = json.loads((one.folder / "report.json").read_text())
    calls = [call for call in one.world.log if call.organization_id]
    assert len(calls) == report["calls"]["made"] <= report["calls"]["planned"] + 1
    assert FIRST not in json.dumps(report)


def test_an_interrupted_probe_leaves_a_report(terminal: Terminals) -> None:
    """Ctrl-C ends a probe with a report of what was found until then."""
    one = terminal(organizations=1, rows=3, latency=0.2)
    one.store()
    dialogue = one.run("probe", "--report", "report.json", "--yes")
    dialogue.expect("where the service fails.")
    wait_until(lambda: one.world.meters[FIRST].used > 8)
    assert dialogue.interrupt() == 1
    report = json.loads((one.folder / "report.json").read_text())
    assert (report["is_complete"], report["ended_by"]) == (False, "aborted")
    outcomes = {entry["outcome"] for entry in report["endpoints"]}
    assert outcomes == {"read", "not asked"}


def test_a_response_is_printed(terminal: Terminals) -> None:
    """One call of the right organization is made, and its response is printed as JSON."""
    one = terminal(organizations=2, rows=3)
    one.store()
    dialogue = one.run("get", "/books/v3/invoices", "-p", "per_page=1", "--organization", FIRST)
    dialogue.expect('"invoice_number"', '"has_more_page": true')
    assert dialogue.end() == 0
    assert [call.organization_id for call in one.world.log] == [FIRST]
