"""One API call shows whether a list may be read, and what it can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sandbox import Behaviour, Request, Response
from sandbox.http import build_error
from tap_zohobooks.cli.common import select_streams
from tap_zohobooks.cli.list_check import ListCheck, check_list, choose_strategy, collect_lists
from tap_zohobooks.errors import AccessDenied, QuotaReached, ServiceError
from tests.conftest import Service

if TYPE_CHECKING:
    from tap_zohobooks.cli.common import SelectedStream

Services = Callable[..., Service]


def check(service: Service, stream: str) -> tuple[SelectedStream, ListCheck, list[str]]:
    """Check the list of a stream, and return the paths that were requested."""
    (one,) = select_streams(None, [stream])
    tap = service.quiet_tap()
    organization, now = service.organizations[0], service.clock.utc() - timedelta(seconds=1)
    tap.client.get("organizations")
    service.world.log.clear()
    result = check_list(tap.client, one.list_resource, organization, now)
    return one, result, [call.path for call in service.world.log]


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
    """One response shows it; a refused parameter costs one more call."""
    one = service(rows=5)
    one.world.behaviour["invoices"] = behaviour
    found, result, paths = check(one, stream)
    assert choose_strategy(found, result.capabilities) == way
    assert paths == ["/books/v3/invoices"] * number


def test_a_run_uses_the_strategy(service: Services) -> None:
    """The doctor finds the strategy of a list that a run uses."""
    names = ["invoices", "bills", "purchase_orders", "journals"]
    one = service(rows={"*": 3} | dict.fromkeys(names, 300) | {"purchaseorders": 300})
    run = one.complete(names)
    assert {name for _, name in run.tap.sync_context.capabilities} == set(names)
    for (_, name), capabilities in run.tap.sync_context.capabilities.items():
        stream, result, _ = check(one, name)
        assert choose_strategy(stream, result.capabilities) == choose_strategy(stream, capabilities)


@pytest.mark.parametrize("stream", ["taxes", "currencies", "locations", "custom_fields"])
def test_full_tables(service: Services, stream: str) -> None:
    """A list without a time of change is read whole, whatever its kind."""
    found, result, paths = check(service(rows=5), stream)
    assert result.error is None
    assert choose_strategy(found, result.capabilities) == "full table"
    assert len(paths) == 1


def test_a_catalog_may_want_the_full_table(service: Services) -> None:
    """A stream whose method is FULL_TABLE is read whole, whatever its list can do."""
    found, result, _ = check(service(rows=5), "invoices")
    assert (
        choose_strategy(replace(found, is_incremental=False), result.capabilities) == "full table"
    )


def test_a_missing_scope(service: Services) -> None:
    """A list that may not be read is denied, not absent."""
    one = service(rows=5)
    one.world.scopes[one.world.credentials.refresh_token] -= {"ZohoBooks.invoices.READ"}
    _, result, _ = check(one, "invoices")
    assert isinstance(result.error, AccessDenied)
    assert not result.is_absent
    assert len(one.world.mints) == 1  # without another token


@pytest.mark.parametrize(
    ("stream", "status", "code", "message"),
    [
        ("invoices", 404, 5, "Invalid URL Passed"),
        ("invoices", 400, 9, "This feature is not available in your plan."),
        ("item_categories", 400, 9, "No such thing."),
        ("custom_fields", 400, 9, "No such thing."),
    ],
)
def test_absent_lists(service: Services, stream: str, status: int, code: int, message: str) -> None:
    """A list with HTTP 404 is absent, and so is an undocumented list that is refused."""
    one = service(rows=5)
    (found,) = select_streams(None, [stream])
    one.world.refuse(found.list_resource.list_path, status, code, message)
    _, result, _ = check(one, stream)
    assert result.is_absent


@pytest.mark.parametrize(
    ("stream", "first", "second"),
    [
        ("reporting_tags", "reportingtags", "settings/tags"),
        ("transaction_locks", "transactionlocks", "transactionlock"),
        ("reporting_tag_options", "reportingtags", "settings/tags"),
    ],
)
@pytest.mark.parametrize(("status", "code"), [(404, 5), (404, 1002), (401, 57), (400, 2), (400, 9)])
def test_a_list_of_two_paths(
    service: Services, stream: str, first: str, second: str, status: int, code: int
) -> None:
    """It may be read if one of them is not refused, as in a run."""
    one = service(rows=5)
    one.world.refuse(first, status, code, "No such thing.")
    _, result, paths = check(one, stream)
    assert result.error is None
    lists = [path for path in paths if path != "/books/v3/organizations"]  # after a 401
    assert lists == [f"/books/v3/{first}", f"/books/v3/{second}"]
    one.world.refuse(second, 404, 5, "Invalid URL Passed")
    _, result, _ = check(one, stream)
    assert result.is_absent


def test_an_unknown_refusal(service: Services) -> None:
    """Another refusal of a documented list is a service error."""
    one = service(rows=5)
    one.world.refuse("invoices", 400, 9, "Something else.")
    _, result, _ = check(one, "invoices")
    assert isinstance(result.error, ServiceError)
    assert not result.is_absent


def test_a_filter_that_is_refused(service: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taxes are read without `filter_by` if the service refuses it, as in a run."""
    one = service(rows=5)
    answer = one.world.answer

    def strict(request: Request) -> Response:
        if "filter_by" in request.params:
            return build_error(400, 2, "Invalid value passed for filter_by")
        return answer(request)

    monkeypatch.setattr(one.world, "answer", strict)
    _, result, paths = check(one, "taxes")
    assert result.error is None
    assert paths == ["/books/v3/settings/taxes"]


def test_the_quota_ends_it(service: Services) -> None:
    """If the daily quota is used up, no list is probed."""
    one = service(rows=5, daily_quota=0)
    with pytest.raises(QuotaReached):
        check(one, "invoices")


def test_each_list_is_probed_once() -> None:
    """Streams of one list share its call; the organizations need none."""
    streams = select_streams(
        None, ["organizations", "bills", "bill_details", "bill_comments", "taxes"]
    )
    assert [one.name for one in collect_lists(streams)] == ["bills", "taxes"]
