"""Run the programs of a checkout of the project, against its double of the service.

Nothing is imported from the checkout. What depends on the clock, on the folder or on the version is
made the same in what comes; see `compare_checkouts.py`.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from comparisons import EVERY, FIRST, SECOND, SETTINGS, Case

if TYPE_CHECKING:
    from collections.abc import Sequence

Lines = list[str]

CHANGED = ("contacts", "invoices", "bills", "items", "journals", "expenses", "bankaccounts",
           "settings/taxes", "banktransactions")  # fmt: skip
PLACES = tuple(product((FIRST, SECOND), CHANGED))
LONGEST = 1800  # seconds of a run
MINUTE = 60
CLOCK = (
    (re.compile(r'("(?:time_extracted|read_at|whole_read_at)":)"[^"]*"'), r'\1"TIME"'),
    (re.compile(r'("whole_read_version":)\d+'), r"\1VERSION"),
    (re.compile(r'^(\{"type":"ACTIVATE_VERSION".*"version":)\d+(?=\}$)'), r"\1VERSION"),
    (re.compile(r'("version":)\d{10}(?=,"time_extracted":"TIME"\}$)'), r"\1VERSION"),
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?=\+00:00)"), "MINUTE"),  # of a reset at midnight
)
RANDOM = re.compile(r"(?<=state=)[\w-]+|(?<=code_challenge=)[\w-]+|\d+(?:\.\d+)*(?:e-\d+)?")
NUMBERED = re.compile(r"\d{6,}")
NAMED = re.compile(r"\[([a-z-]+(?:, [a-z-]+)*)\]\s*$")
METRIC = re.compile(r"METRIC: (\{.*\})$")


@dataclass(frozen=True, slots=True)
class Done:
    """How a run has ended, what it has printed, what it has logged, and the calls that it made."""

    code: int
    out: Lines
    log: Lines
    calls: Lines

    @property
    def end(self) -> Lines:
        """The exit code, and the name of the error in the last line of the log."""
        return [f"exit code {self.code}", *NAMED.findall(self.log[-1])]

    @property
    def words(self) -> Lines:
        """The log without its numbers, and without the random values of a login."""
        return [RANDOM.sub("#", line) for line in self.log]

    @property
    def metrics(self) -> Lines:
        """The names and tags of the metrics in the log, without their values."""
        found = [json.loads(one[1]) for line in self.log if (one := METRIC.search(line))]
        return sorted({json.dumps({**one, "value": 0, "tags": _stable(one)}) for one in found})

    @property
    def state(self) -> dict[str, Any]:
        """The last state that was written."""
        return next(
            (json.loads(line)["value"] for line in reversed(self.out) if '"STATE"' in line[:20]), {}
        )

    @property
    def unordered(self) -> Lines:
        """The messages without their order: of the states, only the parts of the last one."""
        bookmarks = self.state.get("bookmarks", {})
        parts = [
            f"{name} {json.dumps(one, sort_keys=True)}"
            for name, held in bookmarks.items()
            for one in held.get("partitions", [held])
        ]
        return sorted([*parts, *(line for line in self.out if '"STATE"' not in line[:20])])


@dataclass
class Side:
    """A checkout, its double of the service, and the folder in which its runs have theirs."""

    checkout: Path
    folder: Path
    version: str = ""
    catalog: str = '{"streams": []}'
    told: dict[str, str] = field(default_factory=dict)
    runs: int = 0
    _double: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        """See that the programs run what stands in the checkout, and which version that is."""
        if not Path(self.program("tap-zohobooks")).exists():
            sys.exit(f"{self.checkout}: run `make sync` there.")
        code = "import importlib.metadata as m; d = m.distribution('tap-zohobooks')"
        code += "; print(d.read_text('direct_url.json'), d.version, sep='\\n')"
        asked = subprocess.run(
            [self.program("python"), "-c", code], check=True, capture_output=True
        )
        origin, self.version = asked.stdout.decode().splitlines()
        starter = Path(self.program("tap-zohobooks")).read_text(encoding="utf-8")
        if json.loads(origin)["url"] != self.checkout.as_uri() or str(self.checkout) not in starter:
            sys.exit(f"{self.checkout}: run `make sync` there; its programs belong to {origin}.")

    def program(self, name: str) -> str:
        """Return the path of a program of the checkout."""
        return str(self.checkout / ".venv" / "bin" / name)

    def serve(self, options: Sequence[str]) -> None:
        """Start the double anew."""
        self.stop()
        self._double = subprocess.Popen(
            [self.program("python"), "-m", "sandbox", *options],
            cwd=self.checkout, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        said = self._double.stdout.readline() if self._double.stdout else ""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.told = {"port": str(free.getsockname()[1]), "python": sys.executable}
        self.told |= {name: one for name, one in json.loads(said).items() if isinstance(one, str)}

    def stop(self) -> None:
        """Stop the double."""
        if self._double is not None:
            self._double.terminate()
            self._double.communicate()

    def ask(self, verb: str, **params: str) -> Any:  # noqa: ANN401  # whatever it tells
        """Return what a control of the double tells."""
        answer = requests.get(f"{self.told['base_url']}/sandbox/{verb}", params, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def tell(self, verb: str, **given: object) -> dict[str, str]:
        """Steer the double."""
        body = self._fill(json.dumps(given))
        answer = requests.post(f"{self.told['base_url']}/sandbox/{verb}", body, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())

    def rows(self) -> Lines:
        """Return the rows of some lists, as the double holds them."""
        return [
            json.dumps(row)
            for one in PLACES
            for row in self.ask("rows", organization_id=one[0], collection=one[1])
        ]

    def change(self, moment: str) -> None:
        """Change, add and remove rows; some of them do not fit the schema, one has no time."""
        for organization, collection in PLACES:
            place = {"organization_id": organization, "collection": collection}
            ids = sorted(self.ask("revisions", **place))
            for one in ids[1:3]:
                self.tell("change", **place, id=one, last_modified_time=moment)
            self.tell("delete", **place, id=ids[0])
            blank = "" if collection == "expenses" else moment
            strange = {"unheard_of": {"a": [1]}, "is_active": "perhaps", "total": "much"}
            for time_of in (moment, blank):
                times = {"created_time": moment, "last_modified_time": time_of}
                self.tell("insert", **place, **times, **strange)

    def run(self, case: Case) -> Done:
        """Run a case to its end, with a refresh token of its own: each is good for ten mints."""
        self.runs += 1
        folder = self.folder / str(self.runs)
        folder.mkdir()
        self.told |= {"folder": str(folder), **self.tell("grant")}
        self._write(folder, case)
        for verb, given in case.controls:
            self.tell(verb, **given)
        self.tell("reset_log")
        done = [self._process(case, folder) for _ in range(case.times)]
        log = sorted(self.ask("log"), key=lambda one: NUMBERED.sub("ID", one["path"]))
        calls = [f"{one['method']} {one['path']} {params_of(one)}: {one['status']}" for one in log]
        calls.append(f"{self.ask('summary')['mints']} tokens so far")
        for verb, given in case.undo:
            self.tell(verb, **given)
        code, out, said = done[-1]
        return Done(code, self._plain([out, *list_files(folder)]), said, self._plain(calls))

    def _write(self, folder: Path, case: Case) -> None:
        """Write the files of a run; a setting that is None is left out."""
        settings = {**SETTINGS, **case.settings}
        settings = {name: value for name, value in settings.items() if value is not None}
        files = {"config.json": settings, "catalog.json": self._select(case), **case.files}
        for name, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (folder / name).write_text(self._fill(text), encoding="utf-8")

    def _process(self, case: Case, folder: Path) -> tuple[int, str, Lines]:
        filled = {name: self._fill(text) for name, text in case.environment.items()}
        plain = {"LANG": "C.UTF-8", "COLUMNS": "1000", "NO_COLOR": "1", "PATH": os.environ["PATH"]}
        homes = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "home")}
        program, *words = case.words.split()
        with (folder / "log").open("wb") as log, subprocess.Popen(
            [self.program(program), *map(self._fill, words)], cwd=folder, stderr=log, text=True,
            env={**plain, **homes, **filled}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        ) as process:  # fmt: skip
            if case.closes and process.stdout:
                process.stdout.close()
            if case.stops:
                while process.poll() is None and not self.ask("summary")["calls"]:
                    time.sleep(0.1)
                time.sleep(1)  # until it waits
                process.terminate()
            out = "" if case.closes else process.communicate(timeout=LONGEST)[0]
        said = (folder / "log").read_text(encoding="utf-8").replace(self.version, "VERSION")
        return process.returncode, out, said.rstrip().split("\n")

    def _select(self, case: Case) -> dict[str, Any]:
        """Return the discovered catalog with the streams of a case selected."""
        catalog: dict[str, Any] = json.loads(self.catalog)
        for entry in catalog["streams"]:
            is_selected = case.streams == EVERY or entry["stream"] in case.streams
            for one in entry["metadata"]:
                if not one["breadcrumb"]:
                    one["metadata"]["selected"] = is_selected
            if is_selected and case.method:
                entry["replication_method"] = case.method
        return catalog

    def _fill(self, text: str) -> str:
        for name, value in self.told.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def _plain(self, texts: Sequence[str]) -> Lines:
        """Return lines without what depends on clock, folder, port or version."""
        text = "\n".join(texts)
        for known, shown in (
            (self.told["base_url"], "http://SERVICE"),
            (f"127.0.0.1:{self.told['port']}", "127.0.0.1:PORT"),
            (self.told["folder"], "FOLDER"),
            (self.version, "VERSION"),
        ):
            text = text.replace(known, shown)
        lines = text.split("\n")
        for pattern, shown in CLOCK:
            lines = [pattern.sub(shown, line) for line in lines]
        return lines


def _stable(metric: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in metric.get("tags", {}).items() if name != "pid"}


def params_of(call: dict[str, Any]) -> str:
    """Return the parameters of a call, with NOW for a filter by the time of the call itself."""
    params = call["params"]
    with suppress(KeyError, ValueError):  # another form of time is compared as it is
        told = datetime.strptime(params["last_modified_time"], "%Y-%m-%dT%H:%M:%S%z")
        past = datetime.fromisoformat(call["time"]) - told
        if abs(past.total_seconds()) < MINUTE:
            params = {**params, "last_modified_time": "NOW"}
    return json.dumps(params)


def list_files(folder: Path) -> Lines:
    """Return the texts that a run has left in its folder: .env, and files of batches."""
    texts = [path.read_text(encoding="utf-8") for path in folder.glob(".env")]
    batches = [gzip.decompress(path.read_bytes()) for path in folder.glob("*.gz")]
    return [*texts, *sorted(batch.decode() for batch in batches)]
