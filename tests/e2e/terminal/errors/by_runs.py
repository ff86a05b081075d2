"""Ways to the errors that end a run of the tap."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from threading import Event
from typing import TYPE_CHECKING, Any

import trustme

from sandbox import Oddity
from tap_zohobooks.error_catalog import Reason
from tests.certificates import serve_tls
from tests.e2e.pipeline.conftest import selecting
from tests.e2e.terminal.errors.scene import (
    FIRST,
    PLENTY,
    SECOND,
    Outcome,
    Scene,
    Ways,
    replaced,
)

if TYPE_CHECKING:
    from sandbox import Request, World
    from sandbox.http import Response
    from tests.e2e.terminal.errors.scene import Way

MODIFIED = {"replication_key": "last_modified_time"}


def _set(**settings: Any) -> Way:
    return lambda scene: scene.service().run(**settings)


def _refuse(stream: str, path: str, *answer: Any) -> Way:
    def refused(scene: Scene) -> Outcome:
        service = scene.service(organizations=1)
        service.world.refuse(path, *answer)
        return service.run(stream)

    return refused


TAXES = ("taxes", "settings/taxes")
WAYS = Ways()
WAYS |= {
    Reason.THROTTLED: _refuse(*TAXES, 429, 44, "Too many calls."),
    Reason.NO_ANSWER: _refuse(*TAXES, 500, 1000, "Internal Error"),
    Reason.PARAMETER_REFUSED: _refuse(
        "invoices", "invoices", 400, 2, "Invalid value passed for page"
    ),
    Reason.REFUSED: _refuse(*TAXES, 400, 15, "Please ensure that it is right."),
    Reason.SETTING_MISSING: _set(client_id=""),
    Reason.SETTING_UNKNOWN: _set(pagesize=5),
    Reason.SETTING_WRONG: _set(page_size=500),
    Reason.STREAM_MAPS_WRONG: _set(stream_maps={"taxes": {"x": "no syntax("}}),
    Reason.URL_UNSAFE: _set(api_url="http://books.example"),
    Reason.ACCESS_TOKEN_REFUSED: _set(access_token="dead", region="us", refresh_token=""),
    Reason.CLIENT_REFUSED: _set(client_secret="wrong"),
    Reason.REFRESH_TOKEN_DEAD: _set(refresh_token="1000.dead"),
    Reason.ORGANIZATION_UNKNOWN: _set(organization_ids=["4711"]),
}


@WAYS.to(Reason.RANGE_TOO_LARGE)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=1)
    service.world.reports.most_days = 20
    return service.run("profit_and_loss", report_verify_closed=False)


@WAYS.to(Reason.REPORT_MISMATCH)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=1)
    service.world.reports.ignores_dates = True
    return service.run("profit_and_loss")


@WAYS.to(Reason.BATCH_IMPOSSIBLE)
def _(scene: Scene) -> Outcome:
    encoding = {"format": "jsonl", "compression": "gzip"}
    batch = {"encoding": encoding, "storage": {"root": "file:///dev/null/x"}}
    return scene.service(organizations=1).run(batch_config=batch)


@WAYS.to(Reason.CONFIG_UNREADABLE)
def _(scene: Scene) -> Outcome:
    done = scene.service().shell.sync("{")
    return Outcome(done.returncode, done.stderr.strip().splitlines()[-1])


@WAYS.to(Reason.VARIABLE_WRONG)
def _(scene: Scene) -> Outcome:
    done = scene.service().shell.run("--config=ENV", TAP_ZOHOBOOKS_PAGE_SIZE="many")
    return Outcome(done.returncode, done.stderr.strip().splitlines()[-1])


@WAYS.to(Reason.HOSTS_UNTRUSTED)
def _(scene: Scene) -> Outcome:
    shell = scene.service().shell
    shell.file(".env", "TAP_ZOHOBOOKS_ACCOUNTS_URL=https://accounts.example\n")
    done = shell.run("--config=ENV", TAP_ZOHOBOOKS_REFRESH_TOKEN="1000.a")
    return Outcome(done.returncode, done.stderr.strip().splitlines()[-1])


@WAYS.to(Reason.LOG_WRONG)
def _(scene: Scene) -> Outcome:
    done = scene.service().shell.run("--about", LOGLEVEL="loud")
    return Outcome(done.returncode, done.stderr.strip().splitlines()[-1])


@WAYS.to(Reason.CA_BUNDLE_MISSING)
def _(scene: Scene) -> Outcome:
    settings = scene.service().config(accounts_url="https://127.0.0.1:9")
    files = ["--config", scene.service().shell.file("config.json", settings)]
    done = scene.service().shell.run(*files, "--discover", REQUESTS_CA_BUNDLE="/no/bundle.pem")
    return Outcome(done.returncode, done.stderr.strip().splitlines()[-1])


@WAYS.to(Reason.CERTIFICATE_UNTRUSTED)
def _(scene: Scene) -> Outcome:
    with serve_tls(trustme.CA()) as base:
        settings = scene.service().config(accounts_url=base)
        files = ["--config", scene.service().shell.file("config.json", settings)]
        done = scene.service().shell.run(*files, "--discover")
    return Outcome(done.returncode, done.stderr.strip().splitlines()[-1])


@WAYS.to(Reason.FILE_NO_JSON)
def _(scene: Scene) -> Outcome:
    return scene.service().run(state="[]")


@WAYS.to(Reason.CATALOG_MALFORMED)
def _(scene: Scene) -> Outcome:
    return scene.service().sync({}, catalog={"streams": 5})


@WAYS.to(Reason.METHOD_UNKNOWN)
def _(scene: Scene) -> Outcome:
    catalog = selecting("taxes")
    catalog["streams"][0]["replication_method"] = "LOG_BASED"
    return scene.service().sync({}, catalog=catalog)


@WAYS.to(Reason.STATE_STRANGE)
def _(scene: Scene) -> Outcome:
    return scene.service().run(state={"bookmarks": {"invoices": 7}})


@WAYS.to(Reason.BOOKMARK_UNREADABLE)
def _(scene: Scene) -> Outcome:
    bookmark = {"context": {"organization_id": FIRST}, **MODIFIED, "replication_key_value": "soon"}
    return scene.service().run(state={"bookmarks": {"invoices": {"partitions": [bookmark]}}})


@WAYS.to(Reason.BOOKMARK_AMBIGUOUS)
def _(scene: Scene) -> Outcome:
    bookmark = {**MODIFIED, "replication_key_value": "2026-01-31T00:00:00Z"}
    return scene.service().run("invoices", state={"bookmarks": {"invoices": bookmark}})


@WAYS.to(Reason.START_IN_FUTURE)
def _(scene: Scene) -> Outcome:
    return scene.service().run("invoices", start_date="2126-01-31T00:00:00Z")


@WAYS.to(Reason.NO_ORGANIZATION)
def _(scene: Scene) -> Outcome:
    return scene.service(organizations=0).run()


@WAYS.to(Reason.ORGANIZATIONS_DENIED)
def _(scene: Scene) -> Outcome:
    service = scene.service()
    service.reset("bills")
    return service.run("bills")


@WAYS.to(Reason.ORGANIZATION_CLOSED)
def _(scene: Scene) -> Outcome:
    service = scene.service()
    service.reset("bills")
    return service.run("bills", organization_ids=["4711"])


@WAYS.to(Reason.ORGANIZATION_EXPIRED)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=2)
    service.world.refuse("*", 400, 103001, "Your trial of Zoho Books is over.", FIRST)
    return service.run("bills", organization_ids=[FIRST])


DEFECTIVE = """
from tap_zohobooks.streams.lists import ListStream
from tap_zohobooks.tap import TapZohoBooks

