"""No command shows a secret, and no text of the service forges a line of its output."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from base64 import b64encode
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from sandbox import serve
from tests.e2e.pipeline.conftest import PLENTY
from tests.e2e.serving import serve_gateway
from tests.gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.http import Request, Response

PROGRAMS = Path(sys.executable).parent
FORGED = "fine\n2026-01-01 | ERROR | tap-zohobooks | forged\rforged\x1b[2K\x9b1A\u2028\u202eforged"
GRANT_CODE = "1000.some.grant-code"
COMMANDS = {
    "sync": ("tap-zohobooks", "--config=config.json", "--catalog=catalog.json"),
    "discover": ("tap-zohobooks", "--config=config.json", "--discover"),
    "organizations": ("zohobooks", "organizations", "--config=config.json"),
    "doctor": ("zohobooks", "doctor", "--stream=taxes", "--config=config.json"),
    "doctor for machines": ("zohobooks", "doctor", "--json", "--stream=taxes",
                            "--config=config.json"),
    "plan": ("zohobooks", "plan", "--stream=taxes", "--yes", "--config=config.json"),
    "logout": ("zohobooks", "logout", "--yes", "--config=config.json"),
    "login": ("zohobooks", "login", "--config=config.json", f"--code={GRANT_CODE}", "--renew"),
}  # fmt: skip
STRUCTURED = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "singer_sdk.logging.StructuredFormatter"},
        "plain": {"format": "%(levelname)s %(message)s"},
    },
    "handlers": {
        "err": {"class": "logging.StreamHandler", "formatter": "json"},
        "file": {"class": "logging.FileHandler", "formatter": "plain", "filename": "run.log"},
        "bare": {"class": "logging.FileHandler", "filename": "bare.log"},
    },
    "root": {"level": "DEBUG", "handlers": ["err", "file", "bare"]},
}


@dataclass
class Scene:
    """A folder, a service, and the settings that reach it."""

    folder: Path
    world: Gateway
    config: dict[str, Any]

    def run(self, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; none ends in a traceback or shows a secret."""
        (self.folder / "config.json").write_text(json.dumps(self.config))
        done = subprocess.run(
            [str(PROGRAMS / COMMANDS[name][0]), *COMMANDS[name][1:]],
            cwd=self.folder,
            env={**os.environ, "COLUMNS": "2000", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        self.check(done.stderr)
        if name != "sync":  # its output are rows
            self.check(done.stdout)
        for log in self.folder.glob("*.log"):
            self.check(log.read_text())
        return done

    def check(self, text: str) -> None:
        """Check a text that has left the process."""
        assert "Traceback" not in text
        for secret in self.secrets:
            assert secret not in text
        for line in text.splitlines():
            assert not line.startswith(("2026-01-01", "forged"))
            assert not {*"\x1b\x9b\u202e\u2028\r"} & {*line}

    @property
    def issued(self) -> list[str]:
        """The access tokens that the service has issued, and that runs have stored."""
        files = (self.folder / "cache").glob("tokenstore-*.db")
        stored = "".join(file.read_bytes().decode("latin-1") for file in files)
        return re.findall(r"1000[\w.]+", stored)

    @property
    def secrets(self) -> list[str]:
        """What may not leave, in some spellings."""
        known = self.world.credentials
        client = f"{known.client_id}:{self.config['client_secret']}"
        plain = [self.config["client_secret"], self.config["refresh_token"], GRANT_CODE]
        coded = [quote(one, safe="") for one in plain] + [json.dumps(one)[1:-1] for one in plain]
        return [*plain, *coded, b64encode(client.encode()).decode(), *self.issued]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Return a scene with a service of one organization."""
    (tmp_path / "log.json").write_text(json.dumps(STRUCTURED))
    with serve_gateway(tmp_path) as (world, config):
        config |= {"requests_per_minute": PLENTY, "max_wait_seconds": 0}
        yield Scene(tmp_path, world, config)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_accounts_server_that_echoes_the_request(scene: Scene, name: str) -> None:
    """Client secret, refresh token and Basic header are masked in its errors."""
    scene.world.accounts.script.extend(["echo"] * 20)
    done = scene.run(name)
    assert done.returncode != 0 or name == "logout"
    assert "***" in done.stderr + done.stdout or name == "logout"


@pytest.mark.parametrize("secret", ['s3cr3t/+ "&é\\1234567890', "line\nend-of-a-s3cr3t"])
@pytest.mark.parametrize("name", ["sync", "doctor for machines"])
def test_secrets_of_any_letters(scene: Scene, name: str, secret: str) -> None:
    """A secret is masked also where the service writes its letters in another way."""
    scene.config |= {"client_secret": secret, "refresh_token": f"refresh {secret}"}
    scene.world.accounts.script.extend(["echo"] * 20)
    assert scene.run(name).returncode != 0


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in {"logout", "login"}])
def test_a_service_that_echoes_the_token(scene: Scene, name: str) -> None:
    """The access token, and line ends and terminal controls, leave in no message of the service."""

    def echo(request: Request, answer: Response) -> Response:
        message = f"{FORGED} {dict(request.headers)}\n{FORGED}"
        answer.status, answer.body = 400, json.dumps({"code": 15, "message": message}).encode()
        return answer

    scene.world.meddle = echo
    scene.run(name)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("sync", "\nX"), ("sync", "\r\nHost: evil"), ("sync", "\u2028"), ("doctor", " blank"),
     ("doctor", "\x00"), ("organizations", "ü")],
)  # fmt: skip
def test_a_token_that_no_header_can_hold(scene: Scene, name: str, suffix: str) -> None:
    """Such a token is named as the error, and not shown."""
    scene.world.accounts.token_suffix = suffix
    done = scene.run(name)
    assert done.returncode == 1
    assert "access_token holds a blank or a character" in done.stderr + done.stdout


@pytest.mark.parametrize("suffix", ["\nX", "ü"])
def test_a_stored_token_that_no_header_can_hold(scene: Scene, suffix: str) -> None:
    """Such a token is not used: another one is requested."""
    assert scene.run("sync").returncode == 0
    (path,) = (scene.folder / "cache").glob("tokenstore-*.db")
    with closing(sqlite3.connect(path)) as file, file:
        store = json.loads(file.execute("SELECT json FROM value").fetchone()[0])
        store["token"]["value"] += suffix
        file.execute("UPDATE value SET json = ?", (json.dumps(store).encode(),))
    assert scene.run("sync").returncode == 0
    assert len(scene.world.mints) == 2


@pytest.mark.parametrize("token", ["a b", "a\nb"])
def test_a_set_token_that_no_header_can_hold(scene: Scene, token: str) -> None:
    """The setting is named, and its value is not."""
    scene.config |= {"access_token": f"1000.x{token}", "region": "us"}
    done = scene.run("sync")
    assert done.returncode == 78
    assert "Setting 'access_token' is wrong" in done.stderr
    assert "1000.x" not in done.stderr


def test_structured_and_file_logs(scene: Scene) -> None:
    """The handlers of a log configuration are masked as well, and their JSON stays valid."""
    scene.world.accounts.script.extend(["echo"] * 20)
    environment = {"SINGER_SDK_LOG_CONFIG": "log.json", "TAP_ZOHOBOOKS_LOGLEVEL": "DEBUG"}
    done = scene.run("sync", **environment)
    assert "***" in (scene.folder / "run.log").read_text()
    assert "***" in (scene.folder / "bare.log").read_text()
    assert [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]


@pytest.mark.parametrize(
    ("path", "status"), [("/oauth/", 302), ("/oauth/", 307), ("/books/", 301), ("/books/", 308)]
)
def test_no_redirect_is_followed(scene: Scene, path: str, status: int) -> None:
    """Neither credentials nor a token go where a response leads, be it another host or path."""
    led: list[str] = []
    reached: list[str] = []
    elsewhere = Gateway.build(rows=1, organizations=1)
    assert isinstance(elsewhere, Gateway)

    def note(request: Request, answer: Response) -> Response:
        reached.append(request.path)
        return answer

    with serve(elsewhere) as base:

        def lead(request: Request, answer: Response) -> Response:
            if request.path.startswith(path):
                led.append(request.path)
                answer.status, answer.headers["Location"] = status, base + request.path
            return answer

        elsewhere.meddle, scene.world.meddle = note, lead
        scene.run("sync")
    assert led
    assert reached == []


HEADS = {
    "no colon": "Broken line {}",
    "a line that goes on": " {}\r\nBroken{}",
    "a control character": "\x01bad: {}\r\nno colon {}",
    "long lines": "\r\n".join(["Broken {} " + "x" * 60_000] * 9),
    "encodings": "Transfer-Encoding: {}\r\nContent-Encoding: {}",
    "lengths": "Content-Length: {}\r\nRetry-After: {}\r\nDate: {}\r\nX-Rate-Limit-Reset: {}",
    "another place": "Location: http://{}@127.0.0.1:9/\r\nSet-Cookie: a={}",
}


@pytest.mark.parametrize(
    ("head", "log"), [*((head, "") for head in HEADS.values()), (HEADS["no colon"], "log.json")]
)
def test_a_broken_head_that_echoes_secrets(scene: Scene, head: str, log: str) -> None:
    """Rows arrive; what the HTTP library says of a head is short, masked and no traceback."""

    def echo(request: Request, answer: Response) -> Response:
        secrets = [scene.config["client_secret"], scene.config["refresh_token"]]
        text = " ".join([*secrets, request.headers.get("authorization", "")])
        answer.fault = "raw-head:" + head.replace("{}", text)
        return answer

    scene.world.meddle = echo
    levels = {"TAP_ZOHOBOOKS_LOGLEVEL": "DEBUG", "LOGLEVEL": "DEBUG"}
    done = scene.run("sync", **levels, **({"SINGER_SDK_LOG_CONFIG": log} if log else {}))
    assert done.returncode == 0
    assert [json.loads(line)["type"] for line in done.stdout.splitlines()].count("RECORD") == 3
    assert len(done.stderr) < 100_000
    if head.startswith("Broken"):
        assert "***" in done.stderr


@pytest.mark.parametrize("setting", ["region", "page_size", "request_timeout"])
def test_a_secret_under_another_name(scene: Scene, setting: str) -> None:
    """The error names the setting, not the value, be it the secret of its own setting or not."""
    for value in (scene.config["client_secret"], "the-s3cr3t-of-no-setting"):
        scene.config[setting] = value
        done = scene.run("sync")
        assert done.returncode == 78
        assert f"Setting '{setting}' is wrong" in done.stderr
        assert value not in done.stderr


def test_a_webhook_that_cannot_be_reached(scene: Scene) -> None:
    """The address of the webhook is not logged."""
    hook = "http://127.0.0.1:9/services/T012345/B012345/s3cr3t-part?key=s3cr3t-key"
    scene.config |= {"reauth_webhook_url": hook, "refresh_token": "1000.dead-dead-dead"}
    done = scene.run("sync", TAP_ZOHOBOOKS_LOGLEVEL="DEBUG", LOGLEVEL="DEBUG")
    assert done.returncode == 77
    assert "s3cr3t" not in done.stderr


def test_names_of_the_service(scene: Scene) -> None:
    """A name of an organization with controls is escaped in tables and questions."""

    def rename(request: Request, answer: Response) -> Response:
        if request.path.endswith("/organizations"):
            body = json.loads(answer.body)
            for row in body.get("organizations", []):
                row["name"] = FORGED
            answer.body = json.dumps(body).encode()
        return answer

    scene.world.meddle = rename
    for name in ("organizations", "doctor", "plan"):
        assert scene.run(name).returncode == 0
    assert r"fine\n2026-01-01" in scene.run("organizations").stdout


@pytest.mark.parametrize("size", [1, 500])
def test_settings_in_place_of_a_file(scene: Scene, size: int) -> None:
    """Settings after --config are no file, and are not shown."""
    text = json.dumps({"client_secret": "the-s3cr3t" * size})
    for name in ("tap-zohobooks", "zohobooks plan"):
        program, *words = name.split()
        done = subprocess.run(
            [str(PROGRAMS / program), *words, "--config", text],
            capture_output=True, text=True, check=False, cwd=scene.folder,
        )  # fmt: skip
        assert done.returncode == 78
        assert "the-s3cr3t" not in done.stderr + done.stdout
        assert "[config-unreadable]" in done.stderr
