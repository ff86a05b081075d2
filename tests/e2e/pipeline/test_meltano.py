"""Meltano with the project's own meltano.yml: configuration, selection, runs, and their state."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from demo.pipeline import Pipeline
from demo.service import Service
from tap_zohobooks.resources import ORGANIZATION
from tests.e2e.pipeline import truth
from tests.e2e.pipeline.pipes import ROOT, block
from tests.e2e.pipeline.places import served
from tests.e2e.pipeline.warehouse import Holding, ask, fresh, holding, keep, kept
from tests.sharing import once, one_at_a_time

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import BaseFileLock

    from demo.postgres import Database
    from tests.e2e.pipeline.places import Place, Serve

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(1200)]

MELTANO = ROOT / ".tools" / "meltano" / "bin" / "meltano"
JOB, STATE_ID = "zohobooks-to-postgres", "sandbox:tap-zohobooks-to-target-postgres"
SELECT = '["invoices.*", "!invoices.email", "taxes.*"]'
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Project:
    """The checkout as a Meltano project, with a service to read and a database to fill."""

    place: Place
    database: Database
    folder: Path
    environment: dict[str, str]
    alone: BaseFileLock
    told: dict[str, str] = field(default_factory=dict)
    written: dict[str, list[str]] = field(default_factory=dict)

    def do(self, name: str, *arguments: str, **environment: str) -> str:
        """Give a command, keep what it prints under a name, and return it."""
        variables = self.folder / "empty.env"
        variables.touch()
        with self.alone:
            done = self._run(variables, arguments, environment)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        self.told[name] = done.stdout
        return done.stdout

    def _run(
        self, variables: Path, arguments: tuple[str, ...], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [MELTANO, "--environment=sandbox", f"--env-file={variables}", *arguments],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def run(self, name: str, *arguments: str, **environment: str) -> None:
        """Run a pipeline, and keep which invoices it has written."""
        before = holding(self.database) if self.written else Holding({}, {})
        self.do(name, "run", *arguments, **environment)
        self.written[name] = truth.written("invoices", before, holding(self.database))

    def state(self) -> dict[str, Any]:
        """Return the state that Meltano keeps."""
        found: dict[str, Any] = json.loads(self.do("state", "state", "get", STATE_ID))
        return found


@dataclass(frozen=True, slots=True)
class Story:
    """What the commands printed, wrote and kept."""

    told: dict[str, str]
    written: dict[str, list[str]]
    state: dict[str, Any]
    invoices: truth.Rows
    middle: str
    files: list[str]


def project(place: Place, database: Database, folder: Path, shared: Path) -> Project:
    """Return the project, pointed at a service and a database, with its state in a folder."""
    double = Service(
        place.config["api_url"], tuple(place.organizations), **asdict(place.world.credentials)
    )
    environment = Pipeline(MELTANO, folder, double, database).build_environment()
    environment["TAP_ZOHOBOOKS__SELECT"] = SELECT
    return Project(place, database, folder, environment, one_at_a_time(shared))


def middle_of(place: Place) -> str:
    """Return a time that half of the invoices are older than."""
    times = sorted(
        row["last_modified_time"] for row in truth.rows(place.world, "invoices").values()
    )
    moment = truth.instant(times[len(times) // 2])
    assert moment is not None
    return moment.isoformat()


def put_back(state: dict[str, Any], bookmark: str) -> dict[str, Any]:
    """Return a state whose bookmarks stand at an earlier time."""
    earlier: dict[str, Any] = json.loads(json.dumps(state))
    for partition in earlier["singer_state"]["bookmarks"]["invoices"]["partitions"]:
        partition["replication_key_value"] = bookmark
    return earlier


def exported(title: str, address: str, ours: str) -> dict[str, str]:
    """Return the variable that a section of the page exports, with an address of ours."""
    (line,) = block(title, "sh").splitlines()
    name, found, value = line.removeprefix("export ").partition("=")
    assert (found, value.count(address)) == ("=", 1)
    return {name: value.replace(address, ours)}


def commands(here: Project, middle: str) -> dict[str, Any]:
    """Give the commands one after another, and return the state after the first run."""
    here.do("test", "config", "test", "tap-zohobooks")
    here.do("select", "select", "tap-zohobooks", "--list")
    here.do("discover", "invoke", "tap-zohobooks", "--discover")
    here.run("first", JOB)
    state = here.state()
    here.do("set", "state", "set", "--force", STATE_ID, json.dumps(put_back(state, middle)))
    here.run("from the middle", JOB)
    here.run("full refresh", "--full-refresh", JOB)
    here.do("clear", "state", "clear", "--force", STATE_ID)
    here.do("cleared", "state", "list")
    files = exported("In files", "file:///var/lib/zohobooks/states",
                     (here.folder / "states").as_uri())  # fmt: skip
    here.do("copy", "state", "set", "--force", STATE_ID, json.dumps(state), **files)
    here.run("other backend", JOB, **files)
    here.run("other id", "--state-id-suffix=night", JOB, **files)
    here.do("list", "state", "list", **files)
    return state


@pytest.fixture(scope="module")
def story(shared: Path, server: Database, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Return what a session with Meltano brings."""

    def make(folder: Path) -> None:
        own = tmp_path_factory.mktemp("meltano")
        with served(own, shared) as place:
            here = project(place, fresh(server, "meltano"), own, shared)
            middle = middle_of(place)
            state = commands(here, middle)
            files = [path.name for path in (own / "states").rglob("*") if path.is_file()]
            keep(
                folder / "story.json",
                told=here.told,
                written=here.written,
                state=state,
                invoices=truth.rows(place.world, "invoices"),
                middle=middle,
                files=files,
            )

    return Story(**kept(once(shared, "meltano", make) / "story.json"))