def fail(self, reading):
    yield from ()
    raise {error}

ListStream._read = fail
TapZohoBooks.cli()
"""


def _run_defective(scene: Scene, error: str) -> Outcome:
    """Run a tap that has a defect: each list raises an error."""
    service = scene.service(organizations=1)
    files = [f"--config={service.shell.file('config.json', service.config())}",
             f"--catalog={service.shell.file('catalog.json', selecting('taxes'))}"]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", DEFECTIVE.format(error=error), *files],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return Outcome(done.returncode, done.stderr.strip().splitlines()[-1])


@WAYS.to(Reason.DEFECT)
def _(scene: Scene) -> Outcome:
    return _run_defective(scene, "ZeroDivisionError('of a test')")


@WAYS.to(Reason.READER_ENDED)
def _(scene: Scene) -> Outcome:
    return _run_defective(scene, "GeneratorExit")


@WAYS.to(Reason.NOTHING_MAY_BE_READ)
def _(scene: Scene) -> Outcome:
    service = scene.service()
    service.reset("settings")
    return service.run("bills")


@WAYS.to(Reason.REFRESH_TOKEN_DISCONNECTED)
def _(scene: Scene) -> Outcome:
    service = scene.service()
    service.run(refresh_token="1000.dead")
    return service.run(refresh_token="1000.dead")


@WAYS.to(Reason.RESPONSE_TOO_LARGE)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=1)
    service.world.padding["settings/taxes"] = 70 << 20
    return service.run()


@WAYS.to(Reason.NO_TOKEN)
def _(scene: Scene) -> Outcome:
    service = scene.service()
    service.world.accounts.script.append("html")
    return service.run()


@WAYS.to(Reason.MINTS_USED_UP)
def _(scene: Scene) -> Outcome:
    service = scene.service()
    service.world.accounts.mints_allowed = 0
    return service.run()


@WAYS.to(Reason.QUOTA_REACHED)
def _(scene: Scene) -> Outcome:
    return scene.service(organizations=1, daily_quota=0).run()


@WAYS.to(Reason.BLOCKED)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=1)
    service.world.refuse("settings/taxes", 429, 43, "Blocked for some time.")
    service.run()
    return service.run()


@WAYS.to(Reason.NOT_ZOHO_BOOKS)
def _(scene: Scene) -> Outcome:
    service = scene.service()
    return service.run(api_url=f"{service.base}/elsewhere")


@WAYS.to(Reason.DOCUMENTS_UNREAD)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=1)
    first, second, *_ = sorted(service.world.ids(FIRST, "invoices"))
    service.world.single_documents.swaps = {second: first}
    return service.run("invoice_details")


@WAYS.to(Reason.WRONG_DOCUMENT)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=1)
    known = service.world.ids(FIRST, "invoices")
    other = service.world.insert(FIRST, "invoices")
    service.world.single_documents.swaps = dict.fromkeys(known, other)
    service.world.single_documents.swaps[other] = min(known)
    return service.run("invoice_details")


@WAYS.to(Reason.LIST_NEVER_RESTS)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=1, rows={"bankaccounts": 30})

    def churn(world: World, request: Request) -> None:
        if request.path.endswith("/bankaccounts"):
            for key in world.ids(FIRST, "bankaccounts"):
                world.delete(FIRST, "bankaccounts", key)
            for _ in range(30):
                world.insert(FIRST, "bankaccounts")

    service.world.before_call.append(churn)
    return service.run("bank_accounts", page_size=10)


@WAYS.to(Reason.LIST_NEVER_ENDS)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=1, rows={"bankaccounts": 30})
    kept: list[Response] = []

    def repeat(request: Request, answer: Response) -> Response:
        if not request.path.endswith("/bankaccounts"):
            return answer
        kept.append(answer)
        return kept[0]

    service.world.meddle = repeat
    return service.run("bank_accounts", page_size=10)


@WAYS.to(Reason.LIST_HIDES_ROWS)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=1, rows={"bankaccounts": 30})
    first: list[dict[str, Any]] = []

    def hide(request: Request, answer: Response) -> Response:
        if not request.path.endswith("/bankaccounts"):
            return answer
        body = json.loads(answer.body)
        first.extend([] if first else body["bankaccounts"])
        shown = [{**row, "account_name": "Cash"} for row in first[: len(body["bankaccounts"])]]
        context = {**body["page_context"], "has_more_page": True}
        return replaced(answer, bankaccounts=shown, page_context=context)

    service.world.meddle = hide
    return service.run("bank_accounts", page_size=10)


@WAYS.to(Reason.KEY_MISSING)
def _(scene: Scene) -> Outcome:
    def strip(request: Request, answer: Response) -> Response:
        return replaced(answer, contacts=[{"name": "x"}]) if _lists("contacts", request) else answer

    service = scene.service(organizations=1)
    service.world.meddle = strip
    return service.run("contacts")


@WAYS.to(Reason.NO_PATH_PART)
def _(scene: Scene) -> Outcome:
    def climb(request: Request, answer: Response) -> Response:
        row = {"contact_id": "..", "last_modified_time": "2026-11-01T00:00:00+0000"}
        return replaced(answer, contacts=[row]) if _lists("contacts", request) else answer

    service = scene.service(organizations=1)
    service.world.meddle = climb
    return service.run("contact_details")


@WAYS.to(Reason.NO_POSTINGS)
def _(scene: Scene) -> Outcome:
    service = scene.service(organizations=1)
    odd = Oddity(content={"postings": []})
    service.world.oddities["chartofaccounts/transactions"] = odd
    return service.run("account_transactions")


@WAYS.to(Reason.NO_ROWS)
def _(scene: Scene) -> Outcome:
    def reword(request: Request, answer: Response) -> Response:
        return replaced(answer, a=[], b=[]) if _lists("contacts", request) else answer

    service = scene.service(organizations=1)
    service.world.meddle = reword
    return service.run("contacts")


@WAYS.to(Reason.NOT_ONE_DOCUMENT)
def _(scene: Scene) -> Outcome:
    def empty(request: Request, answer: Response) -> Response:
        return replaced(answer, contact=[]) if "/contacts/" in request.path else answer

    service = scene.service(organizations=1)
    service.world.meddle = empty
    return service.run("contact_details")


def _lists(collection: str, request: Request) -> bool:
    return request.path.endswith(f"/{collection}")


@WAYS.to(Reason.PIPE_CLOSED)
def _(scene: Scene) -> Outcome:
    service, is_closed = scene.service(organizations=1), Event()

    def hold(_: World, request: Request) -> None:
        if _lists("contacts", request):  # asked for once bills are read
            is_closed.wait(30)

    service.world.before_call.append(hold)
    settings = service.config(max_concurrency=1)
    with service.shell.started(settings, catalog=selecting("bills", "contacts")) as run:
        json.loads(run.lines.readline())
        run.lines.close()
        is_closed.set()
        return Outcome(run.process.wait(30), run.log.read_text().strip().splitlines()[-1])


def _stopped(scene: Scene, number: signal.Signals) -> Outcome:
    service = scene.service()
    service.world.script.append("429:44:300")
    settings = service.config(max_wait_seconds=PLENTY, organization_ids=[FIRST, SECOND])
    with service.shell.started(settings, catalog=selecting("taxes")) as run:
        run.await_log("all wait for 3")
        run.process.send_signal(number)
        return Outcome(run.process.wait(30), run.log.read_text().strip().splitlines()[-1])


@WAYS.to(Reason.INTERRUPTED)
def _(scene: Scene) -> Outcome:
    return _stopped(scene, signal.SIGINT)


@WAYS.to(Reason.HUNG_UP)
def _(scene: Scene) -> Outcome:
    return _stopped(scene, signal.SIGHUP)


@WAYS.to(Reason.TERMINATED)
def _(scene: Scene) -> Outcome:
    return _stopped(scene, signal.SIGTERM)
