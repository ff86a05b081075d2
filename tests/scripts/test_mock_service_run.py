"""The script that syncs from a mock of the service, run with a program in the place of Prism."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest
import requests

import mock_service
from mockservice import prism
from mockservice.openapi import describe, write
from mockservice.traffic import Recorder
from tap_zohobooks.resources import ENTITIES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tools = Callable[[str, str], Path]

LISTED = ("organization_id", "page", "per_page", "sort_column", "sort_order", "last_modified_time")
# Answers every call with its path, and a page of one row.
MOCK = """
import http.server, json, sys
CONTEXT = {"page": 1, "per_page": 200, "has_more_page": False}
ROW = {"bill_id": "1", "location_id": "2", "organization_id": "7",
       "last_modified_time": "2020-01-01T00:00:00+0000"}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.partition("?")[0].strip("/")
        self.send_response(200)
        self.end_headers()
        answer = {"code": 0, "message": self.path, name: [ROW], "page_context": CONTEXT}
        self.wfile.write(json.dumps(answer).encode())
    log_message = lambda *_: None
port = int(sys.argv[sys.argv.index("--port") + 1])
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def program(folder: Path, text: str = MOCK) -> Path:
    """Return a program that is started as Prism is."""
    file = folder / "prism"
    file.write_text(f"#!{sys.executable}\n{text}")
    file.chmod(0o755)
    return file


def listed(*names: str) -> dict[str, object]:
    """Return a path that answers a GET with these query parameters."""
    return {"get": {"parameters": [{"name": name, "in": "query"} for name in names]}}


@pytest.fixture(name="tools")
def _tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    """Put shell scripts named node and npm on the path; returns where Prism is to be put."""

    def put(node: str, npm: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        for name, text in {"node": node, "npm": npm}.items():
            (folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
        return tmp_path / "tools"

    return put


def test_no_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where Node.js is missing, the message says which is needed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"Prism needs Node\.js >=18.* with npm"):
        prism.install(tmp_path / "tools")


def test_an_old_node(tools: Tools) -> None:
    """Where Node.js is too old, the message says which it is."""
    with pytest.raises(SystemExit, match=r"this is v16\.20\.2"):
        prism.install(tools("echo v16.20.2", "exit 0"))


def test_half_an_installation_does_not_count(tools: Tools) -> None:
    """Where npm fails, the next run installs again; where it did not, none does."""
    place = tools("echo v18.20.1", "exit 1")
    with pytest.raises(SystemExit, match="npm could not install"):
        prism.install(place)
    tools("echo v24.0.0", "mkdir -p node_modules/.bin && touch node_modules/.bin/prism")
    command = prism.install(place)
    assert command.is_file()
    tools("echo v24.0.0", "exit 1")
    assert prism.install(place) == command


def test_a_mock_server_that_does_not_start(tmp_path: Path) -> None:
    """Where the mock server ends at once, its last words are told."""
    command = program(tmp_path, "raise SystemExit('no such document')")
    with (
        pytest.raises(SystemExit, match="no such document"),
        prism.serve(command, tmp_path / "0.json"),
    ):
        pytest.fail("it has started")


def test_calls_are_passed_on_and_written_down(tmp_path: Path) -> None:
    """A described call reaches the mock server as it was sent, and its answer comes back."""
    description = describe({"bills": {"paths": {"/bills/{bill_id}": listed()}}})
    (document,) = write(description.documents, tmp_path)
    with prism.serve(program(tmp_path), document) as server:
        recorder = Recorder(description, [server])
        with recorder.serve() as base:
            sent = "bills/12?page=1&last_modified_time=x%2B0000"
            answer = requests.get(f"{base}/a_stream/books/v3/{sent}", timeout=9)
    assert answer.json()["message"] == f"/{sent}"
    (found,) = recorder.of("a_stream")
    assert found.parameters == {"page": "1", "last_modified_time": "x+0000"}
    assert (found.path, found.operation, found.status) == (
        "bills/12", description.operations[0], 200
    )  # fmt: skip


def test_what_no_file_describes_is_answered_as_the_service_does() -> None:
    """A call that no file describes reaches no mock server: the path is unknown."""
    recorder = Recorder(describe({}), [])
    with recorder.serve() as base:
        answer = requests.get(f"{base}/a_stream/books/v3/salespersons", timeout=9)
    assert (answer.status_code, answer.json()["code"]) == (404, 5)
    assert [(one.path, one.operation) for one in recorder.calls] == [("salespersons", None)]


@pytest.mark.parametrize(
    ("stream", "code", "said"),
    [("bills", 0, "1 synced; "), ("locations", 1, "not known to take 'organization_id'")],
)
def test_a_stream_is_synced_and_judged(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stream: str,
    code: int,
    said: str,
) -> None:
    """The tap reads a stream from the mock, and fails where it sends what no file has."""
    files = {
        "lists": {f"/{path}": listed(*LISTED) for path in ENTITIES},
        "locations": {"/locations": listed()},
        "organizations": {"/organizations": listed()},
        "taxes": {"/settings/taxes": listed()},
    }
    for name, paths in files.items():
        schemas = {"schemas": {"tax_type": {"example": "tax"}}}
        text = json.dumps({"paths": paths, "components": schemas})
        (tmp_path / f"{name}.yml").write_text(text)
    monkeypatch.setattr(prism, "install", lambda: program(tmp_path))
    assert mock_service.main([str(tmp_path), stream]) == code
    assert said in capsys.readouterr().out
