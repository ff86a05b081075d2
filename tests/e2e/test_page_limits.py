"""Runs against lists that return fewer rows a page than requested."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox import Behaviour

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.data.catalog import FilterTreatment, Treatment
    from tests.conftest import Service

ROWS = {1: 25, 2: 25, 7: 430, 60: 200}
KEYS = {"contacts": "contact_id", "purchase_order_details": "purchaseorder_id"}
PATHS = {"contacts": "contacts", "purchase_order_details": "purchaseorders"}
KINDS: list[tuple[Treatment, FilterTreatment]] = [
    ("honoured", "honoured"),
    ("honoured", "ignored"),
    ("ignored", "ignored"),
]


@pytest.mark.parametrize(("sort", "filters"), KINDS)
@pytest.mark.parametrize("is_stated", [True, False])
@pytest.mark.parametrize("limit", ROWS)
def test_a_list_that_returns_few_rows_a_page(
    service: Callable[..., Service], limit: int, sort: Treatment, filters: FilterTreatment,
    *, is_stated: bool,
) -> None:  # fmt: skip
    """A first run brings each row once, a second one what has changed, whatever a page holds."""
    place = service(rows=ROWS[limit], organizations=1, requests_per_minute=10**6, daily_quota=10**6)
    (organization,) = place.organizations
    streams = list(KEYS) if ROWS[limit] < 100 else [*KEYS][:1]
    for stream in streams:
        place.world.behaviour[PATHS[stream]] = Behaviour(
            sort, filters, page_limit=limit, states_page_limit=is_stated
        )
    first = place.complete(streams)
    changed = {stream: min(place.world.ids(organization, PATHS[stream])) for stream in streams}
    place.clock.sleep(1000)
    for stream, one in changed.items():
        place.world.change(organization, PATHS[stream], one)
    second = place.complete(streams, first.state)
    for stream in streams:
        found = [record[KEYS[stream]] for record in first.records(stream, organization)]
        assert sorted(found) == sorted(place.world.ids(organization, PATHS[stream]))
        again = {record[KEYS[stream]] for record in second.records(stream, organization)}
        assert changed[stream] in again
        assert len(again) <= 3
