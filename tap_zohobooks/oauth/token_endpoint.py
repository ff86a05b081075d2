"""What the accounts server answers, and what each answer means for a run: no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.http.responses import decode
from tap_zohobooks.regions import trusted_api_url

if TYPE_CHECKING:
    from tap_zohobooks.errors import TapError

LIFETIME = 3600.0


@dataclass(frozen=True, slots=True)
class InvalidGrant:
    """The refresh token is wrong, revoked, or pushed out by a newer one."""

    error: str


@dataclass(frozen=True, slots=True)
class InvalidClient:
    """The client id or secret is wrong here."""

    error: str


@dataclass(frozen=True, slots=True)
class TokenRateLimited:
    """Ten tokens in ten minutes are the most; `wait` in seconds is how long none is minted."""

    wait: float = 600.0


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The accounts server did not say anything readable."""

    reason: str


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new access token; lifetime in seconds."""

    value: str = field(repr=False)
    api_url: str | None
    lifetime: float


TokenResponse = IssuedToken | InvalidGrant | InvalidClient | TokenRateLimited | NoAnswer


def classify_token_response(status: int, body: bytes) -> TokenResponse:
    """Judge a token answer; errors arrive with status 200 as often as not.

    Source: Zoho's OAuth pages and recorded answers. The throttle's text is localised, so
    `status` and the start of `error` tell it.
    """
    document = decode(body)
    if document is None:
        return NoAnswer(f"HTTP {status} without readable JSON")
    value = document.get("access_token")
    if isinstance(value, str) and value:
        lifetime = document.get("expires_in", LIFETIME)
        seconds = float(lifetime) if isinstance(lifetime, (int, float)) else LIFETIME
        return IssuedToken(value, trusted_api_url(document.get("api_domain")), seconds)
    return _classify_error(status, document)


def _classify_error(status: int, document: dict[str, Any]) -> TokenResponse:
    error = str(document.get("error", ""))
    if document.get("status") == "failure" or error.lower().startswith("access"):
        return TokenRateLimited()
    match error:
        case "invalid_code" | "invalid_grant":
            return InvalidGrant(error)
        case "":
            return NoAnswer(f"HTTP {status} without a token or an error")
        case _:
            return InvalidClient(error)


def informativeness(outcome: TokenResponse) -> int:
    """Order failed outcomes by how much they tell.

    A client that many data centers know is told `invalid_code` by all but one: where that one did
    not answer, the token may well live.
    """
    order = (TokenRateLimited, NoAnswer, InvalidGrant, InvalidClient)
    return order.index(type(outcome))


def token_error(outcome: TokenResponse, where: str) -> TapError:
    """Return what a failed mint means for the run, and the next step."""
    match outcome:
        case InvalidGrant(error):
            return Reason.REFRESH_TOKEN_DEAD.error(error=error, server=where)
        case InvalidClient(error):
            return Reason.CLIENT_REFUSED.error(error=error, server=where)
        case TokenRateLimited(wait):
            return Reason.MINTS_USED_UP.error(minutes=ceil(wait / 60))
        case NoAnswer(reason):
            return Reason.NO_TOKEN.error(problem=reason, server=where)
        case IssuedToken():
            msg = "A token is not an error."
            raise AssertionError(msg)
