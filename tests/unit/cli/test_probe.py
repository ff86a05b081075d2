"""One call shows whether a list may be read, and what it can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sandbox import Behaviour, Request, Response
from sandbox.http import build_error
from tap_zohobooks.cli.common import select_streams
from tap_zohobooks.cli.probe import Finding, examine, lists, strategy
from tap_zohobooks.errors import AccessDenied, QuotaReached, ServiceError
from tests.conftest import Service

if TYPE_CHECKING:
    from tap_zohobooks.cli.common import SelectedStream

Services = Callable[..., Service]


def examined(service: Service, stream: str) -> tuple[SelectedStream, Finding, list[str]]:
    """Examine the list of a stream, and return the paths that were asked for it."""
    (one,) = select_streams(None, [stream])
    tap = service.quiet_tap()
    organization, now = service.organizations[0], service.clock.utc() - timedelta(seconds=1)
    tap.client.get("organizations")
    service.world.log.clear()
    finding = examine(tap.client, one.listed, organization, now)
    return one, finding, [call.path for call in service.world.log]


@pytest.mark.parametrize("stream", ["invoices", "invoice_details"])
@pytest.mark.parametrize(
    ("behaviour", "way", "number"),
    [
        (Behaviour(), "filter and sort", 1),
        (Behaviour(filter="ignored"), "sort only", 1),
        (Behaviour(filter="refused"), "sort only", 2),
        (Behaviour(sort="ignored"), "filter only", 1),
        (Behaviour(sort="refused"), "filter only", 2),
        (Behaviour(filter="ignored", sort="ignored"), "neither: all pages", 1),
        (Behaviour(filter="refused", sort="refused"), "neither: all pages", 3),
        (Behaviour(echo=False), "filter only", 1),
    ],
)
def test_what_a_list_can_do(
    service: Services, stream: str, behaviour: Behaviour, way: str, number: int
) -> None:
    """The answer of one call shows it; what is refused costs one more."""
    one = service(rows=5)
    one.world.behaviour["invoices"] = behaviour
    found, finding, paths = examined(one, stream)
    assert strategy(found, finding.capabilities) == way
    assert paths == ["/books/v3/invoices"] * number


def test_a_run_reads_as_was_found(service: Services) -> None:
    """What the doctor says of a list is what a run finds out while it reads."""
    names = ["invoices", "bills", "purchase_orders", "journals"]
    one = service(rows={"*": 3} | dict.fromkeys(names, 300) | {"purchaseorders": 300})
    run = one.complete(names)
    for (_, name), capabilities in run.tap.sync_context.capabilities.items():
        stream, finding, _ = examined(one, name)
        assert strategy(stream, finding.capabilities) == strategy(stream, capabilities)


@pytest.mark.parametrize("stream", ["taxes", "currencies", "locations", "custom_fields"])
def test_full_tables(service: Services, stream: str) -> None:
    """A list without a time of change is read whole, whatever its kind."""
    found, finding, paths = examined(service(rows=5), stream)
    assert finding.refused is None
    assert strategy(found, finding.capabilities) == "full table"
    assert len(paths) == 1


def test_a_catalog_may_want_the_full_table(service: Services) -> None:
    """A stream whose method is FULL_TABLE is read whole, whatever its list can do."""
    found, finding, _ = examined(service(rows=5), "invoices")
    assert strategy(replace(found, is_incremental=False), finding.capabilities) == "full table"


def test_a_missing_scope(service: Services) -> None:
    """A list that may not be read is denied, and not taken for absent."""
    one = service(rows=5)
    one.world.scopes[one.world.credentials.refresh_token] -= {"ZohoBooks.invoices.READ"}
    _, finding, _ = examined(one, "invoices")
    assert isinstance(finding.refused, AccessDenied)
    assert not finding.is_absent
    assert len(one.world.mints) == 1  # no token is spent on it


@pytest.mark.parametrize(
    ("stream", "status", "code", "message"),
    [
        ("invoices", 404, 5, "Invalid URL Passed"),
        ("invoices", 400, 9, "This feature is not available in your plan."),
        ("item_categories", 400, 9, "No such thing."),
        ("custom_fields", 400, 9, "No such thing."),
    ],
)
def test_what_an_edition_lacks(
    service: Services, stream: str, status: int, code: int, message: str
) -> None:
    """A list that is not there is absent, and so is an undocumented one that is refused."""
    one = service(rows=5)
    (found,) = select_streams(None, [stream])
    one.world.refuse(found.listed.list_path, status, code, message)
    _, finding, _ = examined(one, stream)
    assert finding.is_absent


def test_a_refusal_that_nobody_explains(service: Services) -> None:
    """Another no of a documented list is a fault, which is told as it is."""
    one = service(rows=5)
    one.world.refuse("invoices", 400, 9, "Something else.")
    _, finding, _ = examined(one, "invoices")
    assert isinstance(finding.refused, ServiceError)
    assert not finding.is_absent


def test_a_filter_that_is_refused(service: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taxes whose inactive rows cannot be asked for may be read all the same, as in a run."""
    one = service(rows=5)
    answer = one.world.answer

    def strict(request: Request) -> Response:
        if "filter_by" in request.params:
            return build_error(400, 2, "Invalid value passed for filter_by")
        return answer(request)

    monkeypatch.setattr(one.world, "answer", strict)
    _, finding, paths = examined(one, "taxes")
    assert finding.refused is None
    assert paths == ["/books/v3/settings/taxes"]


def test_a_spent_day_ends_it(service: Services) -> None:
    """Once the day is over no list is asked."""
    one = service(rows=5, daily_quota=0)
    with pytest.raises(QuotaReached):
        examined(one, "invoices")


def test_each_list_is_asked_once() -> None:
    """Streams that hang on one list share its call; organizations are known anyway."""
    streams = select_streams(
        None, ["organizations", "bills", "bill_details", "bill_comments", "taxes"]
    )
    assert [one.name for one in lists(streams)] == ["bills", "taxes"]
