"""A new Meltano project in an empty home adds the tap from this checkout, and runs it.

The commands are run one after another, once: what each of them leaves is claimed by a test.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from meltano_plugin import HUB, list_selected
from sandbox import World
from sandbox.server.serving import serve
from tap_zohobooks.resources import ENTITIES, TABLE
from tests.e2e.pipeline.pipes import ROOT, block
from tests.e2e.pipeline.test_meltano import MELTANO
from tests.sharing import once

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(1200)]

PLENTY, ROWS = 10**6, 7
MAX_TEST_CALLS = 30  # an organization
SECOND = "tap-zohobooks--second"
LOADER = ROOT / ".tools" / "target-jsonl" / "bin" / "target-jsonl"
LISTED = re.compile(r"\[(?:selected|automatic) *\] (\w+)\.")


def build_world(seed: int) -> World:
    """Return the service of one account."""
    return World.build(rows=ROWS, organizations=2, seed=seed,
                       requests_per_minute=PLENTY, daily_quota=PLENTY)  # fmt: skip


@dataclass
class Project:
    """A folder of a user with nothing else, and what the commands have printed."""

    folder: Path
    variables: dict[str, str]
    story: dict[str, Any] = field(default_factory=dict)

    def do(self, *command: str, **variables: str) -> str:
        """Run a command in the project, and return what it prints."""
        environment = {
            **{name: text for name, text in os.environ.items()
               if name.startswith(("PIP_", "UV_", "SSL_"))},
            "PATH": os.pathsep.join([str(MELTANO.parent), str(Path(sys.executable).parent),
                                     os.environ["PATH"]]),
            "HOME": str(self.folder.parent),
            "UV_CACHE_DIR": str(Path("~/.cache/uv").expanduser()),
            "UV_CONSTRAINT": str(ROOT / ".tools" / "tap.txt"),
            **self.variables,
            **variables,
        }  # fmt: skip
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True,
                              text=True, check=False, timeout=300)  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout + done.stderr

    def meltano(self, *words: str, **variables: str) -> str:
        """Run Meltano."""
        return self.do(str(MELTANO), *words, **variables)

    def type(self, lines: str, **variables: str) -> str:
        """Run lines of the page as they stand."""
        return self.do("bash", "-e", "-o", "pipefail", "-c", lines, **variables)

    def list_streams(self) -> list[str]:
        """Return the streams that a run would read."""
        return sorted({*LISTED.findall(self.meltano("select", "tap-zohobooks", "--list"))})

    def load(self, plugin: str, *options: str) -> dict[str, int]:
        """Run a plugin, and return how many rows of each stream and organization arrived."""
        loaded = self.folder / f"loaded-{len(list(self.folder.glob('loaded-*')))}"
        loaded.mkdir()
        self.story["log"] = self.meltano("run", *options, plugin, "target-jsonl",
                                         TARGET_JSONL_DESTINATION_PATH=str(loaded))  # fmt: skip
        rows = [
            (path.stem.partition("-")[0], json.loads(line))
            for path in loaded.glob("*.jsonl")
            for line in path.read_text().splitlines()
        ]
        return Counter(f"{name} {row['organization_id']}" for name, row in rows)


def count_calls(world: World, before: int = 0) -> dict[str, int]:
    """Return the calls of each organization."""
    spent = [one for one in world.log[before:] if one.organization_id]
    return Counter(str(one.organization_id) for one in spent)


def add_loader(folder: Path) -> None:
    """Add an installed loader to meltano.yml."""
    file = folder / "meltano.yml"
    project = yaml.safe_load(file.read_text())
    project["plugins"]["loaders"] = [{
        "name": "target-jsonl", "namespace": "target_jsonl", "executable": str(LOADER),
        "settings": [{"name": "destination_path"}],
    }]  # fmt: skip
    file.write_text(yaml.safe_dump(project, sort_keys=False))


def to_variables(prefix: str, world: World, base: str) -> dict[str, str]:
    """Return the variables of an account."""
    values = {**asdict(world.credentials), "accounts_url": base, "api_url": base,
              "requests_per_minute": str(PLENTY)}  # fmt: skip
    return {f"{prefix}_{name.upper()}": text for name, text in values.items()}


def begin(home: Path, variables: Mapping[str, str]) -> Project:
    """Make a project, and add the tap from this checkout."""
    Project(home, {}).meltano("init", "shop", "--no-usage-stats")
    project = Project(home / "shop", dict(variables))
    checkout = project.folder / "tap-zohobooks" / "docs" / "hub"
    checkout.mkdir(parents=True)
    definition = yaml.safe_load(HUB.read_text()) | {"pip_url": f"-e {ROOT}"}
    (checkout / HUB.name).write_text(yaml.safe_dump(definition))
    project.type(block("A Meltano project of your own", "sh"))
    add_loader(project.folder)
    return project


def use_first_account(here: Project, world: World) -> None:
    """Select, narrow, add, test and run, twice."""
    story = here.story
    story["unselected"] = here.list_streams()
    here.type(block("The selection", "sh"))
    story["default"] = here.list_streams()
    here.meltano("config", "set", "tap-zohobooks", "_select", '["contacts.*"]')
    here.meltano("select", "tap-zohobooks", "invoice_details", "*")
    story["narrow"] = here.list_streams()
    before = len(world.log)
    story["test"] = here.meltano("config", "test", "tap-zohobooks")
    story["test calls"] = count_calls(world, before)
    story["loaded"], story["first log"] = here.load("tap-zohobooks"), here.story["log"]
    before = len(world.log)
    story["again"] = here.load("tap-zohobooks", "--refresh-catalog")
    story["discovery calls"] = sum("settings/customfields" in one.path or
                                   "settings/modules" in one.path
                                   for one in world.log[before:])  # fmt: skip
    before = len(world.log)
    here.meltano("invoke", "tap-zohobooks", "--test")
    story["whole test calls"] = count_calls(world, before)


def use_second_account(here: Project, second: World, base: str) -> None:
    """Inherit the tap, log in for the second account, and run it."""
    code = second.accounts.issue_self_client_code(second.clock())
    known = to_variables("TAP_ZOHOBOOKS__SECOND", second, base)
    hosts = {name: text for name, text in known.items() if name.endswith(("_URL", "_MINUTE"))}
    options = [f"--client-id={second.credentials.client_id}", f"--code={code}",
               f"--client-secret={second.credentials.client_secret}", "--all-organizations",
               "--yes"]  # fmt: skip
    lines = block("Two accounts", "sh").replace("zohobooks login", shlex.join(
        ["zohobooks", "login", *options]))  # fmt: skip
    here.story["doctor"] = here.type(lines, **hosts)
    here.story[".env"] = (here.folder / ".env").read_text()
    here.variables |= hosts | {"TAP_ZOHOBOOKS_ACCESS_TOKEN": "1000.of-the-first"}
    here.story["second"] = here.load(SECOND)


@pytest.fixture(scope="module")
def story(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what the commands of a new user bring."""

    def make(folder: Path) -> None:
        home = tmp_path_factory.mktemp("home")
        first, second = build_world(1), build_world(2)
        with ExitStack() as stack:
            base, other = (stack.enter_context(serve(one)) for one in (first, second))
            here = begin(home, to_variables("TAP_ZOHOBOOKS", first, base))
            use_first_account(here, first)
            use_second_account(here, second, other)
        here.story["organizations"] = [
            [row["organization_id"] for row in world.organizations] for world in (first, second)
        ]
        (folder / "story.json").write_text(json.dumps(here.story))

    found: dict[str, Any] = json.loads((once(shared, "project", make) / "story.json").read_text())
    return found


