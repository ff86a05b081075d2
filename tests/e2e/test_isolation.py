"""What cannot be read never stops the rest: lists, discovery and organizations."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from sandbox.http import Response
from tap_zohobooks.errors import ConfigError, QuotaReached, ServiceError, TapError
from tap_zohobooks.resources import TABLE
from tests.conftest import Collector, Run
from tests.gateway import Place, make_place

if TYPE_CHECKING:
    from sandbox import Request

Break = Callable[["Place", str], None]

ROWS = 4
TRIAL = (
    "Your trial of Zoho Books is over. Please upgrade to a paid plan to continue using Zoho Books."
)


def make(organizations: int = 1) -> Place:
    """Return a service of some organizations."""
    return make_place(ROWS, organizations)


def refuse(status: int, code: int | None, message: str) -> Break:
    """Return what lets a list respond with an error."""

    def apply(place: Place, path: str) -> None:
        place.world.refuse(path, status, code, message)

    return apply


def replace(body: bytes, status: int = 200) -> Break:
    """Return what lets a list respond with a body."""

    def apply(place: Place, path: str) -> None:
        def meddle(request: Request, answer: Response) -> Response:
            is_list = request.path.endswith(f"/{path}")
            return Response(status, body, answer.headers) if is_list else answer

        place.gateway.meddle = meddle

    return apply


BREAKS = {
    "not enabled": refuse(400, 9001, "This feature has not been enabled for your organization."),
    "forbidden": refuse(403, 4711, "Access from this network is not permitted."),
    "unknown code": refuse(400, 123456, "Unheard of."),
    "server error": refuse(500, 1000, "Internal Error"),
    "unavailable": refuse(503, None, "Service unavailable"),
    "no JSON": replace(b"<html>Sign in</html>"),
    "half of a body": replace(b'{"code": 0, "bankaccounts": ['),
    "an empty body": replace(b""),
    "another shape": replace(b'{"code": 0, "bankaccounts": 5}'),
}


@pytest.mark.parametrize("case", BREAKS)
@pytest.mark.parametrize("concurrency", [5, 1])
def test_a_list_that_fails_stops_no_other(case: str, concurrency: int) -> None:
    """All other streams arrive whole, the failed one is named, and the next run reads it."""
    place = make(2)
    whole = place.complete()
    BREAKS[case](place, "bankaccounts")
    run = place.run(max_concurrency=concurrency)
    assert isinstance(run.failure, TapError)
    assert run.failure.exit_code == 1
    for organization in place.organizations:
        assert f"Stream 'bank_accounts' of organization {organization}" in str(run.failure)
    assert {name for name, _ in run.counts} == {name for name, _ in whole.counts} - {
        "bank_accounts"
    }
    for (name, organization), count in whole.counts.items():
        assert run.counts[name, organization] == (0 if name == "bank_accounts" else count)
    place.heal()
    again = place.complete(state=run.state)
    for organization in place.organizations:
        key = "bank_accounts", organization
        assert again.counts[key] == whole.counts[key]


def test_several_failures_are_all_named() -> None:
    """Each stream that fails stands in the last line with its own reason, and each step once."""
    place = make(1)
    place.world.refuse("bankaccounts", 400, 9001, "This feature has not been enabled.")
    place.world.refuse("contacts", 500, 1000, "Internal Error")
    place.world.refuse("items", 403, 7, "Not from here.")
    run = place.run()
    text = str(run.failure)
    assert "3 failures; everything else was read." in text
    for name, reason in [("bank_accounts", "9001"), ("contacts", "1000"), ("items", "code 7")]:
        assert f"Stream '{name}' of organization {place.organizations[0]}" in text
        assert reason in text
    assert text.count("State is written; run again later.") == 1
    assert text.endswith(("[refused, no-answer]", "[no-answer, refused]"))


def test_more_failures_than_are_named() -> None:
    """The last line is bounded: the others have lines of their own before it."""
    place = make(2)
    for one in TABLE.values():
        if not one.of and "{" not in one.path:
            place.world.refuse(one.list_path, 400, 9001, "Not enabled.")
    run = place.run()
    assert "further failures are above." in str(run.failure)
    assert len(str(run.failure)) < 6000


@pytest.mark.parametrize("case", BREAKS)
def test_discovery_goes_on(case: str, caplog: pytest.LogCaptureFixture) -> None:
    """A list that fails costs its own columns only, and is named."""
    place = make(1)
    place.world.refuse("settings/customfields", 400, 15, "No.")
    place.world.refuse("settings/fields", 400, 15, "No.")
    BREAKS[case](place, "contacts")
    with caplog.at_level(logging.WARNING):
        catalog = place.catalog(place.config())
    columns = {
        entry["tap_stream_id"]: [one for one in entry["schema"]["properties"] if one[:3] == "cf_"]
        for entry in catalog["streams"]
    }
    assert not columns["contacts"]
    assert columns["invoices"]
    assert columns["bills"]
    if case != "another shape":
        assert "custom fields of 'contact'" in caplog.text


@pytest.mark.parametrize(("status", "code", "message"), [
    (400, 103001, TRIAL), (403, 103001, TRIAL), (401, 103001, TRIAL), (400, 42, TRIAL),
    (400, 6041, "This user is not associated with the CompanyID/CompanyName: 1."),
    (400, 9017, "This user is not associated with any organization"),
    (401, 6041, "This user is not associated with the CompanyID/CompanyName: 1."),
])  # fmt: skip
def test_a_closed_organization_is_skipped(
    status: int, code: int, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are read, the run ends well, and the service's own words say why."""
    place = make(3)
    closed = place.organizations[1]
    whole = place.complete(discovers=True)
    place.world.refuse("*", status, code, message, closed)
    run = place.complete(discovers=True)
    assert run.counts == {key: count for key, count in whole.counts.items() if key[1] != closed
                          or key[0] == "organizations"}  # fmt: skip
    assert message.rstrip(".") in caplog.text
    assert "Skipped: " in caplog.text
    assert len(place.world.mints) == 4  # two runs, each with a discovery before it
    assert not [one for one in run.messages if one["type"] == "ACTIVATE_VERSION"
                and one["stream"] != "organizations"]  # fmt: skip
    place.heal()
    again = place.complete(state=run.state, discovers=True)
    for (name, organization), count in whole.counts.items():
        if organization == closed:
            assert again.counts[name, closed] == count


