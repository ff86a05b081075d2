"""What is written is what any target can take: bare lists, and batches that are mapped."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tap_zohobooks.errors import QuotaReached
from tap_zohobooks.resources import TABLE
from tap_zohobooks.singer.stdout import LineWriter
from tap_zohobooks.singer.stream import SingerStream, open_lists
from tap_zohobooks.streams.records import SCHEMAS
from tap_zohobooks.tap import TapZohoBooks
from tests.conftest import Collector, Run, Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


Make = Callable[..., Service]
HASHED = {"contacts": {"email": "md5(email) if email else None", "first_name": "__NULL__"}}


def written(tap: TapZohoBooks) -> list[dict[str, Any]]:
    """Return the messages that a tap has written."""
    assert isinstance(tap.message_writer, Collector)
    return tap.message_writer.messages


def batch_config(folder: Path, size: int = 10_000) -> dict[str, Any]:
    """Return settings that write batches into a folder."""
    storage = {"root": folder.as_uri(), "prefix": "batch-"}
    encoding = {"format": "jsonl", "compression": "gzip"}
    return {"batch_config": {"encoding": encoding, "storage": storage, "batch_size": size}}


def batched(run: Run, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the records of the files that BATCH messages name, by stream."""
    found: dict[str, list[dict[str, Any]]] = {}
    for message in run.messages:
        if message["type"] == "BATCH":
            for url in message["manifest"]:
                path = folder / url.rpartition("/")[2]
                lines = gzip.decompress(path.read_bytes()).splitlines()
                found.setdefault(message["stream"], []).extend(map(json.loads, lines))
    return found


def test_lists_are_bare_at_every_depth() -> None:
    """A list does not say what it holds, a field that is called `items` stays."""
    lines = {"type": ["null", "array"], "items": {"type": "object", "properties": {}}}
    schema = {"properties": {"items": lines, "held": {"type": "object",
              "properties": {"lines": lines, "number": {"type": "number"}}}}}  # fmt: skip
    bare = {"type": ["null", "array"]}
    assert open_lists(schema) == {
        "properties": {"items": bare, "held": {"type": "object",
                       "properties": {"lines": bare, "number": {"type": "number"}}}},
    }  # fmt: skip


def test_a_schema_is_opened_as_a_copy() -> None:
    """Opening leaves the schema alone by which records are cleaned."""
    schema = {"properties": {"lines": {"type": "array", "items": {"type": "number"}}}}
    open_lists(schema)
    assert schema["properties"]["lines"]["items"] == {"type": "number"}