def test_the_configuration_can_be_tested(story: Story) -> None:
    """`meltano config test` finds the configuration valid."""
    assert "configuration is valid" in story.told["test"]


def test_the_selection_is_listed(story: Story) -> None:
    """`meltano select --list` shows what is automatic and what is selected, and nothing else."""
    listed = {path: mark for mark, path in re.findall(r"\[(\w+) *\] (\S+)", story.told["select"])}
    assert listed["invoices.invoice_id"] == "automatic"
    assert listed["invoices.total"] == listed["taxes.tax_name"] == "selected"
    assert "invoices.email" not in listed
    assert {path.partition(".")[0] for path in listed} == {"invoices", "taxes"}


def test_discovery_goes_through(story: Story) -> None:
    """`meltano invoke --discover` prints the catalog, the organizations' own parts included."""
    streams = {entry["stream"] for entry in json.loads(story.told["discover"])["streams"]}
    assert {"invoices", "invoice_details", "cm_debtor", "cm_vehicle"} <= streams


def test_the_job_loads_everything(story: Story) -> None:
    """The job of meltano.yml brings every row, and leaves a bookmark an organization."""
    assert story.written["first"] == sorted(story.invoices)
    partitions = story.state["singer_state"]["bookmarks"]["invoices"]["partitions"]
    assert {one["context"][ORGANIZATION] for one in partitions} == {
        where.partition("/")[0] for where in story.invoices
    }
    assert all(one["replication_key_value"] for one in partitions)


def test_a_state_that_is_set_is_gone_on_from(story: Story) -> None:
    """After `meltano state set` a run brings exactly the rows since the bookmark that was set."""
    moment = truth.instant(story.middle)
    assert moment is not None
    since = [where for where, row in story.invoices.items()
             if (truth.instant(row["last_modified_time"]) or moment) >= moment]  # fmt: skip
    assert story.written["from the middle"] == sorted(since)
    assert 0 < len(since) < len(story.invoices)


def test_a_full_refresh_brings_everything(story: Story) -> None:
    """`meltano run --full-refresh` reads all rows whatever the state says."""
    assert story.written["full refresh"] == sorted(story.invoices)


def test_a_state_can_be_cleared(story: Story) -> None:
    """`meltano state clear` leaves none."""
    assert STATE_ID not in story.told["cleared"]


def test_the_state_can_live_elsewhere(story: Story) -> None:
    """With a backend of files, a run goes on from the state in a file and leaves the next there."""
    assert len(story.written["other backend"]) <= 2
    assert "state.json" in story.files


def test_a_suffix_makes_a_state_of_its_own(story: Story) -> None:
    """`--state-id-suffix` keeps a second state, which begins at the beginning."""
    assert story.written["other id"] == sorted(story.invoices)
    assert {STATE_ID, f"{STATE_ID}:night"} <= set(story.told["list"].split())


def test_the_system_database_can_be_postgresql(
    place: Serve, server: Database, tmp_path: Path, shared: Path
) -> None:
    """Meltano keeps the state of a run in PostgreSQL, and the next run goes on from it."""
    system = fresh(server, "meltano_system")
    ours = f"{system.user}:{system.password}@{system.host}:{system.port}/{system.name}"
    variable = exported("In PostgreSQL", "user:password@localhost:5432/meltano", ours)
    with place() as served_place:
        here = project(served_place, fresh(server, "meltano_loaded"), tmp_path, shared)
        here.run("first", JOB, **variable)
        here.run("second", JOB, **variable)
        everything = sorted(truth.rows(served_place.world, "invoices"))
    assert here.written["first"] == everything
    assert 0 < len(here.written["second"]) <= 2
    ((kept_state,),) = ask(
        system, "SELECT completed_state FROM state WHERE state_id = %s", STATE_ID
    )
    assert "replication_key_value" in str(kept_state)
    assert not (tmp_path / "meltano.db").exists()
