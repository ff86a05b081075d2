"""Bookmarks of other taps and versions are gone on from where that is sound, else named."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tap_zohobooks.errors import ConfigError
from tap_zohobooks.resources import MODIFIED, TABLE
from tap_zohobooks.singer.state_migration import RENAMED, migrate_state
from tests.conftest import Service

Make = Callable[..., Service]

STREAMS = {"bills": MODIFIED, "invoice_details": MODIFIED, "invoices": MODIFIED, "taxes": ""}
ONE = {"organization_id": "1"}


def entry(value: object, key: str = MODIFIED, **context: str) -> dict[str, Any]:
    """Return an entry of a state, with a context or without."""
    found = {"replication_key": key, "replication_key_value": value}
    return {"context": context, **found} if context else found


def partitions(*entries: dict[str, Any]) -> dict[str, Any]:
    """Return what a state says of a stream."""
    return {"partitions": list(entries)}


def take(stream: str, bookmark: dict[str, Any]) -> dict[str, Any]:
    """Take over the state of one stream."""
    found = migrate_state({"bookmarks": {stream: bookmark}}, STREAMS, logging.getLogger("tap"))
    kept: dict[str, Any] = found["bookmarks"]
    return kept


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2026-06-09T17:15:37+00:00", "2026-06-09T17:15:37+00:00"),
        ("2026-06-09T17:15:37Z", "2026-06-09T17:15:37+00:00"),
        ("2026-06-09T10:15:37-0700", "2026-06-09T17:15:37+00:00"),
        ("2026-06-09T22:45:37+05:30", "2026-06-09T17:15:37+00:00"),
        ("2026-06-09T17:15:37.123456+00:00", "2026-06-09T17:15:37.123456+00:00"),
    ],
)
def test_values_become_instants(value: str, instant: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever its offset, a bookmark is an instant in UTC, as this tap writes it."""
    wanted = partitions(entry(instant, **ONE))
    assert take("invoices", partitions(entry(value, **ONE))) == {"invoices": wanted}
    assert caplog.messages == []


def test_an_entry_without_a_key() -> None:
    """An entry that does not say what it is a bookmark of is one of the time of change."""
    given = {"context": ONE, "replication_key_value": "2026-06-09T17:15:37Z"}
    (found,) = take("invoices", partitions(given))["invoices"]["partitions"]
    assert found["replication_key"] == MODIFIED


