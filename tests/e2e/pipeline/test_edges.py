"""Edges of the Singer specification: what a catalog, a state or a stream map may also say."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.pipeline.conftest import Shell, selecting

if TYPE_CHECKING:
    from sandbox import World

Done = subprocess.CompletedProcess[str]


def messages(done: Done, kind: str, stream: str = "") -> list[dict[str, Any]]:
    """Return the messages of one type, and of one stream where that is named."""
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [one for one in found if one["type"] == kind and stream in {"", one.get("stream")}]


def ids(done: Done, stream: str, key: str) -> set[tuple[str, str]]:
    """Return organization and key of the records of a stream."""
    records = [one["record"] for one in messages(done, "RECORD", stream)]
    return {(record["organization_id"], record[key]) for record in records}


def held(world: World, collection: str) -> set[tuple[str, str]]:
    """Return organization and key of all that the service holds of a collection."""
    return {(one, row) for one in world.holdings for row in world.ids(one, collection)}


def state_of(done: Done) -> dict[str, Any]:
    """Return the last state."""
    value: dict[str, Any] = messages(done, "STATE")[-1]["value"]
    return value


@pytest.mark.parametrize("field", ["invoice_id", "organization_id", "last_modified_time"])
def test_a_deselected_key(shell: Shell, config: dict[str, Any], field: str) -> None:
    """A key or replication key arrives although it is deselected; another field does not."""
    catalog = selecting("invoices")
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if item["breadcrumb"] in (["properties", field], ["properties", "total"]):
                item["metadata"]["selected"] = False
    done = shell.sync(config, catalog=catalog)
    assert done.returncode == 0
    records = [one["record"] for one in messages(done, "RECORD")]
    assert records
    assert all(field in record and "total" not in record for record in records)
    (schema,) = messages(done, "SCHEMA")
    assert field in schema["schema"]["properties"]
    assert "total" not in schema["schema"]["properties"]


def test_a_catalog_with_a_stream_that_nobody_knows(
    shell: Shell, config: dict[str, Any], world: World
) -> None:
    """An unknown stream is named and left out; the others are read, and the run ends well."""
    catalog = selecting("taxes")
    (known,) = [entry for entry in catalog["streams"] if entry["stream"] == "taxes"]
    strange = json.loads(json.dumps(known).replace('"taxes"', '"unicorns"'))
    done = shell.sync(config, catalog={"streams": [strange, *catalog["streams"]]})
    assert done.returncode == 0
    assert ids(done, "taxes", "tax_id") == held(world, "settings/taxes")
    assert messages(done, "RECORD", "unicorns") == []
    assert "unicorns" in done.stderr


def test_a_catalog_without_streams(shell: Shell, config: dict[str, Any], world: World) -> None:
    """An empty catalog reads nothing, says so, and leaves the state as it was."""
    state = {"bookmarks": {"invoices": {"partitions": [
        {"context": {"organization_id": next(iter(world.holdings))},
         "replication_key": "last_modified_time",
         "replication_key_value": "2026-01-01T00:00:00+00:00"}]}}}  # fmt: skip
    done = shell.sync(config, catalog={"streams": []}, state=state)
    assert done.returncode == 0
    assert messages(done, "RECORD") == messages(done, "SCHEMA") == []
    assert state_of(done) == state
    assert "Nothing is selected" in done.stderr


def test_a_stream_under_another_name(shell: Shell, config: dict[str, Any], world: World) -> None:
    """A renamed stream arrives under its new name; its bookmark goes on under the old one."""
    maps = {"invoices": {"__alias__": "rechnungen"}}
    first = shell.sync({**config, "stream_maps": maps}, catalog=selecting("invoices"))
    assert ids(first, "rechnungen", "invoice_id") == held(world, "invoices")
    assert {one["stream"] for one in messages(first, "SCHEMA")} == {"rechnungen"}
    assert state_of(first)["bookmarks"].keys() == {"invoices"}
    again = shell.sync(
        {**config, "stream_maps": maps}, catalog=selecting("invoices"), state=state_of(first)
    )
    assert 0 < len(messages(again, "RECORD", "rechnungen")) <= 2


def test_an_organization_that_is_no_longer_chosen(
    shell: Shell, config: dict[str, Any], world: World
) -> None:
    """The state of an organization that is not read stays as it was, for when it is read again."""
    first = shell.sync(config, catalog=selecting("invoices"))
    kept, left = world.holdings
    second = shell.sync(
        {**config, "organization_ids": [kept]}, catalog=selecting("invoices"), state=state_of(first)
    )
    assert second.returncode == 0
    assert {where for where, _ in ids(second, "invoices", "invoice_id")} == {kept}
    assert state_of(second) == state_of(first)
    third = shell.sync(config, catalog=selecting("invoices"), state=state_of(second))
    assert len([1 for where, _ in ids(third, "invoices", "invoice_id") if where == left]) == 1


@pytest.mark.parametrize("start", ["2020-01-01T00:00:00Z", "2035-01-01T00:00:00Z"])
def test_a_start_date_beside_a_bookmark(shell: Shell, config: dict[str, Any], start: str) -> None:
    """A bookmark counts, whether the start date lies before it or after it."""
    first = shell.sync(config, catalog=selecting("invoices"))
    second = shell.sync(
        {**config, "start_date": start}, catalog=selecting("invoices"), state=state_of(first)
    )
    assert second.returncode == 0
    assert len(messages(second, "RECORD")) == 2
    assert state_of(second) == state_of(first)


def test_streams_that_share_an_endpoint(shell: Shell, config: dict[str, Any], world: World) -> None:
    """Two streams of one path bring each its own rows, and keep bookmarks of their own."""
    streams = "invoices", "customer_debit_notes"
    first = shell.sync(config, catalog=selecting(*streams))
    invoices, notes = (ids(first, stream, "invoice_id") for stream in streams)
    assert invoices == held(world, "invoices")
    assert notes == held(world, "debitnotes")
    assert not invoices & notes
    organization = next(iter(world.holdings))
    note = world.insert(organization, "debitnotes")
    second = shell.sync(config, catalog=selecting(*streams), state=state_of(first))
    assert (organization, note) in ids(second, "customer_debit_notes", "invoice_id")
    assert len(messages(second, "RECORD", "invoices")) <= 2


def test_a_target_that_dies_while_the_service_is_slow(
    shell: Shell, config: dict[str, Any], world: World
) -> None:
    """The end of the target is noticed within seconds, told in one line, and is no traceback."""
    world.latency = 0.2
    with shell.started({**config, "page_size": 5}, catalog=selecting("bills", "invoices")) as run:
        run.lines.readline()
        run.lines.close()
        died = time.monotonic()
        assert run.process.wait(20) == 1
    assert time.monotonic() - died < 5
    log = run.log.read_text()
    assert "closed the pipe" in log.strip().splitlines()[-1]
    assert "Traceback" not in log
