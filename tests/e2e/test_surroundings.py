"""Whatever surrounds a command, it ends in its exit code and one line, without a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from tests.e2e.serving import serve_gateway
from tests.e2e.terminal.conftest import enable_interrupts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.http import Request, Response

PROGRAMS = Path(sys.executable).parent
SYNC = "tap-zohobooks --config config.json --catalog catalog.json"
DISCOVER = "tap-zohobooks --config config.json --discover"
NAME = "Müller & Söhne 株式会社"
COMMANDS = {
    "sync": SYNC,
    "discover": DISCOVER,
    "about": "tap-zohobooks --about",
    "help": "tap-zohobooks --help",
    "organizations": "zohobooks organizations",
    "doctor": "zohobooks doctor --stream taxes",
    "plan": "zohobooks plan --stream taxes --yes",
    "help of zohobooks": "zohobooks --help",
}
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SIGTERM_BIT = 1 << (signal.SIGTERM - 1)  # of the masks in /proc


@dataclass
class Scene:
    """A folder with files of a run, and the variables of a shell."""

    folder: Path
    environment: dict[str, str]

    def run(self, line: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a line of a shell; no program in it ends in a traceback."""
        done = subprocess.run(
            ["/bin/bash", "-c", line],
            cwd=self.folder,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert "Traceback" not in done.stderr
        return done


def rename(request: Request, answer: Response) -> Response:
    """Give organizations a name with letters that ASCII lacks."""
    if request.path.endswith("/organizations"):
        body = json.loads(answer.body)
        for row in body.get("organizations", []):
            row["name"] = NAME
        answer.body = json.dumps(body).encode()
    return answer


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Return a scene with a service of one organization."""
    with serve_gateway(tmp_path) as (world, config):
        world.meddle = rename
        (tmp_path / "config.json").write_text(json.dumps(config))
        variables = {f"TAP_ZOHOBOOKS_{name.upper()}": value for name, value in config.items()}
        path = f"{PROGRAMS}:{os.environ['PATH']}"
        yield Scene(tmp_path, {**os.environ, **variables, "PATH": path})


def last(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line on standard error."""
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("how", ["2>&-", "2>/dev/full", "2> >(true)", "<&- 2>&-"])
def test_standard_error_that_cannot_be_written(scene: Scene, how: str) -> None:
    """Rows still arrive, and the exit code is right, be it 0 or not."""
    done = scene.run(f"{SYNC} {how}")
    assert done.returncode == 0
    assert done.stdout.count('"RECORD"') == 3
    assert scene.run(f"zohobooks doctor --stream taxes {how}").returncode == 0
    assert scene.run(f"{SYNC} {how}", TAP_ZOHOBOOKS_X="1").returncode == 0
    assert scene.run(f"tap-zohobooks {how}", TAP_ZOHOBOOKS_REGION="moon").returncode == 78


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("how", [">&-", ">/dev/full"])
def test_standard_output_that_cannot_be_written(scene: Scene, command: str, how: str) -> None:
    """The last line says so."""
    done = scene.run(f"{command} {how}")
    assert done.returncode == 1
    assert last(done).endswith("Redirect it to another place. [output-unwritable]")


@pytest.mark.parametrize("command", [SYNC, DISCOVER])
def test_a_target_that_ends_at_once(scene: Scene, command: str) -> None:
    """The last line says that the pipe is closed."""
    done = scene.run(f"{command} | true; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == 1
    assert "[pipe-closed]" in last(done)


@pytest.mark.parametrize("environment", [ASCII, {"PYTHONIOENCODING": "ascii"}], ids=["C", "io"])
def test_a_terminal_that_knows_ascii_only(scene: Scene, environment: dict[str, str]) -> None:
    """Letters of a name that cannot be shown are escaped, in text and in JSON."""
    done = scene.run("zohobooks organizations", COLUMNS="200", **environment)
    assert done.returncode == 0
    assert r"M\xfcller & S\xf6hne" in done.stdout
    done = scene.run("zohobooks organizations --json", **environment)
    assert json.loads(done.stdout)[0]["name"] == NAME
    done = scene.run("zohobooks doctor --stream taxes", COLUMNS="200", **environment)
    assert done.returncode == 0
    assert scene.run(SYNC, **environment).returncode == 0


@pytest.mark.parametrize("command", [SYNC, "zohobooks organizations", "zohobooks doctor"])
def test_ca_certificates_that_do_not_exist(scene: Scene, command: str) -> None:
    """The variable is named."""
    (scene.folder / "config.json").write_text(
        (scene.folder / "config.json").read_text().replace("http://127.0.0.1", "https://127.0.0.1")
    )
    url = scene.environment["TAP_ZOHOBOOKS_ACCOUNTS_URL"].replace("http:", "https:")
    more = {"REQUESTS_CA_BUNDLE": "/no/bundle.pem", "TAP_ZOHOBOOKS_ACCOUNTS_URL": url}
    done = scene.run(command, **more)
    assert done.returncode == 78
    assert "REQUESTS_CA_BUNDLE names do not exist (/no/bundle.pem)" in done.stderr + done.stdout


@pytest.mark.parametrize("host", ["a..b", ".", "x" * 70, "xn--a", "a.b:99999"])
def test_hosts_that_no_name_server_knows(scene: Scene, host: str) -> None:
    """A host that cannot be looked up is an error of the connection, or of the setting."""
    for name in ("ACCOUNTS_URL", "API_URL"):
        variable = {f"TAP_ZOHOBOOKS_{name}": f"https://{host}"}
        done = scene.run("zohobooks organizations", TAP_ZOHOBOOKS_MAX_WAIT_SECONDS="0", **variable)
        assert done.returncode in {1, 78}
        assert last(done).endswith("]")


def wait_for_handlers(process: pexpect.spawn[str]) -> None:
    """Wait until a process handles SIGTERM: until then Python starts, and nothing of the tap."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():  # only Linux tells
        time.sleep(0.2)
        return
    until = time.monotonic() + 60
    while not int(status.read_text().partition("SigCgt:")[2].split()[0], 16) & SIGTERM_BIT:
        assert time.monotonic() < until
        time.sleep(0.002)


@pytest.mark.parametrize("delay", [0.0, 0.04, 0.08, 0.2])
@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name
)
def test_a_signal_during_the_imports(scene: Scene, number: signal.Signals, delay: float) -> None:
    """The process ends with the signal's exit code, and one line at most."""
    for command in (SYNC, "zohobooks organizations"):
        program, *words = command.split()
        process = pexpect.spawn(
            str(PROGRAMS / program), words, cwd=scene.folder, env=scene.environment,
            preexec_fn=enable_interrupts, encoding="utf-8",
        )  # fmt: skip
        wait_for_handlers(process)
        time.sleep(delay)
        is_running = process.isalive()  # a fast machine may have done all in 0.3 s
        process.kill(number)
        text = process.read()
        process.close()
        code = process.exitstatus
        is_ended = code in {128 + number, 1} or process.signalstatus == number
        assert is_ended or (code == 0 and not is_running)
        assert code != 1 or "[aborted]" in text
        assert "Traceback" not in text


def test_a_run_that_outlasts_its_terminal(scene: Scene) -> None:
    """SIGHUP does not end a run that nohup has started."""
    done = scene.run(f"nohup {SYNC} >rows 2>log & sleep 0.6; kill -HUP $!; wait $!")
    assert done.returncode == 0
    assert (scene.folder / "rows").read_text().count('"RECORD"') == 3


@pytest.mark.parametrize(
    "command",
    [COMMANDS["organizations"], COMMANDS["plan"], COMMANDS["doctor"],
     "tap-zohobooks --config ../config.json --catalog ../catalog.json"],
)  # fmt: skip
def test_a_folder_that_was_removed(scene: Scene, command: str) -> None:
    """Commands that write no file need no folder."""
    gone = "mkdir gone && cd gone && rmdir ../gone"
    command = command.replace("../", f"{scene.folder}/")
    assert scene.run(f"{gone} && {command}").returncode == 0
    done = scene.run(f"{gone} && zohobooks login --keep")
    assert done.returncode == 78
    assert "[folder-unwritable]" in last(done)
    done = scene.run(f"{gone} && {command}", TAP_ZOHOBOOKS_TOKEN_CACHE="relative")
    assert done.returncode in {0, 78}


def test_no_home(scene: Scene) -> None:
    """A run without any variable shares nothing, and ends well."""
    done = scene.run(f"env -i {PROGRAMS}/{SYNC}")
    assert done.returncode == 0


@pytest.mark.parametrize("limit", ["0", "1"])
def test_a_full_disk(scene: Scene, limit: str) -> None:
    """Without room for the cache, rows still arrive, and one line says that it is not used."""
    done = scene.run(f"ulimit -f {limit}; {SYNC} | cat; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == 0
    assert done.stdout.count('"RECORD"') == 3
    assert done.stderr.count("Token cache: ") == 1


@pytest.mark.parametrize("folder", ["/proc/cache", "/dev/null/cache", "/sys/cache"])
def test_a_read_only_file_system(scene: Scene, folder: str) -> None:
    """A cache that cannot be created is not used."""
    text = (scene.folder / "config.json").read_text()
    config = {**json.loads(text), "token_cache": folder}
    (scene.folder / "config.json").write_text(json.dumps(config))
    done = scene.run(SYNC)
    assert done.returncode == 0
    assert done.stderr.count("cannot be used") == 1


@pytest.mark.parametrize("level", ["loud", "-"])
@pytest.mark.parametrize("variable", ["LOGLEVEL", "TAP_ZOHOBOOKS_LOGLEVEL"])
def test_a_log_level_that_is_none(scene: Scene, variable: str, level: str) -> None:
    """The variables that set it are named."""
    done = scene.run(SYNC, **{variable: level})
    assert done.returncode == 78
    assert "[log-wrong]" in last(done)


@pytest.mark.parametrize(
    "text", ["a: [", "version: 1\nhandlers: {x: {class: no.Such}}", "5", "version: 7", "\x00"]
)
def test_a_log_configuration_that_is_none(scene: Scene, text: str) -> None:
    """Its variable is named."""
    (scene.folder / "log.yml").write_text(text)
    done = scene.run(SYNC, SINGER_SDK_LOG_CONFIG="log.yml")
    assert done.returncode == 78
    assert "[log-wrong]" in last(done)
