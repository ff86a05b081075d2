"""List the runs and commands of which `compare_checkouts.py` compares what they do.

In settings, files and words, `{base_url}`, `{client_id}`, `{refresh_token}`, ... stand for what the
double says at its start, `{folder}` for the folder of the run, `{port}` for a free port, and
`{python}` for a Python. Each run is in an empty folder, which is its home as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST, SECOND, DORMANT = "927270289", "60012345678", "772004512"
PLENTY: Final = 10**6
EVERY: Final = ("*",)
CREDENTIALS: Final = ("client_id", "client_secret", "refresh_token")

DISCOVERY: Final = "tap-zohobooks --config config.json --discover"
SYNC: Final = "tap-zohobooks --config config.json --catalog catalog.json"
RESUMED: Final = f"{SYNC} --state state.json"

SETTINGS: Final = {
    **{name: f"{{{name}}}" for name in CREDENTIALS},
    "accounts_url": "{base_url}",
    "api_url": "{base_url}",
    "token_cache": "off",
    "requests_per_minute": PLENTY,
    "max_wait_seconds": 0,
    "max_concurrency": 1,
    "max_parallel_organizations": 1,
}
CONCURRENT: Final = {"max_concurrency": None, "max_parallel_organizations": None}  # the default
CACHE: Final = {"token_cache": "{folder}/cache"}
TWO: Final = {"organization_ids": [FIRST, SECOND]}
STORED: Final = {
    "TAP_ZOHOBOOKS_ACCOUNTS_URL": "{base_url}",
    "TAP_ZOHOBOOKS_API_URL": "{base_url}",
    "TAP_ZOHOBOOKS_TOKEN_CACHE": "off",
}
ENV: Final = "".join(f"TAP_ZOHOBOOKS_{name.upper()}={{{name}}}\n" for name in CREDENTIALS)
VISIT: Final = "import sys, requests; requests.get(sys.argv[1], timeout=10)"

Control = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A run: its words, settings and files, and what the double is told before and after it.

    `closes` closes its standard output; `stops` sends SIGTERM once it has made a call and waits.
    """

    name: str
    words: str = SYNC
    settings: Mapping[str, Any] = field(default_factory=dict)
    streams: Sequence[str] = ("taxes",)
    method: str = ""
    files: Mapping[str, Any] = field(default_factory=dict)
    controls: Sequence[Control] = ()
    undo: Sequence[Control] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    closes: bool = False
    stops: bool = False


def _set(name: str, **settings: Any) -> Case:
    return Case(name, settings=settings)


def _state(name: str, value: object) -> Case:
    return Case(name, RESUMED, streams=("invoices",), files={"state.json": value})


def _bookmark(name: str, value: str, **more: object) -> Case:
    bookmark = {"replication_key": "last_modified_time", "replication_key_value": value}
    partition = {"context": {"organization_id": FIRST}, **bookmark}
    return _state(name, {"bookmarks": {"invoices": {"partitions": [partition], **more}}})


def _refuse(name: str, stream: str, path: str, *answer: object) -> Case:
    """Let the double refuse a list, from then on; each case needs another list."""
    given = dict(zip(("collection", "status", "code", "message"), (path, *answer), strict=True))
    return Case(name, streams=(stream,), controls=[("refuse", given)])


def _scopes(*areas: str) -> Control:
    scopes = [f"ZohoBooks.{area}.READ" for area in areas]
    return "scopes", {"refresh_token": "{refresh_token}", "scopes": scopes}


def _command(name: str, words: str, **more: Any) -> Case:
    return Case(name, f"zohobooks {words} --config config.json", **more)


def _build_store(name: str, words: str, **more: Any) -> Case:
    """Run a command with what stands in .env, which is compared as well."""
    return Case(name, f"zohobooks {words}", files={".env": ENV}, environment=STORED, **more)


COMMANDS: Final = ("completion", "doctor", "login", "logout", "organizations", "plan")
HELP: Final = [
    Case(words, words)
    for words in (
        *(f"tap-zohobooks {one}" for one in ("--help", "--about", "--about --format json")),
        "tap-zohobooks --about --format markdown",
        "tap-zohobooks --discover",
        "zohobooks --help",
        *(f"zohobooks {name} --help" for name in COMMANDS),
        *(f"zohobooks completion {shell}" for shell in ("bash", "fish", "zsh")),
    )
]

LISTS: Final = ("contacts", "invoices", "items", "taxes", "cm_debtor", "bank_transactions")
FLAT: Final = {"flattening_enabled": True, "flattening_max_depth": 2}
MAPS: Final = {
    "contacts": {"contact_id": "contact_id", "twice": "contact_name + contact_name"},
    "taxes": {"__alias__": "levies"},
    "items": {"__filter__": "status == 'active'"},
}
BATCHES: Final = {
    "encoding": {"format": "jsonl", "compression": "gzip"},
    "storage": {"root": "file://{folder}"},
    "batch_size": 20,
}
# Runs that end well, in the order of their calls.
ENTIRE: Final = [
    Case("FULL_TABLE", streams=LISTS, method="FULL_TABLE"),
    Case("flattened", settings={**FLAT, "page_size": 7}, streams=LISTS),
    Case("stream maps", settings={"stream_maps": MAPS}, streams=LISTS),
    Case("batches", settings={"batch_config": BATCHES}, streams=("taxes", "items")),
    Case("test of schemas", f"{SYNC} --test schema", streams=LISTS),
    Case("no custom fields", DISCOVERY, {"flatten_custom_fields": False}),
    Case(
        "faults on the way",
        settings={**TWO, "max_wait_seconds": 60, "page_size": 9},
        streams=("bills", "items", "taxes", "invoice_comments"),
        controls=[("script", {"faults": ["", "", "500", "", "cancel", "", "cut", "html", "1070"]})],
    ),
]

