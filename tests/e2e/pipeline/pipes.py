"""Pipes as a user builds them: the tap, a loader of another project, a state file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.e2e.pipeline.interruptions import Kill

ROOT = Path(__file__).parents[3]
TAP = Path(sys.executable).with_name("tap-zohobooks")
APART = ("target-csv", "target-jsonl", "target-postgres", "target-sqlite")
LOADERS = {name: ROOT / ".tools" / name / "bin" / name for name in APART}
PAGE = ROOT / "docs" / "pipelines.md"
PATIENCE = 120
KILLED = -9


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run of both programs has ended."""

    tap: int
    loader: int
    states: list[dict[str, Any]]
    tap_log: str
    loader_log: str

    @property
    def state(self) -> dict[str, Any] | None:
        """The state that a runner would keep, if the loader has let go of one."""
        return self.states[-1] if self.states else None

    def well(self) -> Outcome:
        """Return itself if both have ended well."""
        assert (self.tap, self.loader) == (0, 0), self.tap_log[-2000:] + self.loader_log[-2000:]
        return self


@dataclass(frozen=True, slots=True)
class Pipe:
    """The tap and a loader with their settings, in a folder of their own."""

    folder: Path
    config: dict[str, Any]
    catalog: dict[str, Any]
    loader: str
    loader_config: dict[str, Any]

    def run(
        self,
        state: dict[str, Any] | None = None,
        *,
        kill: Kill | None = None,
        **settings: Any,
    ) -> Outcome:
        """Run both to their ends, or to where one of them is killed."""
        tap_command = [str(TAP), *self._files(state, self.config | settings)]
        loader_config = self._file("loader.json", self.loader_config)
        logs = [self.folder / "tap.log", self.folder / "loader.log"]
        kept = self.folder / "states"
        with (
            logs[0].open("wb") as tap_log,
            logs[1].open("wb") as loader_log,
            kept.open("wb") as states,
            subprocess.Popen(tap_command, stdout=subprocess.PIPE, stderr=tap_log) as tap,
            subprocess.Popen(
                [LOADERS[self.loader], "--config", loader_config],
                stdin=tap.stdout,
                stdout=states,
                stderr=loader_log,
                cwd=self.folder,
            ) as loader,
        ):
            assert tap.stdout is not None
            tap.stdout.close()  # the loader alone reads it
            if kill:
                kill.strike({"tap": tap, "loader": loader})
            codes = tap.wait(PATIENCE), loader.wait(PATIENCE)
        return Outcome(*codes, states_of(kept), *(one.read_text() for one in logs))

    def _files(self, state: dict[str, Any] | None, config: dict[str, Any]) -> Iterable[str]:
        yield from ("--config", self._file("config.json", config))
        yield from ("--catalog", self._file("catalog.json", self.catalog))
        if state is not None:
            yield from ("--state", self._file("state.json", state))

    def _file(self, name: str, value: object) -> str:
        path = self.folder / name
        path.write_text(json.dumps(value), encoding="utf-8")
        return str(path)


def states_of(path: Path) -> list[dict[str, Any]]:
    """Return the states that a loader has written; a line that was cut off is none."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def selecting(catalog: dict[str, Any], streams: Iterable[str]) -> dict[str, Any]:
    """Return a catalog in which exactly these streams are selected."""
    chosen: dict[str, Any] = json.loads(json.dumps(catalog))
    wanted = set(streams)
    assert wanted <= {entry["stream"] for entry in chosen["streams"]}
    for entry in chosen["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = entry["stream"] in wanted
    return chosen


def read_whole(catalog: dict[str, Any], stream: str) -> dict[str, Any]:
    """Return a catalog in which a stream is replicated by FULL_TABLE."""
    chosen: dict[str, Any] = json.loads(json.dumps(catalog))
    for entry in chosen["streams"]:
        for item in entry["metadata"]:
            if entry["stream"] == stream and not item["breadcrumb"]:
                item["metadata"]["replication-method"] = "FULL_TABLE"
    return chosen


def discovered(config: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return what the tap discovers."""
    path = folder / "discover.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    done = subprocess.run([TAP, "--config", path, "--discover"], capture_output=True, check=True)
    catalog: dict[str, Any] = json.loads(done.stdout)
    return catalog


def block(title: str, language: str) -> str:
    """Return the one block of a language in a section of docs/pipelines.md."""
    sections = re.split(r"^#+ ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (section,) = [one for one in sections if one.startswith(f"{title}\n")]
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    return str(found)
