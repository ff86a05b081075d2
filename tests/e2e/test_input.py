"""Settings, catalog and state as persons and programs write them, on the command line.

What can mean only one thing is accepted; the rest ends with 78 and one line that names the setting.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from sandbox import World, serve
from tests.e2e.forks import run_all
from tests.e2e.pipeline.conftest import PLENTY, Shell, selecting
from tests.sharing import once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Outcomes: TypeAlias = dict[str, list["CompletedProcess[str]"]]
FIRST, SECOND = "927270289", "60012345678"
NAN, INFINITE = float("nan"), float("inf")
HALF = "\ud800"
FLAT = {"flattening_enabled": True, "flattening_max_depth": 1}
KEY = {"replication_key": "last_modified_time"}


def nest(depth: int) -> dict[str, Any]:
    """Return objects in objects."""
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


def batches(**parts: Any) -> dict[str, Any]:
    """Return settings that write batches, with some parts of their own."""
    storage = {"root": "file:///nowhere"}
    return {"batch_config": {"encoding": {"format": "jsonl"}, "storage": storage, **parts}}


@dataclass
class Runs:
    """Command lines to run, and what became of them."""

    folder: Path
    cases: list[dict[str, Any]] = field(default_factory=list)

    def add(self, config: object, **files: object) -> None:
        """Add a sync with these files."""
        shell, arguments = self._make_shell(), []
        for name, value in {"config": config, **files}.items():
            arguments += [f"--{name}", shell.file(f"{name}.json", value)]
        self._enter(shell, arguments, {})

    def add_variables(self, variables: dict[str, str]) -> None:
        """Add a sync with settings in variables."""
        shell = self._make_shell()
        catalog = shell.file("catalog.json", selecting("taxes"))
        self._enter(shell, ["--config=ENV", "--catalog", catalog], variables)

    def _make_shell(self) -> Shell:
        folder = self.folder / str(len(self.cases))
        folder.mkdir()
        return Shell(folder)

    def _enter(self, shell: Shell, arguments: list[str], variables: dict[str, str]) -> None:
        case = {"arguments": arguments, "variables": variables, "folder": str(shell.folder)}
        self.cases.append(case)


@contextmanager
def serve_two(cache: Path) -> Iterator[dict[str, Any]]:
    """Serve two organizations, and yield settings that reach them."""
    world = World.build(rows=3, requests_per_minute=PLENTY)
    with serve(world) as base:
        yield {
            **asdict(world.credentials),
            "accounts_url": base,
            "api_url": base,
            "token_cache": str(cache),
            "requests_per_minute": PLENTY,
            "organization_ids": [FIRST],
        }


def run_tables(known: dict[str, Any], folder: Path) -> Outcomes:
    """Run the cases of all tables in a folder, and return what became of them, by table."""
    taxes, invoices, places = (
        selecting("taxes"),
        selecting("invoices"),
        dict[str, tuple[int, int]](),
    )
    found = Runs(folder)
    adders: dict[str, Callable[[Any], None]] = {
        "accepted": lambda case: found.add({**known, **case[0]}, catalog=taxes),
        "pasted": lambda case: found.add(paste(known, *case), catalog=taxes),
        "variables": lambda case: found.add_variables(to_variables(paste(known, *case))),
        "wrong": lambda case: found.add({**known, **case[0]}, catalog=taxes),
        "files": lambda case: found.add(case[0]),
        "states": lambda case: found.add(known, catalog=invoices, state=case[0]),
        "catalogs": lambda case: found.add(known, catalog=case[0]),
        "marked": lambda _: found.add(mark(known), catalog=f"\ufeff{json.dumps(taxes)}"),
    }
    for name, table in TABLES.items():
        begin = len(found.cases)
        for case in table:
            adders[name](case)
        places[name] = begin, len(found.cases)
    done = run_all(found.cases)
    return {name: done[begin:end] for name, (begin, end) in places.items()}


@pytest.fixture(scope="module")
def outcomes(shared: Path) -> Outcomes:
    """Return what became of the cases of all tables, by table."""

    def make(folder: Path) -> None:
        with serve_two(folder / "cache") as known:
            found = run_tables(known, folder)
        (folder / "outcomes.json").write_text(json.dumps(found, default=vars))

    read = json.loads((once(shared, "input", make) / "outcomes.json").read_text())
    return {name: [CompletedProcess(**one) for one in found] for name, found in read.items()}


def read(done: CompletedProcess[str]) -> set[str]:
    """Check that a run is complete, and return the organizations that it has read."""
    assert done.returncode == 0, done.stderr
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["record"]["organization_id"] for one in messages if one["type"] == "RECORD"}


def check_refusal(done: CompletedProcess[str], *texts: str) -> None:
    """Check that a run has ended with 78, and that its last line holds some texts."""
    assert done.returncode == 78, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    last = done.stderr.strip().splitlines()[-1]
    assert all(text in last for text in texts), last
    assert len(last) < 1000


def paste(known: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    """Return settings with something before and after secrets and hosts."""
    names = ("client_id", "client_secret", "refresh_token", "accounts_url", "api_url")
    return {**known, **{name: f"{before}{known[name]}{after}" for name in names}}


def to_variables(settings: dict[str, Any]) -> dict[str, str]:
    """Return settings as variables, the second organization without brackets."""
    values = {**settings, "organization_ids": SECOND}
    return {f"TAP_ZOHOBOOKS_{name.upper()}": str(value) for name, value in values.items()}


def mark(settings: dict[str, Any]) -> str:
    """Return a file with a byte order mark, and a key twice with one value."""
    return f'\ufeff{json.dumps(settings)[:-1]}, "region": "us", "region": "us"}}'


ACCEPTED: list[tuple[dict[str, Any], set[str]]] = [
    ({"organization_ids": [int(FIRST)]}, {FIRST}),
    ({"organization_ids": int(SECOND)}, {SECOND}),
    ({"organization_ids": float(SECOND)}, {SECOND}),
    ({"organization_ids": f" {FIRST},\n{SECOND} "}, {FIRST, SECOND}),
    ({"organization_ids": [f"{FIRST}\n", FIRST, f'"{SECOND}"', ""]}, {FIRST, SECOND}),
    ({"organization_ids": f"['{FIRST}', '{SECOND}']"}, {FIRST, SECOND}),
    ({"region": "com", "page_size": " 200 "}, {FIRST}),
    ({"region": "com.au", "page_size": 200.0}, {FIRST}),
    ({"region": "US", "page_size": "200.0"}, {FIRST}),
    ({"region": "https://accounts.zoho.eu", "request_timeout": " 30 "}, {FIRST}),
    ({"region": "Auto ", "token_cache": False}, {FIRST}),
    ({"flatten_custom_fields": "No", "on_quota_exhausted": " STOP"}, {FIRST}),
    ({"start_date": "2020-01-31 ", "grant_type": "Refresh-Token"}, {FIRST}),
    ({"start_date": 20200131, "emit_activate_version_messages": 0}, {FIRST}),
    ({"start_date": "31 Jan 2020", "access_token": "  "}, {FIRST}),
    ({"start_date": "2020/01/31", "reauth_webhook_url": "https://h.example/x?a=b"}, {FIRST}),
]


@pytest.mark.parametrize("place", range(len(ACCEPTED)))
def test_accepted(outcomes: Outcomes, place: int) -> None:
    """What can mean only one thing is read as that."""
    assert read(outcomes["accepted"][place]) == ACCEPTED[place][1]


PASTED = [("", "\n"), (" ", ""), ('"', '"'), ("\ufeff", "\r\n")]


@pytest.mark.parametrize("place", range(len(PASTED)))
def test_pasted_secrets(outcomes: Outcomes, place: int) -> None:
    """Blanks and quotes around secrets are no part of them, in files and in variables."""
    assert read(outcomes["pasted"][place]) == {FIRST}
    assert read(outcomes["variables"][place]) == {SECOND}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"region": "mars"}, "'region' is wrong: it is none of us, eu"),
    ({"region": "zoho.example"}, "'region' is wrong"),
    ({"region": ["us"]}, "'region' is wrong"),
    ({"organization_ids": "Acme"}, "'organization_ids' is wrong"),
    ({"organization_ids": True}, "'organization_ids' is wrong"),
    ({"organization_ids": [None]}, "'organization_ids' is wrong"),
    ({"organization_ids": [1.5]}, "'organization_ids' is wrong"),
    ({"organization_ids": {"id": FIRST}}, "'organization_ids' is wrong"),
    ({"client_id": "1000.A\x00B"}, "'client_id' is wrong: it holds a control character"),
    ({"client_secret": "two words"}, "'client_secret' is wrong: it holds a blank"),
    ({"client_secret": 12345}, "'client_secret' is wrong"),
    ({"refresh_token": "1000.a\n1000.b"}, "'refresh_token' is wrong"),
    ({"refresh_token": f"1000.{HALF}"}, "'refresh_token' is wrong: it holds half of a character"),
    ({"access_token": "täken"}, "'access_token' is wrong"),
    ({"token_cache": "a\x00b"}, "'token_cache' is wrong"),
    ({"token_cache": f"a{HALF}"}, "'token_cache' is wrong"),
    ({"user_agent": "a\r\nX-Header: b"}, "'user_agent' is wrong"),
    ({"request_timeout": NAN}, "'request_timeout' is wrong"),
    ({"request_timeout": INFINITE}, "'request_timeout' is wrong"),
    ({"request_timeout": "inf"}, "'request_timeout' is wrong"),
    ({"request_timeout": 1e10}, "'request_timeout' is wrong"),
    ({"request_timeout": -1}, "'request_timeout' is wrong"),
    ({"request_timeout": True}, "'request_timeout' is wrong"),
    ({"max_wait_seconds": 10**30}, "'max_wait_seconds' is wrong"),
    ({"lookback_seconds": 10**300}, "'lookback_seconds' is wrong"),
    ({"quota_reserve": 2**64}, "'quota_reserve' is wrong"),
    ({"page_size": "1e2"}, "'page_size' is wrong"),
    ({"page_size": True}, "'page_size' is wrong"),
    ({"page_size": [5]}, "'page_size' is wrong"),
    ({"flatten_custom_fields": "treu"}, "'flatten_custom_fields' is wrong"),
    ({"start_date": "0001-01-01T00:00:00+14:00"}, "'start_date' is wrong"),
    ({"start_date": "9999-12-31T23:59:59-12:00"}, "'start_date' is wrong"),
    ({"start_date": "now"}, "'start_date' is wrong"),
    ({"start_date": "01/02/2026"}, "'start_date' is wrong"),
    ({"start_date": "2026-02-30"}, "'start_date' is wrong"),
    ({"start_date": 1767225600}, "'start_date' is wrong"),
    ({"accounts_url": "http://127.0.0.2:9\\@127.0.0.1"}, "'accounts_url' is not a URL"),
    ({"accounts_url": "https://user:word@127.0.0.1"}, "'accounts_url' is not a URL"),
    ({"accounts_url": "https://a..b"}, "'accounts_url' is not a URL"),
    ({"api_url": "https://books.example#x"}, "'api_url' is not a URL"),
    ({"api_url": "https://books.example:0"}, "'api_url' is not a URL"),
    ({"api_url": "https://books .example"}, "'api_url' is not a URL"),
    ({"api_url": 7}, "'api_url' is wrong"),
    ({"stream_maps": nest(200)}, "'stream_maps' is wrong: it is nested deeper than 100 levels"),
    ({"stream_maps": {"taxes": {"x": HALF}}}, "'stream_maps' is wrong"),
    ({"stream_maps": {"taxes": {"x": NAN}}}, "'stream_maps' is wrong"),
    ({"stream_maps": "{"}, "'stream_maps' is wrong"),
    ({"batch_config": 5}, "'batch_config' is wrong"),
    ({"flattening_max_depth": -1}, "'flattening_max_depth' is wrong: it is not within its minimum"),
    ({"flattening_max_key_length": 0}, "'flattening_max_key_length' is wrong"),
    ({**FLAT, "flattening_max_key_length": 5}, "'flattening_max_key_length' is wrong: ValueError"),
    (batches(batch_size=0), "'batch_config' is wrong: 'batch_config.batch_size' is not within its"),
    (batches(batch_size="7"), "'batch_config' is wrong: 'batch_config.batch_size' is no integer"),
    (batches(size=7), "'batch_config' is wrong: it holds more than encoding, storage, batch_size"),
    (batches(storage={"prefix": "x"}), "'batch_config.storage' lacks 'root'"),
    (batches(storage={"root": None}), "'batch_config.storage.root' is no string"),
    (batches(storage={"root": "/", "params": None}), "'batch_config.storage.params' is no object"),
    (batches(encoding=None), "'batch_config.encoding' is no object"),
    (batches(encoding={"format": "csv"}), "'batch_config.encoding.format' is none of jsonl"),
    ({"batch_config": {"batch_size": 7}}, "'batch_config' is wrong: it lacks 'encoding'"),
    ({"stream_maps": {"taxes": {"__else__": 5}}}, "'stream_maps.taxes.__else__' is none of __NULL"),
    ({"stream_maps": {"taxes": {"x": 5}}}, "'stream_maps.taxes.x' is none of __NULL__, string"),
    ({"stream_maps": {"taxes": 5}}, "'stream_maps.taxes' is none of __NULL__, object"),
    ({"stream_maps": {"taxes": {"__key_properties__": 5}}}, "__key_properties__' is no array"),
    ({"faker_config": {"seed": []}}, "'faker_config.seed' is none of number, string, boolean"),
    ({"x" * 5000: 1}, "Unknown setting"),
    ({HALF: 1}, "Unknown setting"),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(WRONG)))
def test_wrong_settings(outcomes: Outcomes, place: int) -> None:
    """A setting that means nothing, or several things, is named, and its value is not repeated."""
    done = outcomes["wrong"][place]
    check_refusal(done, WRONG[place][1])
    assert not [one for one in ("1000.a", "two words", "täken", "word@") if one in done.stderr]


FILES = [
    ("", "--config"),
    ("null", "--config"),
    ("[" * 100_000, "nested too deeply"),
    ('{"a":' * 100_000, "nested too deeply"),
    ('{"region": "us", "region": "eu"}', "'region' occurs twice"),
    ('{"page_size": 1' + "0" * 5000 + "}", "'page_size' is wrong"),
    ('{"page_size": 1e999}', "'page_size' is wrong"),
    ('{"page_size": Infinity}', "'page_size' is wrong"),
    ("\x00", "--config"),
    ('{"client_id": "\\ud83d"}', "'client_id' is wrong"),
]


@pytest.mark.parametrize("place", range(len(FILES)))
def test_wrong_files(outcomes: Outcomes, place: int) -> None:
    """A file of settings that is no JSON object, or an odd one, ends with one line."""
    check_refusal(outcomes["files"][place], FILES[place][1])


def test_files_of_other_programs(outcomes: Outcomes) -> None:
    """A byte order mark before a file is no part of it; a key twice with one value is one key."""
    assert read(outcomes["marked"][0]) == {FIRST}


PARTITION = {"context": {"organization_id": FIRST}, **KEY}
STATES: list[tuple[Any, str]] = [
    ({"bookmarks": {"invoices": nest(900)}}, "state is not a JSON object (it is nested"),
    ({"bookmarks": nest(100)}, "state"),
    ('{"bookmarks": {"a": 1, "a": 2}}', "'a' occurs twice"),
    ('{"bookmarks": {"invoices": {"replication_key_value": NaN}}}', "state"),
    ({"bookmarks": {"invoices": {"replication_key_value": HALF}}}, "half of a character"),
    ({"bookmarks": []}, "it has no 'bookmarks'"),
    ({"bookmarks": {"invoices": {"partitions": [{"context": {"organization_id": 7}}]}}},
     "has no organization_id"),
    ({"bookmarks": {"invoices": {"partitions": [PARTITION | {"replication_key_value": 7}]}}},
     "a bookmark of 'invoices'"),
    ({"bookmarks": {"invoices": {"partitions": [
        PARTITION | {"replication_key_value": "0001-01-01T00:00:00+14:00"}]}}},
     "a bookmark of 'invoices'"),
    ({"bookmarks": {"invoices": {"partitions": [
        PARTITION | {"replication_key_value": "9999-12-31T23:59:59-14:00"}]}}},
     "a bookmark of 'invoices'"),
    ({"bookmarks": {"invoices": {"replication_key_value": {"a": 1}}}}, "a bookmark of 'invoices'"),
    ({"bookmarks": {"invoices": {"partitions": [PARTITION | {"progress_markers": 5}]}}},
     "progress_markers"),
    ({"bookmarks": {"invoices": {"context": "x", "partitions": [PARTITION, PARTITION]}}},
     "an organization twice"),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(STATES)))
def test_wrong_states(outcomes: Outcomes, place: int) -> None:
    """A state that means nothing ends with one line, before a request for rows."""
    check_refusal(outcomes["states"][place], STATES[place][1])


def alter(**entry: Any) -> dict[str, Any]:
    """Return a catalog whose first entry is altered."""
    catalog = selecting("taxes")
    catalog["streams"][0] |= entry
    return catalog


SCHEMA = {"type": "object", "properties": {}}
CATALOGS: list[tuple[Any, str]] = [
    (alter(tap_stream_id=None), "tap_stream_id"),
    (alter(tap_stream_id=7), "tap_stream_id"),
    (alter(tap_stream_id=["taxes"]), "tap_stream_id"),
    (alter(stream="others"), "'others'"),
    (alter(stream=None), "stream"),
    ({"streams": [*selecting("taxes")["streams"], selecting("taxes")["streams"][0]]}, "twice"),
    ({"streams": [7]}, "catalog"),
    ({"streams": [{}]}, "catalog"),
    ({"streams": {"taxes": {}}}, "no list of streams"),
    (alter(schema=None), "schema"),
    (alter(schema={"type": "object", "properties": {"a": 7}}), "schema"),
    (alter(schema={**SCHEMA, "properties": {"a": nest(900)}}), "nested"),
    (alter(schema=SCHEMA, metadata=[{"breadcrumb": None, "metadata": {}}]), "catalog"),
    (alter(metadata={"breadcrumb": []}), "catalog"),
    (alter(metadata=[{"breadcrumb": [], "metadata": {"selected": True}}, 7]), "catalog"),
    (alter(metadata=[{"breadcrumb": [], "metadata": None}]), "catalog"),
    (alter(metadata=[{"breadcrumb": [], "metadata": {"replication-method": ["x"]}}]), "method"),
    (alter(key_properties="x"), "catalog"),
    (alter(tap_stream_id="a\x00", stream="a\x00"), "tap_stream_id"),
    (alter(schema={**SCHEMA, "properties": {"a\ud800": {}}}), "half of a character"),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(CATALOGS)))
def test_wrong_catalogs(outcomes: Outcomes, place: int) -> None:
    """A catalog that means nothing ends with one line."""
    check_refusal(outcomes["catalogs"][place], CATALOGS[place][1])


TABLES: dict[str, list[Any]] = {
    "accepted": ACCEPTED,
    "pasted": PASTED,
    "variables": PASTED,
    "wrong": WRONG,
    "files": FILES,
    "states": STATES,
    "catalogs": CATALOGS,
    "marked": [()],
}
