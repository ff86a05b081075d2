"""What discovery learned is used for a day: no call in a second discovery, and no column lost."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks.resources import ENTITIES
from tap_zohobooks.transform.discovered import DAY
from tests.gateway import Place, make_place
from tests.unit.http.test_cache_files import PLANTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox import Request
    from sandbox.http import Response

ORGANIZATIONS = 2


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Place:
    """Return a service of two organizations; tests that make sockets need a short folder."""
    monkeypatch.chdir(tmp_path)
    return make_place(4, ORGANIZATIONS)


def discover(place: Place, folder: Path, **settings: Any) -> tuple[dict[str, Any], list[str]]:
    """Return a catalog, and the paths that were requested for it."""
    before = len(place.world.log)
    catalog = place.catalog(place.config(token_cache=str(folder), **settings))
    paths = [one.path.partition("/books/v3/")[2] for one in place.world.log[before:]]
    return catalog, [path for path in paths if path]


def list_columns(catalog: dict[str, Any]) -> dict[str, list[str]]:
    """Return the columns of custom fields by stream, and the custom modules."""
    return {
        entry["tap_stream_id"]: [one for one in entry["schema"]["properties"] if one[:3] == "cf_"]
        for entry in catalog["streams"]
    }


def find_files(folder: Path) -> list[Path]:
    """Return the files that hold what discovery learned."""
    return sorted(folder.glob("discovered-*.db"))


def test_the_second_discovery_makes_no_call(place: Place, tmp_path: Path) -> None:
    """The first one costs a call an entity, organization and module; the next one none."""
    first, calls = discover(place, tmp_path / "cache")
    assert calls.count("settings/modules") == ORGANIZATIONS
    assert calls.count("settings/customfields") > ORGANIZATIONS * len(ENTITIES)
    mints = len(place.world.mints)
    again, none = discover(place, tmp_path / "cache")
    assert none == []
    assert len(place.world.mints) == mints
    assert again == first
    assert list_columns(first)["contacts"]


def test_a_day_later_it_asks_again(place: Place, tmp_path: Path) -> None:
    """What was learned counts for a day, and not if it is of a time to come."""
    first, calls = discover(place, tmp_path / "cache")
    place.clock.now += DAY - 1
    assert discover(place, tmp_path / "cache") == (first, [])
    place.clock.now += 2
    assert discover(place, tmp_path / "cache") == (first, calls)
    place.clock.now -= 3 * DAY
    assert discover(place, tmp_path / "cache") == (first, calls)


def test_a_refresh_asks_again(place: Place, tmp_path: Path) -> None:
    """With the setting each discovery makes all calls, and keeps what it learned."""
    first, calls = discover(place, tmp_path / "cache")
    assert discover(place, tmp_path / "cache", refresh_catalog=True) == (first, calls)
    assert discover(place, tmp_path / "cache") == (first, [])
    assert discover(place, tmp_path / "other", refresh_catalog=True) == (first, calls)
    assert discover(place, tmp_path / "other") == (first, [])


@pytest.mark.parametrize("change", [
    {"client_secret": "another"},
    {"refresh_token": "1000.another"},
    {"api_url": "http://127.0.0.1:10"},
    {"region": "eu", "accounts_url": "http://127.0.0.1:10"},
])  # fmt: skip
def test_another_account_does_not_use_it(
    place: Place, tmp_path: Path, change: dict[str, str]
) -> None:
    """What one grant has shown at one host is not used with another."""
    discover(place, tmp_path / "cache")
    config = place.config(token_cache=str(tmp_path / "cache"), max_wait_seconds=0, **change)
    assert not list_columns(place.catalog(config))["contacts"]


def test_an_access_token_leaves_nothing(place: Place, tmp_path: Path) -> None:
    """Nothing is kept for an access token alone: no later run has it."""
    token = place.quiet_tap().auth.token().value
    only: dict[str, Any] = {"refresh_token": None, "access_token": token, "region": "us"}
    first, calls = discover(place, tmp_path / "cache", **only)
    assert len(calls) > ORGANIZATIONS * len(ENTITIES)
    assert discover(place, tmp_path / "cache", **only) == (first, calls)
    assert find_files(tmp_path / "cache") == []


def test_other_organizations(place: Place, tmp_path: Path) -> None:
    """Each organization is kept by itself; another choice of them is listed once."""
    discover(place, tmp_path / "cache")
    one = place.organizations[:1]
    assert discover(place, tmp_path / "cache", organization_ids=one)[1] == ["organizations"]
    assert discover(place, tmp_path / "cache", organization_ids=one)[1] == []


@pytest.mark.parametrize("path", ["settings/customfields", "settings/modules", "contacts"])
@pytest.mark.parametrize("answer", [
    (500, 1, "Internal error"), (400, 9001, "Not enabled."), (401, 57, "Not authorized"),
    (404, 5, "Invalid URL Passed"), (200, 0, "success"),
])  # fmt: skip
def test_what_failed_is_asked_again(
    place: Place, tmp_path: Path, path: str, answer: tuple[int, int, str]
) -> None:
    """Once it answers, the next discovery has all columns and modules, within the day."""
    whole = list_columns(discover(place, tmp_path / "whole")[0])
    if path == "contacts":
        place.world.refuse("settings/customfields", 400, 15, "No.")
        place.world.refuse("settings/fields", 400, 15, "No.")
        whole = list_columns(discover(place, tmp_path / "by rows")[0])
    broken, real = path, place.gateway.meddle

    def meddle(request: Request, response: Response) -> Response:
        status, code, message = answer
        if request.path.endswith(f"/books/v3/{broken}"):
            body = json.dumps({"code": code, "message": message}).encode()
            return replace(response, status=status, body=body, code=code)
        return real(request, response)

    place.gateway.meddle = meddle
    partial, _ = discover(place, tmp_path / "cache", max_wait_seconds=0)
    assert path == "settings/customfields" or list_columns(partial) != whole
    place.gateway.meddle = real
    found, calls = discover(place, tmp_path / "cache")
    if path != "settings/customfields" or answer[0] in {200, 500}:
        assert path in calls
        assert list_columns(found) == whole
    assert discover(place, tmp_path / "cache")[1] == []


def test_a_closed_organization_is_asked_again(place: Place, tmp_path: Path) -> None:
    """Nothing is kept of an organization whose day was over, and all of the others."""
    whole, _ = discover(place, tmp_path / "whole")
    closed = place.organizations[0]
    place.world.refuse("*", 400, 103001, "The trial is over.", closed)
    discover(place, tmp_path / "cache")
    place.world.refusals.clear()
    again, calls = discover(place, tmp_path / "cache")
    assert again == whole
    assert calls.count("settings/modules") == 1
    assert discover(place, tmp_path / "cache")[1] == []


def test_another_version_asks_again(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade of the tap does not use what the version before it has kept."""
    _, calls = discover(place, tmp_path / "cache")
    monkeypatch.setattr("tap_zohobooks.tap.TapZohoBooks.plugin_version", "99.0")
    assert discover(place, tmp_path / "cache")[1] == calls


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_planted_files(
    place: Place,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    plant: Callable[[Path, Path], None],
) -> None:
    """What stands in place of a file is neither used nor changed, and is said."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    first, calls = discover(place, tmp_path / "c")
    for path in find_files(tmp_path / "c"):
        path.unlink()
        plant(path, victim)
        os.chdir(tmp_path)
    again, repeated = discover(place, tmp_path / "c")
    assert again == first
    assert repeated == calls
    assert "is no regular file of this user alone" in caplog.text
    assert victim.read_text() == "precious"


LEARNED: dict[str, Any] = {"at": 1.0, "version": "1", "names": [], "types": {}}


@pytest.mark.parametrize("content", [
    b"no database at all",
    b"",
    {"answers": {"contact": 5}},
    {"answers": {"contact": {**LEARNED, "types": {"cf_a": "unicorn"}}}},
    {"answers": {"contact": {**LEARNED, "types": {"total": "text"}}}},
    {"answers": {"contact": {**LEARNED, "types": {"cf_a": {"type": "object"}}}}},
    {"answers": {"settings/modules": {**LEARNED, "names": [7]}}},
    {"answers": {"contact": {**LEARNED, "at": "yesterday"}}},
    {"answers": None},
    [],
], ids=str)  # fmt: skip
def test_broken_files(
    place: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture, content: object
) -> None:
    """A file that holds something else is begun anew: the catalog is whole, and the log says so."""
    first, calls = discover(place, tmp_path / "cache")
    for path in find_files(tmp_path / "cache"):
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            with closing(sqlite3.connect(path)) as file, file:
                file.execute("UPDATE value SET json = ?", (json.dumps(content).encode(),))
    assert discover(place, tmp_path / "cache") == (first, calls)
    assert (content == b"") or "is not as it was written; it is begun anew" in caplog.text
    assert discover(place, tmp_path / "cache") == (first, [])


def test_files_are_private_and_hold_no_secret(place: Place, tmp_path: Path) -> None:
    """Only the user may read them, and neither name nor content shows a credential."""
    discover(place, tmp_path / "cache")
    credentials = place.world.credentials
    token = place.quiet_tap().auth.token().value
    assert len(find_files(tmp_path / "cache")) == ORGANIZATIONS + 1
    for path in find_files(tmp_path / "cache"):
        assert path.stat().st_mode & 0o777 == 0o600
        content = path.read_bytes() + path.name.encode()
        for secret in (credentials.client_secret, credentials.refresh_token, token):
            assert secret.encode() not in content


def test_without_a_cache(place: Place) -> None:
    """With `token_cache` off each discovery makes its calls."""
    catalog = place.catalog(place.config())
    before = len(place.world.log)
    assert place.catalog(place.config()) == catalog
    assert len(place.world.log) > before + ORGANIZATIONS * len(ENTITIES)


def test_a_field_of_today_is_kept(place: Place, tmp_path: Path) -> None:
    """A custom field that discovery does not know yet arrives in additional_fields."""
    settings = {"token_cache": str(tmp_path / "cache")}
    whole = place.complete(["contacts"], discovers=True, **settings)
    columns = {name for record in whole.records("contacts") for name in record if name[:3] == "cf_"}
    assert columns

    def meddle(request: Request, response: Response) -> Response:
        if not request.path.endswith("/contacts"):
            return response
        document = json.loads(response.body)
        for row in document["contacts"]:
            row["cf_new"] = "today"
        return replace(response, body=json.dumps(document).encode())

    place.gateway.meddle = meddle
    run = place.complete(["contacts"], discovers=True, **settings)
    records = run.records("contacts")
    assert records
    assert all(one["additional_fields"]["cf_new"] == "today" for one in records)


def test_what_is_requested_is_logged(
    place: Place, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says how many calls discovery makes before it makes them, or that it makes none."""
    with caplog.at_level(logging.INFO):
        _, calls = discover(place, tmp_path / "cache")
        assert f"{ORGANIZATIONS * (len(ENTITIES) + 1)} calls, and one for each" in caplog.text
        assert len(calls) > ORGANIZATIONS * (len(ENTITIES) + 1)
        caplog.clear()
        discover(place, tmp_path / "cache")
        assert "makes no call" in caplog.text
