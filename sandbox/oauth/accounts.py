"""Zoho Accounts: refresh tokens, access tokens, and how many of each there may be."""

from __future__ import annotations

from base64 import b64decode
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sandbox.data.numbers import mix
from sandbox.messages import HTML, JSON, Answer, encode, refusal
from sandbox.oauth.consent import SELF_CODE_LIFE, Consent, GrantCode, page
from sandbox.oauth.regions import REGIONS, accounts_server

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sandbox.messages import Request

LIFE: Final = timedelta(hours=1)
MINT_WINDOW: Final = timedelta(minutes=10)
AREAS: Final = (
    "settings",
    "contacts",
    "estimates",
    "invoices",
    "customerpayments",
    "creditnotes",
    "projects",
    "expenses",
    "salesorders",
    "purchaseorders",
    "bills",
    "debitnotes",
    "vendorpayments",
    "banking",
    "accountants",
    "fixedasset",
    "reports",
)
ALL_SCOPES: Final = frozenset(
    {*(f"ZohoBooks.{area}.READ" for area in AREAS), "ZohoBooks.custommodules.ALL"}
)
THROTTLED: Final = {
    "error_description": "You have made too many requests continuously. Please try again after"
    " some time.",
    "error": "Access Denied",
    "status": "failure",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a user gives a tap."""

    client_id: str
    client_secret: str
    refresh_token: str


@dataclass(slots=True)
class AccessToken:
    """A token that opens Books for an hour; ``id`` is how the log names it."""

    id: str
    owner: str
    scopes: frozenset[str]
    expires: datetime


@dataclass
class Accounts:
    """The accounts server of one data center, and its users' tokens.

    ``base_url`` is where it is served, blank where it stands for the real hosts; ``multi_dc`` is
    whether the client is known in other data centers. ``script`` holds one-off faults for the next
    token calls: ``throttle``, ``500``, ``html``, ``drop``.
    """

    region: str = "us"
    seed: int = 7
    mints_allowed: int = 10
    tokens_at_once: int = 10
    refresh_tokens_at_once: int = 20
    mints: list[datetime] = field(default_factory=list)
    scopes: dict[str, frozenset[str]] = field(default_factory=dict)
    script: deque[str] = field(default_factory=deque)
    consent: Consent = field(default_factory=Consent)
    multi_dc: bool = False
    base_url: str = ""

    def __post_init__(self) -> None:
        """Register a client and give its user a first refresh token."""
        self._serial = 0
        self._tokens: dict[str, AccessToken] = {}
        self._mints: dict[str, deque[datetime]] = {}
        self.client_id = self._secret("client")[:35].upper()
        self.client_secret = self._secret("secret").replace(".", "")
        self.credentials = Credentials(self.client_id, self.client_secret, self.grant())

    def _secret(self, what: str) -> str:
        self._serial += 1
        parts = [mix(self.seed, self._serial, place, *what.encode()) for place in (1, 2)]
        return f"1000.{parts[0]:016x}{self._serial:04x}.{parts[1]:016x}"

    def grant(self, scopes: frozenset[str] = ALL_SCOPES) -> str:
        """A new refresh token; the 21st of a user silently ends the oldest."""
        token = self._secret("refresh")
        self.scopes[token] = scopes
        while len(self.scopes) > self.refresh_tokens_at_once:
            self.revoke(next(iter(self.scopes)))
        return token

    def revoke(self, refresh_token: str) -> None:
        """End a refresh token and what was minted from it."""
        self.scopes.pop(refresh_token, None)
        self._tokens = {
            text: token for text, token in self._tokens.items() if token.owner != refresh_token
        }

    def cancel_tokens(self) -> None:
        """End every access token; refresh tokens live on."""
        self._tokens.clear()

    expire_tokens = cancel_tokens

    def find(self, text: str, now: datetime) -> AccessToken | None:
        """The live access token of a text."""
        token = self._tokens.get(text)
        return token if token is not None and now < token.expires else None

    def allowed(self, token: AccessToken) -> frozenset[str]:
        """What a token may see: as its refresh token stands now."""
        return self.scopes.get(token.owner, token.scopes)

    def answer(self, request: Request, path: str, region: str, now: datetime) -> Answer:
        """Answer a call below ``/oauth/`` of the accounts server of a data center."""
        match path.removeprefix("/oauth/"):
            case "v2/token":
                return self._token(request, region, now)
            case "v2/auth":
                return self._auth(request, now)
            case "v2/token/revoke":
                return self._revoke(request)
            case "v2/revoke/token":  # the newer one wants to know who asks
                is_known = _basic(request).get("client_id") == self.client_id
                return self._revoke(request) if is_known else failure("invalid_client")
            case "serverinfo":
                return self._serverinfo()
            case _:
                return refusal(404, 5, "Invalid URL Passed")

    def _token(self, request: Request, region: str, now: datetime) -> Answer:
        """Answer the token endpoint; most errors come as HTTP 200."""
        scripted = self._scripted()
        if scripted is not None:
            return scripted
        if request.method != "POST":
            return Answer(405, b"<html><body>405</body></html>", {"Content-Type": HTML})
        given = {**request.params, **request.form, **_basic(request)}
        if given.get("client_id") != self.client_id:
            return failure("invalid_client")
        if region != self.region:
            return failure("invalid_code" if self.multi_dc else "invalid_client")
        if given.get("client_secret") != self.client_secret:
            return failure("invalid_client_secret")
        return self._granted(given, now)

    def _granted(self, given: Mapping[str, str], now: datetime) -> Answer:
        match given.get("grant_type"):
            case "refresh_token":
                return self._refresh(given.get("refresh_token", ""), now)
            case "authorization_code":
                return self._exchange(given, now)
            case "client_credentials":
                return self._client_credentials(given, now)
            case _:
                return failure("invalid_grant_type")

    def _auth(self, request: Request, now: datetime) -> Answer:
        params = request.params
        if params.get("client_id") != self.client_id:
            return page("Invalid Client", status=400)
        server = (self.region, accounts_server(self.region, self.base_url))
        return self.consent.authorize(params, now, self._secret("code"), server)

    def self_client_code(
        self, now: datetime, scopes: frozenset[str] = ALL_SCOPES, life: timedelta = SELF_CODE_LIFE
    ) -> str:
        """A grant code as the console of a self client shows it."""
        code = self._secret("code")
        self.consent.codes[code] = GrantCode(scopes, now + life)
        return code

    def _exchange(self, given: Mapping[str, str], now: datetime) -> Answer:
        grant = self.consent.redeem(given, now)
        if isinstance(grant, str):
            return failure(grant)
        owner = self.grant(grant.scopes) if grant.offline else f"online:{self._secret('online')}"
        more = {"refresh_token": owner} if grant.offline else {}
        return self._mint(owner, grant.scopes, now, scope=" ".join(sorted(grant.scopes)), **more)

    def _revoke(self, request: Request) -> Answer:
        token = {**request.params, **request.form}.get("token", "")
        if token not in self.scopes and token not in self._tokens:
            return failure("invalid_token")
        self.revoke(token)
        self._tokens.pop(token, None)
        return Answer(200, encode({"status": "success"}), {"Content-Type": JSON})

    def _serverinfo(self) -> Answer:
        locations = {region: accounts_server(region, self.base_url) for region in REGIONS}
        body = {"result": "success", "locations": locations}
        return Answer(200, encode(body), {"Content-Type": JSON})

    def _scripted(self) -> Answer | None:
        match self.script.popleft() if self.script else "":
            case "throttle":
                return Answer(400, encode(THROTTLED), {"Content-Type": JSON})
            case "500":
                return Answer(500, b"{}", {"Content-Type": JSON})
            case "html":
                return Answer(502, b"<html><body>Bad Gateway</body></html>", {"Content-Type": HTML})
            case "drop":
                return Answer(0, fault="drop")
            case _:
                return None

    def _refresh(self, refresh_token: str, now: datetime) -> Answer:
        if refresh_token not in self.scopes:
            return failure("invalid_code")
        return self._mint(refresh_token, self.scopes[refresh_token], now)

    def _client_credentials(self, given: Mapping[str, str], now: datetime) -> Answer:
        if not given.get("soid", "").startswith("ZohoBooks."):
            return failure("missing_org_info")
        asked = frozenset(given.get("scope", "").split(",")) - {""}
        return self._mint(f"client:{self.client_id}", asked or ALL_SCOPES, now)

    def _mint(self, owner: str, scopes: frozenset[str], now: datetime, **more: str) -> Answer:
        recent = self._mints.setdefault(owner, deque())
        while recent and recent[0] <= now - MINT_WINDOW:
            recent.popleft()
        if len(recent) >= self.mints_allowed:
            return Answer(400, encode(THROTTLED), {"Content-Type": JSON})
        recent.append(now)
        self.mints.append(now)
        text = self._secret("access")
        own = [one for one, token in self._tokens.items() if token.owner == owner]
        for oldest in own[: max(len(own) + 1 - self.tokens_at_once, 0)]:
            del self._tokens[oldest]
        self._tokens[text] = AccessToken(f"t{len(self.mints)}", owner, scopes, now + LIFE)
        body = {
            "access_token": text,
            "api_domain": f"https://{REGIONS[self.region][1]}",
            "token_type": "Bearer",
            "expires_in": int(LIFE.total_seconds()),
            **more,
        }
        return Answer(200, encode(body), {"Content-Type": JSON})


def _basic(request: Request) -> dict[str, str]:
    """Client id and secret from a Basic header, where there is one."""
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    if kind != "Basic":
        return {}
    client_id, _, secret = b64decode(text).decode().partition(":")
    return {"client_id": client_id, "client_secret": secret}


def failure(error: str) -> Answer:
    """An error of the token endpoint: HTTP 200 all the same."""
    return Answer(200, encode({"error": error}), {"Content-Type": JSON})