# Runs that do not end well. What the double is told to refuse it refuses from then on.
ENDINGS: Final = [
    _set("a setting is missing", client_id=""),
    _set("a setting is unknown", pagesize=5),
    _set("a setting is wrong", page_size=500),
    _set("a URL is unsafe", api_url="http://books.example"),
    _set("a stream map is wrong", stream_maps={"taxes": {"x": "no syntax("}}),
    _set("the region is wrong", accounts_url="{base_url}/dc/eu"),
    _set("the client's secret is wrong", client_secret="wrong"),  # noqa: S106
    _set("the refresh token is dead", refresh_token="1000.dead"),  # noqa: S106
    Case("it is still dead", settings={"refresh_token": "1000.dead", **CACHE}, times=2),
    _set("the access token is dead", access_token="dead", refresh_token=""),  # noqa: S106
    _set("the organization is unknown", organization_ids=["4711"]),
    _set("the organization is dormant", organization_ids=[DORMANT]),
    _set("the service is another one", api_url="{base_url}/elsewhere"),
    _set("batches cannot be written", batch_config={**BATCHES, "storage": {"root": "file:///dev/null/x"}}),
    Case("the config is no JSON", files={"config.json": "{"}),
    Case("a variable is wrong", "tap-zohobooks --config ENV --discover",
         files={".env": "TAP_ZOHOBOOKS_PAGE_SIZE=many\n"}),
    Case("an option is unknown", f"{SYNC} --unheard-of"),
    Case("there is no state", f"{SYNC} --state none.json"),
    Case("the catalog is malformed", files={"catalog.json": {"streams": 5}}),
    Case("the method is unknown", method="LOG_BASED"),
    _state("the state is malformed", []),
    _state("the state is strange", {"bookmarks": {"invoices": 7}}),
    _bookmark("a bookmark is unreadable", "soon"),
    _bookmark("a bookmark is in the future", "2126-01-31T00:00:00+00:00"),
    _bookmark("a bookmark is in order", "2026-01-31T00:00:00+00:00"),
    _state("a bookmark belongs to no organization", {"bookmarks": {"invoices": {
        "replication_key": "last_modified_time",
        "replication_key_value": "2026-01-31T00:00:00+00:00"}}}),
    Case("the start is in the future", settings={"start_date": "2126-01-31"}, streams=("bills",)),
    Case("a scope is missing", streams=("bills", "taxes"), controls=[_scopes("settings")]),
    Case("organizations are hidden", streams=("bills",), controls=[_scopes("bills")]),
    Case("nothing may be read", streams=("bills",), controls=[_scopes("settings")]),
    *(
        Case(f"the quota is reached: {do}", settings={"on_quota_exhausted": do},
             controls=[("limits", {"daily_quota": 0})], undo=[("limits", {"daily_quota": PLENTY})])
        for do in ("fail", "stop")
    ),
    _refuse("throttled", "currencies", "settings/currencies", 429, 44, "Too many calls."),
    _refuse("refused", "tax_exemptions", "settings/taxexemptions", 400, 15, "No."),
    _refuse("no answer", "tax_authorities", "settings/taxauthorities", 500, 1000, "Oh."),
    _refuse("not in the plan", "locations", "locations", 400, 8, "Not in your plan."),
    _refuse("not authorized", "users", "users", 401, 57, "You are not authorized."),
    Case("blocked, and still blocked", settings=CACHE, times=2,
         controls=[("script", {"faults": ["", "43"]})]),
    Case("the pipe is closed", streams=("bills",), closes=True),
    Case("stopped while it waits", settings={"max_wait_seconds": PLENTY}, stops=True,
         controls=[("script", {"faults": ["429:44:300"]})]),
]  # fmt: skip

LOGIN: Final = "login --renew --yes --all-organizations --port {port}"
INVOICES: Final = "--stream invoices"
TERMINALS: Final = [
    *(
        _command(f"zohobooks {words}", words)
        for words in (
            "organizations", "organizations --json", "plan --yes", "plan --yes --json",
            f"plan --json {INVOICES} --stream bill_details", "plan --stream unicorns",
            f"doctor {INVOICES}", f"doctor --json {INVOICES}", "doctor --json --yes", "logout",
            "logout --unheard-of", "login", "unheard-of",
        )
    ),
    _command("doctor: a scope is missing", f"doctor --json {INVOICES}",
             controls=[_scopes("settings", "bills")]),
    _command("doctor: the client is another region's", f"doctor --json {INVOICES}",
             settings={"accounts_url": "{base_url}/dc/eu"}),
    _command("doctor: no accounts server", f"doctor --json {INVOICES}",
             settings={"accounts_url": "http://127.0.0.1:9"}),
    _command("doctor: no API", f"doctor --json {INVOICES}",
             settings={"api_url": "http://127.0.0.1:9"}),
    _command("doctor: no folder for tokens", f"doctor --json {INVOICES}",
             settings={"token_cache": "/dev/null/x"}),
    _command("plan: a setting is wrong", "plan --yes", settings={"page_size": 500}),
    _build_store("login: the code is refused", f"{LOGIN} --code 1000.old"),
    _build_store("login: the organization is unknown", "login --keep --yes --organization 4711"),
    _build_store(
        "login: the token is kept",
        "login --keep --yes --meltano --organization " + FIRST,
    ),
    Case("login in the browser", f"zohobooks {LOGIN} --browser",
         files={".env": ENV, "visit.py": VISIT},
         environment={**STORED, "BROWSER": "{python} visit.py %s"}),
    _build_store("logout", "logout --yes"),
    _build_store("logout again", "logout --yes", times=2),
]  # fmt: skip
