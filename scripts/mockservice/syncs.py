"""Runs the tap's command line, a stream at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tap_zohobooks.resources import ORGANIZATION, custom_module
from tap_zohobooks.streams.discovery import MODULE_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping

Catalog: TypeAlias = dict[str, Any]

TAP: Final = Path(sys.executable).with_name("tap-zohobooks")
TIMEOUT: Final = 120
PLENTY: Final = 10**6
# Before anything that the files show: a run from here on asks by time, and finds all of it.
LONG_AGO: Final = "2000-01-01T00:00:00Z"
DISCOVERY: Final = "discovery"
# No file tells which custom modules there are, only what a record of one looks like.
MODULE: Final = "cm_debtor"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the tap ended: its exit code, last line, records and state."""

    code: int
    last_line: str
    records: int = 0
    state: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs the tap against a base URL; what it reads and writes is in the folder."""

    base: str
    folder: Path

    def discover(self) -> Catalog:
        """Return the catalog that the tap discovers, and a custom module in it.

        Raises:
            SystemExit: The tap cannot discover.
        """
        done = self._tap(DISCOVERY, {}, "--discover")
        if done.returncode:
            msg = f"The tap does not discover:\n{done.stderr}"
            raise SystemExit(msg)
        return with_module(json.loads(done.stdout))

    def sync(self, catalog: Catalog, stream: str) -> list[Ended]:
        """Read a stream, and then what has changed, where it tells."""
        selected = self._write(f"{stream}.catalog.json", only(catalog, stream))
        runs = [self._run(stream, {}, "--catalog", selected)]
        if is_incremental(catalog, stream):
            state = self._write(f"{stream}.state.json", runs[0].state or {})
            changed = {"start_date": LONG_AGO}
            runs.append(self._run(stream, changed, "--catalog", selected, "--state", state))
        return runs

    def _run(self, stream: str, more: Mapping[str, Any], *options: str | Path) -> Ended:
        done = self._tap(stream, more, *options)
        return read_end(done.returncode, done.stdout, done.stderr)

    def _tap(
        self, stream: str, more: Mapping[str, Any], *options: str | Path
    ) -> subprocess.CompletedProcess[str]:
        given = {**settings(f"{self.base}/{stream}"), **more}
        config = self._write(f"{stream}.config.json", given)
        return subprocess.run(
            [TAP, "--config", config, *options],
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=TIMEOUT,
        )

    def _write(self, name: str, content: Mapping[str, Any]) -> Path:
        file = self.folder / name
        file.write_text(json.dumps(content), encoding="utf-8")
        return file


def settings(api_url: str) -> dict[str, Any]:
    """Return the tap's settings: a token given, no pace to keep, no patience with faults."""
    return {
        "client_id": "none",
        "client_secret": "none",
        "access_token": "none",
        "api_url": api_url,
        "token_cache": "off",
        "requests_per_minute": PLENTY,
        "max_wait_seconds": 1,
    }


def with_module(catalog: Catalog) -> Catalog:
    """Return a catalog that has a custom module, as one does where the service tells of it."""
    entry = {
        "tap_stream_id": MODULE,
        "stream": MODULE,
        "replication_method": "FULL_TABLE",
        "key_properties": [ORGANIZATION, *custom_module(MODULE).keys],
        "schema": MODULE_SCHEMA,
        "metadata": [{"breadcrumb": [], "metadata": {"inclusion": "available"}}],
    }
    return {**catalog, "streams": [*catalog["streams"], entry]}


def only(catalog: Catalog, stream: str) -> Catalog:
    """Return a catalog with one stream selected."""
    chosen = deepcopy(catalog)
    for entry in chosen["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = entry["stream"] == stream
    return chosen


def is_incremental(catalog: Catalog, stream: str) -> bool:
    """Tell whether a stream is read by what has changed."""
    methods = {entry["stream"]: entry["replication_method"] for entry in catalog["streams"]}
    return bool(methods[stream] == "INCREMENTAL")


def read_end(code: int, output: str, log: str) -> Ended:
    """Read what a run has written."""
    messages = [json.loads(line) for line in output.splitlines()]
    kinds = Counter(message["type"] for message in messages)
    states = [message["value"] for message in messages if message["type"] == "STATE"]
    lines = log.strip().splitlines()
    return Ended(code, lines[-1] if lines else "", kinds["RECORD"], states[-1] if states else None)
