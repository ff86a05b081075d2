"""The sizes at which nothing may be lost, and what that may cost."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from tap_zohobooks.resources import ORGANIZATION, TABLE
from tests.conftest import Collector, Run, Service

if TYPE_CHECKING:
    from singer_sdk.singerlib import Message

    from sandbox import Request, World

Make = Callable[..., Service]

PLENTY = {"requests_per_minute": 10**6, "daily_quota": 10**6}
SEVEN = ("bills", "contacts", "estimates", "expenses", "invoices", "items", "sales_orders")
LOT = 20261101


def revisions(service: Service, stream: str, organization: str) -> dict[str, int]:
    """Return what the service holds: each row's revision."""
    table = service.world.holdings[organization].get_table(TABLE[stream].list_path)
    return {name: record.revision for name, record in table.records.items()}


def held(service: Service, runs: list[Run], stream: str, organization: str) -> dict[str, int]:
    """Return what an upserting target holds: each row's revision."""
    shown = service.world.visible_field(TABLE[stream].list_path)
    rows: dict[str, int] = {}
    for run in runs:
        for record in run.records(stream, organization):
            text = str(record.get(shown))
            rows[record[TABLE[stream].key]] = int(text[4:]) if text.startswith("REV-") else 1
    return rows


def test_change_between_all_pages(service: Make) -> None:
    """Three organizations of seven lists of 1,300 rows: none lost, none stale after a quiet run."""
    place = service(rows={**{TABLE[one].list_path: 1300 for one in SEVEN}, "*": 0},
                    organizations=3, **PLENTY)  # fmt: skip
    lot = Random(LOT)  # noqa: S311  # to be repeated
    changes = 0

    def disturb(world: World, request: Request) -> None:
        nonlocal changes
        path = request.path.removeprefix("/books/v3/")
        organization = request.params.get("organization_id")
        if path not in {TABLE[one].list_path for one in SEVEN} or organization is None:
            return
        changes += 1
        place.clock.sleep(1)
        rows = [*world.holdings[organization].get_table(path).records]
        world.change(organization, path, lot.choice(rows))
        world.insert(organization, path)
        world.delete(organization, path, lot.choice(rows[1:]))

    place.world.before_call.append(disturb)
    first = place.complete(SEVEN, requests_per_minute=10**6)
    assert changes >= 3 * 7 * 7
    place.world.before_call.clear()
    place.clock.sleep(1000)
    second = place.complete(SEVEN, first.state, requests_per_minute=10**6)
    for stream in SEVEN:
        for organization in place.organizations:
            wanted = revisions(place, stream, organization)
            found = held(place, [first, second], stream, organization)
            assert {key: found.get(key) for key in wanted} == wanted


class Mortal(Collector):
    """Kills the run before it writes its n-th record."""

    def __init__(self, lifetime: int) -> None:
        """Live for so many records."""
        super().__init__()
        self._left = lifetime

    @override
    def write_message(self, message: Message) -> None:
        self._left -= message.to_dict()["type"] == "RECORD"
        if self._left < 0:
            raise KeyboardInterrupt
        super().write_message(message)


@pytest.mark.parametrize("lives", [(1, 1999, 3777), (1500, 1500, 1500), (5999, 300, 40)])
def test_three_kills(service: Make, lives: tuple[int, int, int]) -> None:
    """6,000 rows with three kills cost 31 calls of the list, and eight more a kill at most."""
    place = service(rows={"invoices": 6000, "*": 0}, organizations=1, **PLENTY)
    (organization,) = place.organizations
    state: dict[str, Any] = {}
    arrived: set[str] = set()
    for life in (*lives, 10**6):
        writer = Mortal(life)
        tap = place.tap(["invoices"], state, writer=writer, requests_per_minute=10**6)
        with contextlib.suppress(KeyboardInterrupt):
            tap.sync_all()
        run = Run(writer.messages, tap)
        arrived |= {record["invoice_id"] for record in run.records("invoices")}
        state = run.state or state
    assert arrived == place.world.ids(organization, "invoices")
    calls = [call for call in place.world.log if call.path.endswith("/invoices")]
    assert len(calls) <= 31 + 24


def test_the_hour_that_comes_twice(service: Make) -> None:
    """700 rows from before to after the end of summer time in New York arrive in order."""
    place = service(rows=0, organizations=1, **PLENTY)
    (organization,) = place.organizations
    begin = int(datetime(2026, 11, 1, 4, 30, tzinfo=UTC).timestamp())
    rows = {
        place.world.insert(organization, "invoices", last_modified_time=begin + 18 * number): number
        for number in range(700)
    }
    run = place.complete(["invoices"])
    arrived = [record["invoice_id"] for record in run.records("invoices", organization)]
    assert [rows[one] for one in arrived] == [*range(700)]
    times = [record["last_modified_time"] for record in run.records("invoices")]
    assert times == sorted(times)
    clocks = [
        row["last_modified_time"][:19]
        for page in (1, 2, 3, 4)
        for row in run.tap.client.get(
            "invoices",
            {"page": page, "sort_column": "last_modified_time", "sort_order": "A"},
            organization,
        ).document["invoices"]
    ]
    assert clocks != sorted(clocks)  # else the hour did not come twice
    assert run.records("invoices")[0][ORGANIZATION] == organization
