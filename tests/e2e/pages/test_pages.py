"""Each block of README and docs/*.md is run as it stands, in an empty HOME."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox import World, serve
from tests.e2e.pages.table import (
    README,
    TABLE,
    Drawing,
    File,
    Repeated,
    Run,
    RunElsewhere,
    list_pages,
    read_blocks,
)
from tests.e2e.pipeline.pipes import LOADERS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.pages.table import Block, Treatment

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(600)]

MELTANO = ROOT / ".tools" / "meltano" / "bin"
KEPT = ("PYTHONPATH", "COVERAGE_PROCESS_START")  # of a test run that measures, or breaks rules
PLENTY = 10**6
PROJECT = f"""
default_environment: dev
send_anonymous_usage_stats: false
environments:
- name: dev
plugins:
  loaders:
  - name: target-jsonl
    namespace: target_jsonl
    executable: {LOADERS["target-jsonl"]}
    settings:
    - name: destination_path
    - name: do_timestamp_file
    config:
      destination_path: output
      do_timestamp_file: false
"""
# The README makes the Meltano project in which other pages go on.
GOES_ON = "docs/pipelines.md"
TOGETHER = [(README, GOES_ON), *((page,) for page in TABLE if page not in {README, GOES_ON})]
# The tap of the tests in place of a package that is installed, or fetched, first.
SOURCES = {
    "uvx --from '.[export]' ": "",
    "pip install .\n": "",
    "../tap-zohobooks/docs/": f"{ROOT}/docs/",
    "meltano install\n": "grep 'pip_url: ../tap-zohobooks' meltano.yml\n"
    "sed -i.bak '/pip_url/d' meltano.yml\n",
}
# A loader that writes a file a stream with the time in its name, here without it.
LOADER = {"| target-jsonl >>": "| target-jsonl --config target.json >>"}
# A yes where there is no terminal.
YES = {"--report report.json": "--report report.json --yes"}


@dataclass
class Reader:
    """A reader of the pages with an empty HOME, an account, and a folder for each page."""

    home: Path
    world: World
    base: str
    used: set[str] = field(default_factory=set)

    @property
    def substitutions(self) -> dict[str, str]:
        """What takes the place of what a reader fills in, and where the account is."""
        known = self.world.credentials
        code = self.world.accounts.issue_self_client_code(self.world.clock())
        hosts = (f'"accounts_url": "{self.base}", "api_url": "{self.base}", '
                 f'"requests_per_minute": {PLENTY}')  # fmt: skip
        return {
            "1000.ABC": known.client_id,
            '"client_secret": "..."': f'"client_secret": "{known.client_secret}"',
            '"1000.DEF"': f'"{known.refresh_token}"',
            "TOKEN=1000.DEF": f"TOKEN={known.refresh_token}",
            "SECRET=...": f"SECRET={known.client_secret}",
            "client_secret=... -d code=1000.DEF": f"client_secret={known.client_secret} "
            f"-d code={code}",
            '"10234695"]': f'"{self.world.organizations[0]["organization_id"]}"], {hosts}',
            "10234695": str(self.world.organizations[0]["organization_id"]),
            '"region": "eu"': hosts,
            "https://accounts.zoho.com/": f"{self.base}/",
            **SOURCES, **LOADER, **YES,
        }  # fmt: skip

    def fill_in(self, text: str) -> str:
        """Return a block with the substitutions."""
        for old, new in self.substitutions.items():
            if old in text:
                self.used.add(old)
                text = text.replace(old, new)
        return text

    def folder(self, page: str, name: str = ".") -> Path:
        """Return the folder of a page, or that of the Meltano project."""
        made = self.home / ("project" if name == "project" else Path(page).stem)
        if not made.exists():
            made.mkdir()
            (made / "meltano.yml").write_text(PROJECT)
            (made / "output").mkdir()
            (made / "target.json").write_text('{"do_timestamp_file": false}')
        return made

    def run(self, text: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a block in a shell."""
        known = self.world.credentials
        own = {"client_id": known.client_id, "client_secret": known.client_secret,
               "refresh_token": known.refresh_token, "accounts_url": self.base,
               "api_url": self.base, "requests_per_minute": str(PLENTY)}  # fmt: skip
        programs = [Path(sys.executable).parent, LOADERS["target-jsonl"].parent, MELTANO]
        environment = {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
            "HOME": str(self.home / "home"),
            **{f"TAP_ZOHOBOOKS_{name.upper()}": value for name, value in own.items()},
            **more,
        }
        bash = shutil.which("bash")
        assert bash
        return subprocess.run([bash, "-e", "-c", text], cwd=folder, env=environment,
                              capture_output=True, text=True, timeout=300, check=False,
                              stdin=subprocess.DEVNULL)  # fmt: skip

    def treat(self, block: Block, treatment: Treatment) -> None:
        """Do with a block what the table says."""
        match treatment:
            case Run(files, name):
                folder = self.folder(block.page, name)
                self.succeed(self.fill_in(block.text), folder)
                assert [one for one in files if not (folder / one).stat().st_size] == []
            case File(name, command, prints):
                folder = self.folder(block.page)
                (folder / name).write_text(self.fill_in(block.text))
                assert prints in self.succeed(command, folder)
            case RunElsewhere(module):
                text = (ROOT / module).read_text(encoding="utf-8")
                assert f'"{block.section}"' in text
                assert "block(" in text
            case Repeated(module, wanted):
                assert wanted in (ROOT / module).read_text(encoding="utf-8")
            case Drawing():
                assert block.language == "mermaid"

    def succeed(self, text: str, folder: Path) -> str:
        """Run a block that succeeds, and return its output."""
        done = self.run(text, folder)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
        return done.stdout


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Serve two organizations with 3 rows a list to a new user."""
    world = World.build(rows=3, requests_per_minute=PLENTY, daily_quota=PLENTY)
    home = tmp_path_factory.mktemp("reader")
    (home / "home").mkdir()
    with serve(world) as base:
        yield Reader(home, world, base)


@pytest.mark.parametrize("page", list_pages())
def test_each_block_has_its_row(page: str) -> None:
    """The table knows each block of a page, in the order of the page, and no other."""
    found = [(one.section, one.language) for one in read_blocks(page)]
    assert found == [(section, language) for section, language, _ in TABLE.get(page, [])]


@pytest.mark.parametrize("pages", TOGETHER, ids=" ".join)
def test_the_blocks_of_a_page(reader: Reader, pages: tuple[str, ...]) -> None:
    """Each block succeeds, in the order of the page, and leaves what the page says."""
    for page in pages:
        for block, (_, _, treatment) in zip(read_blocks(page), TABLE[page], strict=True):
            reader.treat(block, treatment)


def test_each_substitution_is_needed(reader: Reader) -> None:
    """What the tests fill in stands in a block."""
    for page in TABLE:
        for block in read_blocks(page):
            reader.fill_in(block.text)
    assert reader.substitutions.keys() - reader.used == set()


def test_the_first_pipe(reader: Reader) -> None:
    """It works without a state, goes on from the last one, and does not hide a failure."""
    folder = reader.folder("pipe")
    config, catalog, pipe = (
        one.text for one in read_blocks(README)
        if '{"client_id' in one.text or "zohobooks catalog" in one.text or "pipefail" in one.text
    )  # fmt: skip
    (folder / "config.json").write_text(reader.fill_in(config))
    text = reader.fill_in(pipe)
    reader.succeed(reader.fill_in(catalog) + text, folder)
    first = (folder / "states.jsonl").read_text().splitlines()[-1]
    wrong = reader.fill_in(config).replace(reader.world.credentials.client_secret, "wrong")
    (folder / "config.json").write_text(wrong)
    assert reader.run(text, folder).returncode == 78
    assert first == (folder / "state.json").read_text().strip()
