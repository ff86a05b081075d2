"""Ways to the errors that end `zohobooks`, or fail a line of its doctor."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import duckdb
import requests

from sandbox.http import Response
from sandbox.oauth.consent import GrantCode
from tap_zohobooks.error_catalog import Reason
from tests.e2e.terminal.errors.scene import FIRST, Outcome, Scene, Ways, ended
from tests.ports import free_port

if TYPE_CHECKING:
    from tests.e2e.terminal.conftest import Dialogue, Terminal

WAYS = Ways()
DOCTOR = ("doctor", "--stream=invoices")


def _git(scene: Scene, *words: str) -> None:
    program = shutil.which("git")
    assert program is not None
    subprocess.run([program, *words], cwd=scene.folder, check=True, capture_output=True)


def _nobody() -> str:
    return f"http://127.0.0.1:{free_port()}"


@WAYS.to(Reason.CODE_REFUSED)
def _(scene: Scene) -> Outcome:
    return ended(scene.service().terminal.login("--code=1000.old"))


@WAYS.to(Reason.REDIRECT_UNKNOWN)
def _(scene: Scene) -> Outcome:
    service = scene.service()
    code = GrantCode(frozenset(), _soon(), redirect_uri="https://app.example/callback")
    service.world.accounts.consent.codes["1000.web"] = code
    return ended(service.terminal.login("--code=1000.web"))


@WAYS.to(Reason.NO_REFRESH_TOKEN)
def _(scene: Scene) -> Outcome:
    service = scene.service()
    code = GrantCode(frozenset(), _soon(), offline=False)
    service.world.accounts.consent.codes["1000.online"] = code
    return ended(service.terminal.login("--code=1000.online"))


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=2)


@WAYS.to(Reason.CONSENT_DENIED)
def _(scene: Scene) -> Outcome:
    return ended(scene.service().terminal.login("--browser", button="reject"))


@WAYS.to(Reason.NO_BROWSER_ANSWER)
def _(scene: Scene) -> Outcome:
    return ended(scene.service().terminal.login("--browser", "--timeout=1", BROWSER="true %s"))


@WAYS.to(Reason.CHINA_UNNAMED)
def _(scene: Scene) -> Outcome:
    service = scene.service(region="cn")
    service.world.accounts.multi_dc = True
    one = service.terminal
    one.environment["TAP_ZOHOBOOKS_ACCOUNTS_URL"] = f"{service.base}/dc/us"
    return ended(one.login("--browser"))


def _awaited(one: Terminal, *options: str) -> tuple[Dialogue, str]:
    """Start a login in the browser, and return it with the state that it waits for."""
    dialogue = one.login("--browser", *options, BROWSER="true %s")
    dialogue.expect("code_challenge_method=S256")
    state = re.search(r"[?&]state=([^&\s]+)", dialogue.said.getvalue())
    assert state is not None
    return dialogue, state[1]


def _bring(one: Terminal, **answer: str) -> None:
    """Bring an answer as a browser would."""
    requests.get(f"http://127.0.0.1:{one.port}/callback?{urlencode(answer)}", timeout=10)


@WAYS.to(Reason.OTHER_LOGIN)
def _(scene: Scene) -> Outcome:
    one = scene.service().terminal
    dialogue, _ = _awaited(one, "--timeout=8")
    _bring(one, code="1000.x", state="another")
    return ended(dialogue)


@WAYS.to(Reason.STRANGE_SERVER)
def _(scene: Scene) -> Outcome:
    one = scene.service().terminal
    dialogue, state = _awaited(one)
    _bring(one, code="1000.x", state=state, **{"accounts-server": "https://accounts.example"})
    return ended(dialogue)


@WAYS.to(Reason.PORT_TAKEN)
def _(scene: Scene) -> Outcome:
    one = scene.service().terminal
    with socket.create_server(("127.0.0.1", one.port)):
        return ended(one.login("--browser"))


@WAYS.to(Reason.ABORTED)
def _(scene: Scene) -> Outcome:
    dialogue = scene.service().terminal.run("login")
    dialogue.expect("Client ID: ")
    return Outcome(dialogue.interrupt(), dialogue.text)


@WAYS.to(Reason.ORGANIZATION_INACTIVE)
def _(scene: Scene) -> Outcome:
    return ended(scene.service().user.run("login", "--keep", "--organization=4711"))


@WAYS.to(Reason.ENV_TRACKED)
def _(scene: Scene) -> Outcome:
    _git(scene, "init", "--quiet")
    (scene.folder / ".env").touch()
    _git(scene, "add", "--force", ".env")
    return ended(scene.service().terminal.run("login"))


@WAYS.to(Reason.ENV_EXPOSED)
def _(scene: Scene) -> Outcome:
    _git(scene, "init", "--quiet")
    dialogue = scene.service().terminal.run("login")
    dialogue.answer("Add it to .gitignore? [Y/n]: ", "n")
    return ended(dialogue)


@WAYS.to(Reason.ENV_UNREADABLE)
def _(scene: Scene) -> Outcome:
    (scene.folder / ".env").write_bytes(b"TAP_ZOHOBOOKS_REGION=\xff\n")
    return ended(scene.service().terminal.run("plan"))


@WAYS.to(Reason.OUTPUT_UNWRITABLE)
def _(scene: Scene) -> Outcome:
    return ended(scene.service().user.shell("zohobooks organizations >/dev/full"))


@WAYS.to(Reason.FOLDER_UNWRITABLE)
def _(scene: Scene) -> Outcome:
    (scene.folder / ".env").mkdir()
    return ended(scene.service().terminal.run("login"))


@WAYS.to(Reason.NO_TERMINAL)
def _(scene: Scene) -> Outcome:
    return ended(scene.service().user.shell("zohobooks logout </dev/null"))


@WAYS.to(Reason.NOTHING_TO_REVOKE)
def _(scene: Scene) -> Outcome:
    one = scene.service().terminal
    one.store(refresh_token="", access_token="1000.mine", region="us")
    return ended(one.run("logout", "--yes"))


@WAYS.to(Reason.NOT_REVOKED)
def _(scene: Scene) -> Outcome:
    one = scene.service().user
    one.environment["TAP_ZOHOBOOKS_ACCOUNTS_URL"] = _nobody()
    return ended(one.run("logout", "--yes"))


@WAYS.to(Reason.STREAM_UNKNOWN)
def _(scene: Scene) -> Outcome:
    return ended(scene.service().user.run("plan", "--stream=unicorns"))


@WAYS.to(Reason.CLIENT_ELSEWHERE)
def _(scene: Scene) -> Outcome:
    service = scene.service(region="eu")
    one = service.user
    one.environment["TAP_ZOHOBOOKS_ACCOUNTS_URL"] = f"{service.base}/dc/us"
    return ended(one.run(*DOCTOR))


@WAYS.to(Reason.TOKEN_CACHE_UNUSABLE)
def _(scene: Scene) -> Outcome:
    return ended(scene.service().user.run(*DOCTOR, TAP_ZOHOBOOKS_TOKEN_CACHE="/dev/null/x"))


@WAYS.to(Reason.ACCOUNTS_UNREACHABLE)
def _(scene: Scene) -> Outcome:
    return ended(scene.service().user.run(*DOCTOR, TAP_ZOHOBOOKS_ACCOUNTS_URL=_nobody(),
                                          TAP_ZOHOBOOKS_MAX_WAIT_SECONDS="0"))  # fmt: skip


@WAYS.to(Reason.API_UNREACHABLE)
def _(scene: Scene) -> Outcome:
    return ended(scene.service().user.run(*DOCTOR, TAP_ZOHOBOOKS_API_URL=_nobody(),
                                          TAP_ZOHOBOOKS_MAX_WAIT_SECONDS="0"))  # fmt: skip


@WAYS.to(Reason.CLOCK_OFF)
def _(scene: Scene) -> Outcome:
    late = scene.service(clock=lambda: datetime.now(UTC) + timedelta(minutes=10))
    return ended(late.user.run(*DOCTOR))


@WAYS.to(Reason.SCOPE_MISSING)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=1)
    service.reset("settings")
    return ended(service.user.run(*DOCTOR))


@WAYS.to(Reason.PATH_WRONG)
def _(scene: Scene) -> Outcome:
    return ended(scene.service().user.run("get", "../../oauth/v2/token"))


@WAYS.to(Reason.PARAMETER_WRONG)
def _(scene: Scene) -> Outcome:
    return ended(scene.service().user.run("get", "taxes?page=1", "-p", "page=2"))


@WAYS.to(Reason.NOT_AVAILABLE)
def _(scene: Scene) -> Outcome:
    one = scene.service().user
    return ended(one.run("get", "invoices/1", f"--organization={FIRST}"))


@WAYS.to(Reason.FILE_RETURNED)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=1)
    service.world.meddle = lambda request, response: (
        Response(200, b"%PDF-1.7", {"Content-Type": "application/pdf"})
        if "/documents/" in request.path
        else response
    )
    return ended(service.user.run("get", "documents/4600000000001"))


def _export(scene: Scene, path: str, **more: str) -> Outcome:
    return ended(scene.service(organizations=1).user.run("export", "taxes", "--to", path, **more))


@WAYS.to(Reason.EXPORT_NOT_INSTALLED)
def _(scene: Scene) -> Outcome:
    modules = scene.folder / "modules"
    modules.mkdir()
    (modules / "duckdb.py").write_text("raise ImportError")
    return _export(scene, "books.duckdb", PYTHONPATH=str(modules))


@WAYS.to(Reason.EXPORT_FILE_UNUSABLE)
def _(scene: Scene) -> Outcome:
    (scene.folder / "books.duckdb").write_text("of another program")
    return _export(scene, "books.duckdb")


@WAYS.to(Reason.EXPORT_FORM_UNKNOWN)
def _(scene: Scene) -> Outcome:
    return _export(scene, "books.docx")


@WAYS.to(Reason.EXPORT_TOO_LONG)
def _(scene: Scene) -> Outcome:
    with duckdb.connect(scene.folder / "books.xlsx.state") as store:
        store.execute("CREATE TABLE long AS SELECT range AS id FROM range(1048576)")
    return _export(scene, "books.xlsx")