def typed_lists(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what says what a list holds."""
    if "items" in schema:
        yield schema
    for held in schema.get("properties", {}).values():
        yield from typed_lists(held)


def test_no_stream_types_its_lists() -> None:
    """No stream announces what its lists hold: a table of it has a column of plain JSON."""
    schemas = [json.loads((SCHEMAS.dir_path / f"{name}.json").read_text()) for name in TABLE]
    assert [one for schema in schemas for one in typed_lists(open_lists(schema))] == []
    assert [one for schema in schemas for one in typed_lists(schema)] != []


def test_schema_messages_have_bare_lists(service: Make) -> None:
    """The SCHEMA message of documents says of their lines that they are a list."""
    run = service(rows=3).complete(["invoice_details"])
    (schema,) = [one["schema"] for one in run.messages if one["type"] == "SCHEMA"]
    assert schema["properties"]["line_items"] == {"type": ["null", "array"]}


def test_lines_are_cleaned_all_the_same(service: Make) -> None:
    """The items of a list are converted by the schema that is not announced."""
    run = service(rows=3).complete(["invoice_details"])
    lines = [line for one in run.records("invoice_details") for line in one["line_items"]]
    assert lines
    assert "" not in {value for line in lines for value in line.values() if isinstance(value, str)}


def test_batches_hold_the_records(service: Make, tmp_path: Path) -> None:
    """With a batch configuration the same records come in files."""
    place = service()
    plain, run = (
        place.complete(["invoices"]),
        place.complete(["invoices"], **batch_config(tmp_path)),
    )
    wanted = {one["invoice_id"] for one in plain.records("invoices")}
    assert run.records("invoices") == []
    assert {one["invoice_id"] for one in batched(run, tmp_path)["invoices"]} == wanted


def test_a_state_follows_each_batch(service: Make, tmp_path: Path) -> None:
    """After each batch comes a state that does not pass the last record of the batch."""
    run = service(organizations=1).complete(["invoices"], **batch_config(tmp_path, 15))
    kinds = [one["type"] for one in run.messages if one["type"] != "SCHEMA"]
    assert kinds[:6] == ["BATCH", "STATE"] * 3
    marks = [one["value"]["bookmarks"]["invoices"]["partitions"][0]["replication_key_value"]
             for one in run.messages if one["type"] == "STATE"]  # fmt: skip
    times = [one["last_modified_time"] for one in batched(run, tmp_path)["invoices"]]
    assert marks[:3] == [times[14], times[29], times[39]]


def test_batches_are_mapped(service: Make, tmp_path: Path) -> None:
    """A stream map that hashes addresses hashes them in files as well."""
    run = service().complete(["contacts"], stream_maps=HASHED, **batch_config(tmp_path))
    records = batched(run, tmp_path)["contacts"]
    assert len(records) == 80
    assert all(one["email"] is None or "@" not in one["email"] for one in records)
    assert {"first_name"} & {name for one in records for name in one} == set()


def test_batches_are_flattened(service: Make, tmp_path: Path) -> None:
    """With flattening on, the records of files have the columns of their SCHEMA message."""
    run = service(rows=5).complete(["invoices"], flattening_enabled=True, flattening_max_depth=1,
                                   **batch_config(tmp_path))  # fmt: skip
    (schema,) = [one["schema"] for one in run.messages if one["type"] == "SCHEMA"]
    found = {name for one in batched(run, tmp_path)["invoices"] for name in one}
    assert "billing_address__city" in found
    assert found <= schema["properties"].keys()


def test_a_stream_that_is_mapped_away_is_not_in_a_batch(service: Make, tmp_path: Path) -> None:
    """A stream map that drops a stream leaves neither BATCH nor file of it."""
    settings = batch_config(tmp_path)
    run = service().complete(["taxes", "users"], stream_maps={"taxes": "__NULL__"}, **settings)
    assert batched(run, tmp_path).keys() == {"users"}
    assert len(list(tmp_path.iterdir())) == 1


def test_a_stream_under_two_names_has_batches_of_both(service: Make, tmp_path: Path) -> None:
    """A stream that is mapped to a second one has files of its own for each."""
    maps = {"taxes": {"tax_name": "__NULL__"}, "copies": {"__source__": "taxes"}}
    run = service().complete(["taxes"], stream_maps=maps, **batch_config(tmp_path))
    found = batched(run, tmp_path)
    assert {name: len(records) for name, records in found.items()} == {"taxes": 24, "copies": 24}
    assert all("tax_name" in one for one in found["copies"])
    assert not any("tax_name" in one for one in found["taxes"])


def test_a_flattened_record_holds_what_is_announced(service: Make) -> None:
    """With flattening on, a field that an object is not known to hold is kept apart."""
    place = service(rows=3, organizations=1)
    (organization,) = place.organizations
    one = min(place.world.ids(organization, "invoices"))
    place.world.change(organization, "invoices", one, billing_address={"city": "X", "planet": "Y"})
    run = place.complete(["invoices"], flattening_enabled=True, flattening_max_depth=1)
    (schema,) = [one["schema"] for one in run.messages if one["type"] == "SCHEMA"]
    assert {name for one in run.records("invoices") for name in one} <= schema["properties"].keys()
    (changed,) = [row for row in run.records("invoices") if row["invoice_id"] == one]
    assert changed["billing_address__city"] == "X"
    assert json.loads(changed["additional_fields"])["billing_address.planet"] == "Y"


@pytest.mark.parametrize("size", [1, 7, 15, 79, 80, 81])
def test_every_file_but_the_last_is_full(service: Make, tmp_path: Path, size: int) -> None:
    """A file holds `batch_size` records, and a BATCH message announces it."""
    run = service(rows=40).complete(["bill_details"], **batch_config(tmp_path, size))
    files = [url for one in run.messages if one["type"] == "BATCH" for url in one["manifest"]]
    sizes = [len(gzip.decompress((tmp_path / url.rpartition("/")[2]).read_bytes()).splitlines())
             for url in files]  # fmt: skip
    assert sizes == [size] * (80 // size) + [80 % size] * (80 % size > 0)
    assert len(files) == len(list(tmp_path.iterdir()))


@pytest.mark.parametrize("name", ["bills", "bill_details"])
@pytest.mark.parametrize("size", [1, 7, 15])
def test_no_state_passes_a_record_without_a_file(
    service: Make, tmp_path: Path, name: str, size: int
) -> None:
    """The bookmark of records that two files hold waits for the second one."""
    place = service(rows=40)
    wanted = [(one["organization_id"], one["bill_id"], one["last_modified_time"])
              for one in place.complete([name]).records(name)]  # fmt: skip
    run = place.complete([name], **batch_config(tmp_path, size))
    bookmarks: set[str] = set()
    for number, message in enumerate(run.messages):
        if message["type"] != "STATE":
            continue
        before = batched(Run(run.messages[:number], run.tap), tmp_path).get(name, [])
        in_files = {one["bill_id"] for one in before}
        for state in message["value"]["bookmarks"][name]["partitions"]:
            bookmark = state.get("replication_key_value", "")
            passed = {one for organization, one, time in wanted if time < bookmark
                      and organization == state["context"]["organization_id"]}  # fmt: skip
            assert passed <= in_files
            bookmarks.add(bookmark)
    assert len(bookmarks) > 80 // size // 2


def test_one_stream_is_synced_as_a_run_does_it(service: Make) -> None:
    """The SDK's `Stream.sync` writes what a run writes of the stream."""
    settings: dict[str, Any] = {"max_concurrency": 1, "max_parallel_organizations": 1}
    run, tap = service().complete(["invoices"], **settings), service().tap(["invoices"], **settings)
    tap.streams["invoices"].sync()
    assert written(tap) == run.messages[: len(written(tap))]
    assert Run(written(tap), tap).state == run.state


def test_one_partition_is_synced_alone(service: Make) -> None:
    """With a context, `Stream.sync` reads that organization only."""
    place = service()
    tap = place.tap(["invoices"])
    tap.streams["invoices"].sync({"organization_id": place.organizations[1]})
    assert Run(written(tap), tap).counts == {("invoices", place.organizations[1]): 40}


@pytest.mark.parametrize("limit", [1, 50])
def test_a_dry_run_reads_no_more_than_its_limit(service: Make, limit: int) -> None:
    """So many records of a stream are read, in order, and nothing is said to be gone."""
    place = service(organizations=2)
    tap = place.tap(["invoices", "invoice_details", "users"])
    wanted = [tap.streams[name] for name in ("invoices", "invoice_details", "users")]
    assert tap.run_sync_dry_run(limit, wanted)
    run = Run(written(tap), tap)
    assert {name: len(run.records(name)) for name in ("invoices", "invoice_details")} == {
        "invoices": limit, "invoice_details": limit,
    }  # fmt: skip
    assert len(run.records("users")) == min(limit, 24)
    assert not any(one["type"] == "ACTIVATE_VERSION" for one in run.messages)


def test_a_dry_run_fails_as_a_run_does(service: Make) -> None:
    """The end of a quota ends a dry run with its error."""
    tap = service(daily_quota=0).tap(["invoices"])
    with pytest.raises(QuotaReached):
        tap.streams["invoices"].sync()


def test_a_stream_that_the_catalog_lacks_is_not_selected(
    service: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its schema is not read to find that out."""
    place = service()
    entry = place.tap(["taxes"]).catalog["taxes"].to_dict()
    tap = type(place.tap())(config=place.config(), catalog={"streams": [entry]})
    monkeypatch.setattr(SCHEMAS, "get_schema", pytest.fail)
    assert [name for name, stream in tap.streams.items() if stream.selected] == ["taxes"]
    monkeypatch.undo()
    tap.streams["bills"].selected = True  # as `--test` does
    assert tap.streams["bills"].selected


@pytest.mark.parametrize(
    ("settings", "is_early"),
    [
        ({}, True),
        ({"stream_maps": {"invoices": {"total": "total"}}}, True),
        ({"flattening_enabled": False, "flattening_max_depth": 3}, True),
        ({"stream_maps": HASHED}, False),
        ({"stream_maps": {"contacts": "__NULL__"}}, False),
        ({"stream_maps": {"contacts": {"__alias__": "others"}}}, False),
        ({"flattening_enabled": True, "flattening_max_depth": 3}, False),
        ({"batch_config": {}}, False),
    ],
    ids=["nothing", "another stream mapped", "no flattening", "mapped", "left out", "renamed",
         "flattened", "batches"],
)  # fmt: skip
def test_records_are_encoded_where_they_are_read(
    tmp_path: Path, settings: dict[str, Any], *, is_early: bool
) -> None:
    """A record is JSON before it is handed on, unless something changes it on its way out."""
    if "batch_config" in settings:
        settings = batch_config(tmp_path)
    names = ("client_id", "client_secret", "refresh_token")
    found = TapZohoBooks(config={}, validate_config=False, setup_mapper=False).catalog_dict
    chosen = [one for one in found["streams"] if one["stream"] in {"contacts", "invoices"}]
    with (tmp_path / "out").open("wb") as out:
        tap = TapZohoBooks(
            config={**dict.fromkeys(names, "x"), "region": "us", **settings},
            catalog={"streams": chosen},
            message_writer=LineWriter(out.fileno()),
        )
    record = {"contact_id": "1", "email": None}
    stream = tap.streams["contacts"]
    assert isinstance(stream, SingerStream)
    handed = stream.encode(record)
    assert isinstance(handed, msgspec.Raw) is is_early
    assert msgspec.json.decode(msgspec.json.encode(handed)) == record