@pytest.mark.parametrize("code", [103001, 6041])
def test_a_closed_organization_that_was_asked_for(code: int) -> None:
    """A configured one is an error of the configuration, after the others were read."""
    place = make(3)
    closed = place.organizations[0]
    place.world.refuse("*", 400, code, TRIAL, closed)
    run = place.run(organization_ids=place.organizations, discovers=True)
    assert isinstance(run.failure, ConfigError)
    assert closed in str(run.failure)
    assert TRIAL.rstrip(".") in str(run.failure)
    for organization in place.organizations[1:]:
        assert run.counts["invoices", organization] == ROWS


@pytest.mark.parametrize("discovers", [False, True])
@pytest.mark.parametrize("count", [1, 2])
def test_all_are_closed(count: int, *, discovers: bool) -> None:
    """A run that can read no organization is no success."""
    place = make(count)
    place.world.refuse("*", 400, 103001, TRIAL)
    run = place.run(discovers=discovers)
    assert isinstance(run.failure, ConfigError)
    assert "report" not in str(run.failure).lower()
    assert "scope" not in str(run.failure)


@pytest.mark.parametrize("discovers", [False, True])
def test_a_quota_ends_one_organization(*, discovers: bool) -> None:
    """The other organization is read and discovered; the run says that it must go on later."""
    place = make(2)
    first, second = place.organizations
    place.world.meters[first].quota = 0
    run = place.run(discovers=discovers)
    assert isinstance(run.failure, QuotaReached)
    assert run.counts["invoices", second] == ROWS
    assert not run.counts["invoices", first]


def test_an_entity_without_custom_fields_to_read() -> None:
    """An entity whose request fails costs the custom fields of that entity only."""
    place = make(1)
    (organization,) = place.organizations
    whole = place.complete(["custom_fields"]).records("custom_fields")

    def meddle(request: Request, answer: Response) -> Response:
        is_broken = request.params.get("entity") == "invoice"
        return Response(500, b"<html></html>", answer.headers) if is_broken else answer

    place.gateway.meddle = meddle
    run = place.run(["custom_fields"])
    assert isinstance(run.failure, ServiceError)
    read = {json.dumps(one, default=str) for one in run.records("custom_fields", organization)}
    assert read == {json.dumps(one, default=str) for one in whole if one["entity"] != "invoice"}


def test_a_connection_test_shows_every_failure() -> None:
    """A list of each scope is tried once, and all that fail are named."""
    place = make(1)
    place.world.refuse("bankaccounts", 400, 9001, "This feature has not been enabled.")
    place.world.refuse("items", 500, 1000, "Internal Error")
    tap = place.tap()
    place.world.log.clear()  # of the discovery
    with pytest.raises(TapError) as caught:
        tap.run_connection_test()
    assert "'bank_accounts'" in str(caught.value)
    assert "'items'" in str(caught.value)
    assert isinstance(tap.message_writer, Collector)
    assert Run(tap.message_writer.messages, tap).records("invoices")
    paths = [call.path for call in place.world.log if not call.path.endswith("/items")]
    scopes = {one.permission for one in TABLE.values()}
    assert len(paths) == len({*paths}) <= len(scopes)


def test_a_bookmark_in_the_future_stops_its_stream_only() -> None:
    """The other streams are read; the run ends as a wrong configuration does."""
    place = make(1)
    (organization,) = place.organizations
    state = {"bookmarks": {"invoices": {"partitions": [{
        "context": {"organization_id": organization},
        "replication_key": "last_modified_time",
        "replication_key_value": "2126-01-01T00:00:00+00:00",
    }]}}}  # fmt: skip
    run = place.run(["invoices", "bills"], state)
    assert isinstance(run.failure, ConfigError)
    assert run.counts["bills", organization] == ROWS
    assert not run.counts["invoices", organization]