@pytest.mark.parametrize("value", ["2026-06-09", "2026-06-09T17:15:37", "yesterday", 5, ["x"]])
@pytest.mark.parametrize("context", [{}, ONE])
def test_values_that_are_no_instant(value: object, context: dict[str, str]) -> None:
    """A bookmark that could mean several instants, or none, is refused in one line."""
    given = entry(value, **context)
    with pytest.raises(ConfigError, match="'invoices' is not a date and time") as caught:
        take("invoices", partitions(given) if context else given)
    assert caught.value.exit_code == 78
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("stream", "given", "why"),
    [
        ("invoices", partitions(entry("2026-06-09", "date", **ONE)), "of 'date'"),
        ("invoices", entry("2026-06-09", "date"), "of 'date'"),
        (
            "invoice_details",
            partitions(entry("2026-06-09T17:15:37Z", invoice_id="7", **ONE)),
            r"by document \(1\)",
        ),
        (
            "invoices",
            partitions({"context": ONE, "progress_markers": {"replication_key_value": "2026"}}),
            "none that is sure",
        ),
        ("invoices", {"last_modified_time": "2026-06-09T17:15:37Z"}, "none that is sure"),
        ("vendors", partitions(entry("2026-06-09T17:15:37Z", **ONE)), "called 'contacts' here"),
        (
            "bills_details",
            partitions(entry("2026-06-09T17:15:37Z", bill_id="7", **ONE)),
            "called 'bill_details' here",
        ),
    ],
)
def test_bookmarks_that_are_left_out(
    stream: str, given: dict[str, Any], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A bookmark that cannot be gone on from is named with the reason, and left out."""
    found = take(stream, given).get(stream, {})
    assert values(found) == []
    (message,) = caplog.messages
    assert f"'{stream}'" in message
    assert re.search(why, message)


def values(bookmark: dict[str, Any]) -> list[object]:
    """Return the bookmarks that the state of a stream holds."""
    entries = [bookmark, *bookmark.get("partitions", [])]
    return [one["replication_key_value"] for one in entries if "replication_key_value" in one]


@pytest.mark.parametrize(
    ("stream", "given"),
    [
        ("invoices", {}),
        ("invoices", partitions()),
        ("invoices", partitions({"context": ONE})),
        ("taxes", partitions({"context": ONE})),
        ("taxes", partitions(entry("2026", "date", **ONE))),
        ("organization_id", {}),
        ("profit_and_loss", partitions({"context": ONE})),
    ],
)
def test_nothing_is_said_of_nothing(
    stream: str, given: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Where no read begins anew there is nothing to warn of."""
    take(stream, given)
    assert caplog.messages == []


@pytest.mark.parametrize(
    "given", [partitions(entry("2026", "date", **ONE)), {"invoices": "2026-01-01T00:00:00Z"}]
)
def test_streams_that_nobody_knows(given: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """A bookmark of a stream that is not there is named, and kept, in whatever shape it is."""
    assert take("moon_phases", given) == {"moon_phases": given}
    (message,) = caplog.messages
    assert "'moon_phases'" in message


def test_renamed_streams_exist() -> None:
    """What a stream of another tap is called here is a stream, and its own name is none."""
    assert RENAMED.keys().isdisjoint(TABLE)
    assert set(RENAMED.values()) <= TABLE.keys()


def hotglue(organization: str, since: str, bills: list[str]) -> dict[str, Any]:
    """Return a state as hotglue's tap leaves it: local times, some streams by document."""
    whole = {"organization_id": organization}
    return {
        "bookmarks": {
            "organization_id": {},
            "chart_of_accounts": partitions({"context": whole}),
            "invoices": partitions(entry(since, **whole)),
            "contacts": partitions(entry(since, **whole)),
            "vendors": partitions(entry(since, **whole)),
            "currencies": {},
            "bills": partitions({**entry(since, **whole), "progress_markers": {}}),
            "bills_details": partitions(*(entry(since, bill_id=one, **whole) for one in bills)),
            "invoice_details": partitions(
                *(entry(since, invoice_id=one, **whole) for one in bills)
            ),
        }
    }


def test_a_state_of_hotglues_tap(service: Make, caplog: pytest.LogCaptureFixture) -> None:
    """Its lists are gone on from, its documents are read anew, and both are said."""
    place = service(rows=60, organizations=1)
    (organization,) = place.organizations
    state = place.complete(["invoices"]).state
    since = state["bookmarks"]["invoices"]["partitions"][0]["replication_key_value"]
    local = datetime.fromisoformat(since).astimezone(timezone(timedelta(hours=-7)))
    given = hotglue(organization, local.strftime("%Y-%m-%dT%H:%M:%S%z"), ["1", "2", "3"])
    caplog.clear()
    run = place.complete(["invoices", "invoice_details"], given)
    assert len(run.records("invoices")) <= 3
    assert len(run.records("invoice_details")) == 60
    told = [one for one in caplog.messages if "bookmark of" in one]
    assert [one.split("'")[1] for one in told] == ["vendors", "bills_details", "invoice_details"]
    assert "'bill_id'" not in str(run.state)
    assert run.bookmark("invoices", organization) == since


def unpartitioned(place: Service) -> dict[str, Any]:
    """Return a state that names no organization, of after all was read."""
    state = place.complete(["invoices"]).state
    (first, *_) = state["bookmarks"]["invoices"]["partitions"]
    return {"bookmarks": {"invoices": entry(first["replication_key_value"])}}


def test_a_bookmark_of_the_only_organization(service: Make) -> None:
    """A bookmark that names no organization is that of the only one that is read."""
    place = service(organizations=1)
    given = unpartitioned(place)
    run = place.complete(["invoices"], given)
    assert len(run.records("invoices")) <= 3
    assert values(run.state["bookmarks"]["invoices"]) == values(given["bookmarks"]["invoices"])
    assert run.bookmark("invoices", *place.organizations)


def test_a_bookmark_of_the_only_organization_that_is_chosen(service: Make) -> None:
    """So it is where the settings choose one of several organizations."""
    place = service(organizations=2)
    given = unpartitioned(place)
    chosen = place.organizations[0]
    run = place.complete(["invoices"], given, organization_ids=[chosen])
    assert 1 <= len(run.records("invoices")) <= 3


def test_an_organizations_own_bookmark_wins(service: Make) -> None:
    """A bookmark that names no organization does not replace one that does."""
    place = service(organizations=1)
    own = place.complete(["invoices"]).state["bookmarks"]["invoices"]
    both = {"bookmarks": {"invoices": {**own, **entry("2031-01-01T00:00:00Z")}}}
    assert place.complete(["invoices"], both).state["bookmarks"]["invoices"] == own


def test_a_bookmark_of_nobody_knows_which(service: Make) -> None:
    """With several organizations it is refused in one line, nothing is read, and it is kept."""
    place = service(organizations=2)
    given = unpartitioned(place)
    run = place.run(["invoices"], given)
    assert isinstance(run.failure, ConfigError)
    assert all(one in str(run.failure) for one in place.organizations)
    assert run.records("invoices") == []
    assert values(run.state["bookmarks"]["invoices"]) == values(given["bookmarks"]["invoices"])


def test_a_bookmark_in_the_future(service: Make) -> None:
    """It is refused in one line that names it: what changes until then would never be read."""
    place = service(rows=10, organizations=1)
    (organization,) = place.organizations
    given = partitions(entry("2099-01-01T00:00:00Z", organization_id=organization))
    run = place.run(["invoices"], {"bookmarks": {"invoices": given}})
    assert isinstance(run.failure, ConfigError)
    assert "'invoices'" in str(run.failure)
    assert "2098-12-31T23:55:00+00:00" in str(run.failure)
    assert "\n" not in str(run.failure)
    assert run.records("invoices") == []
    assert run.bookmark("invoices", organization) == "2099-01-01T00:00:00+00:00"


def test_a_start_date_in_the_future(service: Make) -> None:
    """So is a start date from which on nothing could have changed yet."""
    run = service(rows=10).run(["invoices"], start_date="2099-01-01T00:00:00Z")
    assert isinstance(run.failure, ConfigError)
    assert "start_date" in str(run.failure)


def test_organizations_that_are_not_read_keep_their_state(service: Make) -> None:
    """The state of an organization that is no longer selected is emitted as it came."""
    place = service(organizations=2)
    first, second = place.organizations
    state = place.complete(["invoices", "currencies"]).state
    place.world.insert(second, "invoices")
    run = place.complete(["invoices", "currencies"], state, organization_ids=[second])
    assert run.records("invoices", second)
    for stream in ("invoices", "currencies"):
        assert kept(run.state, stream, first) == kept(state, stream, first) != []


def kept(state: dict[str, Any], stream: str, organization: str) -> list[dict[str, Any]]:
    """Return what a state says of a stream of an organization."""
    return [
        part
        for part in state["bookmarks"][stream]["partitions"]
        if part["context"] == {"organization_id": organization}
    ]
