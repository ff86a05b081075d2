"""Zoho Accounts: authorization codes, refresh tokens, access tokens, and their limits."""

from __future__ import annotations

from base64 import b64decode
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sandbox.data.numbers import mix
from sandbox.http import HTML, JSON, Response, build_error, encode
from sandbox.oauth.consent import SELF_CODE_LIFE, Consent, GrantCode, render_page
from sandbox.oauth.faults import RATE_LIMITED, build_token_fault, change_lifetime
from sandbox.oauth.regions import REGIONS, get_accounts_server

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sandbox.http import Request

TOKEN_LIFE: Final = timedelta(hours=1)
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
    "items",
    "categories",
    "deliverychallans",
    "purchasereturns",
    "documents",
    "packages",
    "transferorders",
    "compositeitems",
)
ALL_SCOPES: Final = frozenset(
    {*(f"ZohoBooks.{area}.READ" for area in AREAS), "ZohoBooks.custommodules.ALL"}
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The OAuth settings of a tap."""

    client_id: str
    client_secret: str
    refresh_token: str


@dataclass(slots=True)
class AccessToken:
    """An access token, valid for 1 hour; ``owner`` is its refresh token, the log has its ``id``."""

    id: str
    owner: str
    scopes: frozenset[str]
    expires: datetime


@dataclass
class Accounts:
    """The accounts server of one data center, and the tokens of its one user.

    ``base_url`` is its address on loopback, blank if it plays the real hosts; ``multi_dc`` is
    whether the client is registered in other data centers, too. ``script`` names the faults of the
    next token requests: ``throttle``, ``500``, ``html``, ``drop``, ``echo`` (the request as an
    error), ``STATUS:ERROR`` (JSON with that error), ``lost`` (a token is issued, and the connection
    dropped), ``expires:TEXT`` (JSON of the lifetime), or one of ``Response.fault``.
    ``token_suffix`` ends each access token. ``mints_allowed`` is access
    tokens a refresh token in 10 minutes; ``tokens_at_once`` and ``refresh_tokens_at_once`` are how
    many stay valid. ``scopes`` is by refresh token.
    """

    region: str = "us"
    seed: int = 7
    mints_allowed: int = 10
    tokens_at_once: int = 10
    refresh_tokens_at_once: int = 20
    mints: list[datetime] = field(default_factory=list)
    scopes: dict[str, frozenset[str]] = field(default_factory=dict)
    script: deque[str] = field(default_factory=deque)
    token_suffix: str = ""
    consent: Consent = field(default_factory=Consent)
    multi_dc: bool = False
    base_url: str = ""

    def __post_init__(self) -> None:
        """Register a client and grant its user a first refresh token."""
        self._serial = 0
        self._tokens: dict[str, AccessToken] = {}
        self._mints: dict[str, deque[datetime]] = {}
        self.client_id = self._generate_secret("client")[:35].upper()
        self.client_secret = self._generate_secret("secret").replace(".", "")
        self.credentials = Credentials(self.client_id, self.client_secret, self.grant())

    def _generate_secret(self, what: str) -> str:
        self._serial += 1
        parts = [mix(self.seed, self._serial, place, *what.encode()) for place in (1, 2)]
        return f"1000.{parts[0]:016x}{self._serial:04x}.{parts[1]:016x}"

    def grant(self, scopes: frozenset[str] = ALL_SCOPES) -> str:
        """Grant a refresh token; the 21st of a user ends the oldest without an error."""
        token = self._generate_secret("refresh")
        self.scopes[token] = scopes
        while len(self.scopes) > self.refresh_tokens_at_once:
            self.revoke(next(iter(self.scopes)))
        return token

    def revoke(self, refresh_token: str) -> None:
        """End a refresh token and its access tokens."""
        self.scopes.pop(refresh_token, None)
        self._tokens = {
            text: token for text, token in self._tokens.items() if token.owner != refresh_token
        }

    def cancel_tokens(self) -> None:
        """End every access token; refresh tokens stay valid."""
        self._tokens.clear()

    expire_tokens = cancel_tokens

    def find_token(self, text: str, now: datetime) -> AccessToken | None:
        """Find the valid access token of a text; None if there is none."""
        token = self._tokens.get(text)
        return token if token is not None and now < token.expires else None

    def get_scopes(self, token: AccessToken) -> frozenset[str]:
        """Get the scopes of a token: those that its refresh token has now."""
        return self.scopes.get(token.owner, token.scopes)

    def answer(self, request: Request, path: str, region: str, now: datetime) -> Response:
        """Answer a request below ``/oauth/`` of the accounts server of a data center."""
        match path.removeprefix("/oauth/"):
            case "v2/token":
                return self._answer_token(request, region, now)
            case "v2/auth":
                return self._answer_consent(request, now)
            case "v2/token/revoke":
                return self._answer_revoke(request)
            case "v2/revoke/token":  # this path, the newer one, requires the client id
                is_known = _read_basic(request).get("client_id") == self.client_id
                return (
                    self._answer_revoke(request)
                    if is_known
                    else build_oauth_error("invalid_client")
                )
            case "serverinfo":
                return self._answer_serverinfo()
            case _:
                return build_error(404, 5, "Invalid URL Passed")

    def _answer_token(self, request: Request, region: str, now: datetime) -> Response:
        """Answer a token request; most errors have status 200."""
        fault = self.script.popleft() if self.script else ""
        if fault == "echo":
            return build_oauth_error(f"echo {dict(request.form)} {dict(request.headers)}")
        failure = build_token_fault(fault)
        if failure is not None:
            return failure
        response = self._answer_form(request, region, now)
        if fault.startswith("expires:"):
            change_lifetime(response, fault.partition(":")[2])
        else:
            response.fault = "drop" if fault == "lost" else fault
        return response

    def _answer_form(self, request: Request, region: str, now: datetime) -> Response:
        if request.method != "POST":
            return Response(405, b"<html><body>405</body></html>", {"Content-Type": HTML})
        form = {**request.params, **request.form, **_read_basic(request)}
        if form.get("client_id") != self.client_id:
            return build_oauth_error("invalid_client")
        if region != self.region:
            return build_oauth_error("invalid_code" if self.multi_dc else "invalid_client")
        if form.get("client_secret") != self.client_secret:
            return build_oauth_error("invalid_client_secret")
        return self._answer_grant(form, now)

    def _answer_grant(self, form: Mapping[str, str], now: datetime) -> Response:
        match form.get("grant_type"):
            case "refresh_token":
                return self._answer_refresh(form.get("refresh_token", ""), now)
            case "authorization_code":
                return self._exchange_code(form, now)
            case "client_credentials":
                return self._answer_client_credentials(form, now)
            case _:
                return build_oauth_error("invalid_grant_type")

    def _answer_consent(self, request: Request, now: datetime) -> Response:
        params = request.params
        if params.get("client_id") != self.client_id:
            return render_page("Invalid Client", status=400)
        server = (self.region, get_accounts_server(self.region, self.base_url))
        return self.consent.authorize(params, now, self._generate_secret("code"), server)

    def issue_self_client_code(
        self, now: datetime, scopes: frozenset[str] = ALL_SCOPES, life: timedelta = SELF_CODE_LIFE
    ) -> str:
        """Issue a code as the console of a self client does; ``life`` is how long it is valid."""
        code = self._generate_secret("code")
        self.consent.codes[code] = GrantCode(scopes, now + life)
        return code

    def _exchange_code(self, form: Mapping[str, str], now: datetime) -> Response:
        grant = self.consent.redeem(form, now)
        if isinstance(grant, str):
            return build_oauth_error(grant)
        owner = (
            self.grant(grant.scopes)
            if grant.offline
            else f"online:{self._generate_secret('online')}"
        )
        more = {"refresh_token": owner} if grant.offline else {}
        return self._mint(owner, grant.scopes, now, scope=" ".join(sorted(grant.scopes)), **more)

    def _answer_revoke(self, request: Request) -> Response:
        token = {**request.params, **request.form}.get("token", "")
        if token not in self.scopes and token not in self._tokens:
            return build_oauth_error("invalid_token")
        self.revoke(token)
        self._tokens.pop(token, None)
        return Response(200, encode({"status": "success"}), {"Content-Type": JSON})

    def _answer_serverinfo(self) -> Response:
        locations = {region: get_accounts_server(region, self.base_url) for region in REGIONS}
        body = {"result": "success", "locations": locations}
        return Response(200, encode(body), {"Content-Type": JSON})

    def _answer_refresh(self, refresh_token: str, now: datetime) -> Response:
        if refresh_token not in self.scopes:
            return build_oauth_error("invalid_code")
        return self._mint(refresh_token, self.scopes[refresh_token], now)

    def _answer_client_credentials(self, form: Mapping[str, str], now: datetime) -> Response:
        if not form.get("soid", "").startswith("ZohoBooks."):
            return build_oauth_error("missing_org_info")
        asked = frozenset(form.get("scope", "").split(",")) - {""}
        return self._mint(f"client:{self.client_id}", asked or ALL_SCOPES, now)

    def _mint(self, owner: str, scopes: frozenset[str], now: datetime, **more: str) -> Response:
        recent = self._mints.setdefault(owner, deque())
        while recent and recent[0] <= now - MINT_WINDOW:
            recent.popleft()
        if len(recent) >= self.mints_allowed:
            return Response(400, encode(RATE_LIMITED), {"Content-Type": JSON})
        recent.append(now)
        self.mints.append(now)
        text = self._generate_secret("access") + self.token_suffix
        self._end_oldest_tokens(owner)
        expires = now + TOKEN_LIFE
        self._tokens[text] = AccessToken(f"t{len(self.mints)}", owner, scopes, expires)
        body = {
            "access_token": text,
            "api_domain": f"https://{REGIONS[self.region][1]}",
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            **more,
        }
        return Response(200, encode(body), {"Content-Type": JSON})

    def _end_oldest_tokens(self, owner: str) -> None:
        """End as many access tokens of an owner as needed to make room for one more."""
        own = [one for one, token in self._tokens.items() if token.owner == owner]
        for oldest in own[: max(len(own) + 1 - self.tokens_at_once, 0)]:
            del self._tokens[oldest]


def _read_basic(request: Request) -> dict[str, str]:
    """Read client id and secret from a Basic header; empty if there is none."""
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    if kind != "Basic":
        return {}
    client_id, _, secret = b64decode(text).decode().partition(":")
    return {"client_id": client_id, "client_secret": secret}


def build_oauth_error(error: str) -> Response:
    """Build an error of the token endpoint, which has status 200."""
    return Response(200, encode({"error": error}), {"Content-Type": JSON})
