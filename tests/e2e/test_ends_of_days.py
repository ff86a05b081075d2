"""Quotas that end, faults of all kinds, and organizations that are read at the same time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from sandbox import Faults, World
from sandbox.server.transport import WorldAdapter
from tap_zohobooks.errors import QuotaReached
from tap_zohobooks.tap import TapZohoBooks
from tests.conftest import BASE, Collector, Run, Service

if TYPE_CHECKING:
    from tap_zohobooks.http.session import ServiceSession

Make = Callable[..., Service]

PLENTY = {"requests_per_minute": 10**6, "daily_quota": 10**6}
DAY = 86_400.0


@pytest.mark.parametrize("concurrency", [1, 5])
def test_a_quota_that_takes_four_days(service: Make, concurrency: int) -> None:
    """400 documents at 130 calls a day: four runs, none over its share, few documents twice.

    The one at the bookmark is read again, and those that were in flight behind it.
    """
    place = service(rows={"invoices": 400, "*": 0}, organizations=1, daily_quota=150)
    (organization,) = place.organizations
    state, codes, fetched, arrived = None, [], Counter[str](), set()
    for _ in range(4):
        before = len(place.world.log)
        run = place.run(["invoice_details"], state, quota_reserve=20, max_concurrency=concurrency)
        calls = [call for call in place.world.log[before:] if call.organization_id]
        assert len(calls) <= 150 - 20
        assert {call.status for call in calls} == {200}
        fetched.update(call.path for call in calls if call.path.count("/") > 3)
        arrived |= {record["invoice_id"] for record in run.records("invoice_details")}
        codes.append(run.failure.exit_code if isinstance(run.failure, QuotaReached) else 0)
        state = run.state
        place.clock.sleep(DAY)
    assert codes == [75, 75, 75, 0]
    assert arrived == place.world.ids(organization, "invoices")
    assert 3 <= fetched.total() - 400 <= 3 * concurrency


@pytest.mark.parametrize("lot", range(3))
def test_all_kinds_of_faults(service: Make, lot: int) -> None:
    """6,000 rows arrive though a fifth of all calls goes wrong, some with all tokens cancelled."""
    place = service(rows={"invoices": 6000, "*": 0}, organizations=1, **PLENTY)
    (organization,) = place.organizations
    place.world.faults = Faults(server_error=0.05, html=0.03, drop=0.05, cut=0.04,
                                cancel_tokens=0.05, seed=lot)  # fmt: skip
    run = place.complete(["invoices"], page_size=50)
    assert {record["invoice_id"] for record in run.records("invoices")} == place.world.ids(
        organization, "invoices"
    )
    assert len({call.status for call in place.world.log}) > 3


def seconds(world: World, organizations: list[str]) -> float:
    """Return how long the documents of some organizations take, on a real clock."""

    class RealTap(TapZohoBooks):
        """The tap, without a socket."""

        @cached_property
        @override
        def session(self) -> ServiceSession:
            session = super().session
            session.mount(BASE, WorldAdapter(world, time.sleep))
            return session

    catalog = RealTap(config={}, validate_config=False, setup_mapper=False).catalog_dict
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = entry["stream"] == "bill_details"
    config = {
        **asdict(world.credentials),
        "accounts_url": BASE,
        "api_url": BASE,
        "organization_ids": organizations,
        "token_cache": "off",
    }
    writer = Collector()
    tap = RealTap(config=config, catalog=catalog, message_writer=writer)
    began = time.monotonic()
    tap.sync_all()
    spent = time.monotonic() - began
    assert len(Run(writer.messages, tap).records("bill_details")) == 30 * len(organizations)
    return spent


@pytest.mark.timed
def test_four_organizations_take_as_long_as_one() -> None:
    """Four organizations are read in at most 1.2 times the time of one."""
    world = World.build(rows={"bills": 30, "*": 0}, organizations=4, latency=1.0)
    names = [row["organization_id"] for row in world.organizations]
    alone = seconds(world, names[:1])
    together = seconds(world, names)
    assert together <= 1.2 * alone