def test_every_stream_is_read_without_a_selection(story: dict[str, Any]) -> None:
    """`--from-ref` drops the definition's selection: what costs a call a row is selected."""
    assert {*TABLE} <= {*story["unselected"]}


def test_one_command_selects_the_default(story: dict[str, Any]) -> None:
    """The command of the page selects what the tap selects by default."""
    names = {one.removesuffix(".*") for one in list_selected()} - {"cm_*", "!cm_*_details"}
    assert {one for one in story["default"] if not one.startswith("cm_")} == names
    assert any(one.startswith("cm_") for one in story["default"])


def test_a_selection_can_be_narrowed_and_extended(story: dict[str, Any]) -> None:
    """The one list that was set, and the documents that were added."""
    assert story["narrow"] == ["contacts", "invoice_details"]


def test_the_configuration_is_tested(story: dict[str, Any]) -> None:
    """`meltano config test` passes; with the discovery before it, it makes few calls."""
    assert "configuration is valid" in story["test"]
    assert max(story["test calls"].values()) <= MAX_TEST_CALLS
    assert 0 < max(story["whole test calls"].values()) <= MAX_TEST_CALLS


def test_a_run_loads_what_is_selected(story: dict[str, Any]) -> None:
    """All rows of the selected streams arrive, and the log says what costs a call a row."""
    first, _ = story["organizations"]
    assert story["loaded"] == {
        f"{name} {one}": ROWS for name in ("contacts", "invoice_details") for one in first
    }
    assert "1 selected streams cost a call a row: invoice_details." in story["first log"]


def test_the_second_run_does_not_discover(story: dict[str, Any]) -> None:
    """What the first run discovered is used: no call for custom fields and modules."""
    assert len(ENTITIES) > 1
    assert story["discovery calls"] == 0
    assert sum(story["again"].values()) < sum(story["loaded"].values())


def test_a_second_account_is_inherited(story: dict[str, Any]) -> None:
    """The plugin that inherits reads the second account by the variables that login has written.

    An access token of the first account, which Meltano would pass on, is not used.
    """
    _, second = story["organizations"]
    assert {name.partition(" ")[2] for name in story["second"]} == {*second}
    assert {name.partition(" ")[0] for name in story["second"]} == {"contacts", "invoice_details"}
    names = {line.partition("=")[0] for line in story[".env"].splitlines() if "=" in line}
    assert "TAP_ZOHOBOOKS__SECOND_REFRESH_TOKEN" in names
    assert all(name.startswith("TAP_ZOHOBOOKS__SECOND_") for name in names if "ZOHO" in name)
