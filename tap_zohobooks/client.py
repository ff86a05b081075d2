"""Send requests to Zoho Books: limited, classified once, repeated if that can help."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import requests

from tap_zohobooks.auth import TokenHeader
from tap_zohobooks.errors import AccessDenied, NotPermitted
from tap_zohobooks.http.json_body import read_json
from tap_zohobooks.http.limiter import OrganizationLimiter
from tap_zohobooks.http.rate_limit import LimitSettings, RetryBudget, SlidingWindow
from tap_zohobooks.http.responses import (
    NO_JSON,
    NO_RESPONSE,
    TOO_LARGE,
    Action,
    Failure,
    Response,
    fail,
    interpret,
)
from tap_zohobooks.http.shared_state import SharedValue
from tap_zohobooks.http.transport import MAX_BODY, BodyTooLarge
from tap_zohobooks.resources import is_document

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping

    from tap_zohobooks.auth import Authenticator
    from tap_zohobooks.http.rate_limit import Quota
    from tap_zohobooks.http.session import ServiceSession
    from tap_zohobooks.http.shared_state import Cache
    from tap_zohobooks.oauth.credentials import Token

    Params = Mapping[str, str | int]

# A refused token that reads the organizations, or what else was read first, is valid: the request
# is refused for its path. Of a list that was read before the token is replaced first, as that is
# likely and costs one request less. If a new token is refused, too, a scope is missing: unless the
# area was read in this run, in which case another program revokes tokens, and more are requested.
RENEWALS_UNPROVEN = 1
RENEWALS_PROVEN = 3
# Refusals of documents that one proof of the token covers: 5 % more requests at most. A token that
# becomes invalid in between costs as many, and `prove_token` finds it.
MAX_COVERED = 20
CAUSES = {Action.HOLD: "throttled", Action.RETRY_WITH_FEWER: "crowded", Action.RETRY: "fault"}


@dataclass(slots=True)
class TokenProof:
    """The last token that was refused, and then read what this run has read first.

    `covered` counts the refusals of documents since then that are taken to be of a valid token.
    """

    token: str = field(default="", repr=False)
    covered: int = 0

    def cover(self, token: Token) -> bool:
        """Count a refusal; return False if the token needs another proof."""
        if self.token != token.value or self.covered >= MAX_COVERED:
            return False
        self.covered += 1
        return True


class Client:
    """The client of Zoho Books that all streams and threads of a run share."""

    def __init__(
        self,
        auth: Authenticator,
        settings: LimitSettings,
        *,
        session: ServiceSession,
        logger: logging.Logger,
        cache: Cache,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare; the first request needs a token. The cache holds the windows of other runs."""
        self.waits: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self._auth = auth
        self._settings = settings
        self._session = session
        self._logger = logger
        self._cache = cache
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._token_lock = threading.Lock()
        self._limiters: dict[str, OrganizationLimiter] = {}
        self._proven: set[tuple[str, str]] = set()
        self._probe: tuple[str, str, Params] | None = None  # organization, path, query
        self._proof = TokenProof()
        self._replaced_tokens = 0

    @property
    def calls(self) -> dict[str, int]:
        """API calls so far, by organization id; those without one under an empty id."""
        with self._lock:
            return {name: limiter.calls for name, limiter in self._limiters.items()}

    @property
    def quotas(self) -> dict[str, Quota]:
        """What is left of the day, by organization id, if a response has stated it."""
        with self._lock:
            return {name: one.quota for name, one in self._limiters.items() if one.quota}

    def get(self, path: str, params: Params | None = None, organization_id: str = "") -> Response:
        """Request a path below /books/v3.

        Raises:
            TapError: One of errors.py, after every action of the table of responses.
        """
        query = _query(params, organization_id)
        retries = RetryBudget(self._settings.max_wait)
        token, renewals, resets = self._auth.token(), 0, 0
        limiter = self._limiter(token, organization_id)
        while True:
            result = self._send(limiter, token, path, query)
            if isinstance(result, Response):
                self._proven.add((organization_id, path.partition("/")[0]))
                if self._probe is None and not is_document(path):
                    self._probe = organization_id, path, query
                return result
            match result.action:
                case Action.RENEW:
                    renewals += 1
                    token = self._replace(token, renewals, path, organization_id, result)
                case Action.END_DAY:
                    resets += 1
                    limiter.end_of_day(result.message, result.wait if resets == 1 else None)
                case Action.HOLD | Action.RETRY | Action.RETRY_WITH_FEWER:
                    self._wait(result, retries, limiter.get_hold(), path)
                case _:
                    raise result.error(path, organization_id)

    def _limiter(self, token: Token, organization_id: str) -> OrganizationLimiter:
        with self._lock:
            if organization_id not in self._limiters:
                self._limiters[organization_id] = OrganizationLimiter(
                    organization_id,
                    self._settings,
                    self._window(token, organization_id),
                    clock=self._clock,
                    sleep=self._sleep,
                    note=self._note,
                    logger=self._logger,
                )
            return self._limiters[organization_id]

    def _window(self, token: Token, organization_id: str) -> SharedValue[SlidingWindow]:
        if not organization_id:  # such requests count for no organization
            return SharedValue(SlidingWindow, self._clock)
        return self._cache.record(SlidingWindow, token.api_url, organization_id, is_secret=False)

    def _note(self, cause: str) -> None:
        with self._lock:
            self.waits[cause] += 1

    def _send(
        self, limiter: OrganizationLimiter, token: Token, path: str, query: Params
    ) -> Response | Failure:
        headers: Mapping[str, str] = {}
        with limiter.acquire() as left:
            try:
                url = f"{token.api_url}/books/v3/{path}"
                response = self._session.fetch(
                    url, query, TokenHeader(token), self._settings.timeout
                )
            except BodyTooLarge:
                found = f"has more than {MAX_BODY >> 20} MB"
                result: Response | Failure = fail(TOO_LARGE, NO_JSON, found)
            except requests.RequestException as error:
                result = fail(NO_RESPONSE, NO_JSON, type(error).__name__)
            else:
                headers = response.headers
                result = interpret(response.status_code, headers, read_json(response.content))
            finally:
                limiter.release(left, headers)
        limiter.on_response(result, left)
        if isinstance(result, Failure) and (code := result.limit_code):
            with self._lock:
                self.refusals[code] += 1
        return result

    def prove_token(self) -> int:
        """Verify the token if documents were refused since its last proof.

        Returns:
            The number of tokens that this run has replaced. Two calls with the same number: all
            documents that were refused in between were refused to a valid token.
        """
        with self._token_lock:
            token, proof = self._auth.token(), self._proof
            if proof.covered and proof.token != token.value:  # it was replaced for its age
                self._replaced_tokens += 1
                self._proof = TokenProof()
            elif proof.covered and not self._is_valid(token):
                self._renew(token)
            return self._replaced_tokens

    def _replace(
        self, token: Token, renewals: int, path: str, organization_id: str, failure: Failure
    ) -> Token:
        """Return the token of another thread, or a new one, unless this may not be read."""
        with self._token_lock:  # of many requests with one token, the first finds out what is wrong
            current = self._auth.token()
            if current.value != token.value:
                return current
            if self._lacks_scope(token, renewals, organization_id, path):
                has_scope = is_document(path) and _area(organization_id, path) in self._proven
                msg = f"'{path}' may not be read with this token ({failure.message.rstrip('.')})."
                raise (NotPermitted if has_scope else AccessDenied)(msg)
            return self._renew(token)

    def _renew(self, token: Token) -> Token:
        self._replaced_tokens += 1
        self._proof = TokenProof()
        return self._auth.renew(token)

    def _lacks_scope(self, token: Token, renewals: int, organization_id: str, path: str) -> bool:
        """Tell what may not be read from an invalid token, as far as this run can."""
        is_proven = _area(organization_id, path) in self._proven
        if renewals > (RENEWALS_PROVEN if is_proven else RENEWALS_UNPROVEN):
            return True
        if is_document(path):
            return self._proof.cover(token) or self._is_valid(token)
        return (renewals > 1 or not is_proven) and self._is_valid(token)

    def _is_valid(self, token: Token) -> bool:
        """Tell whether the token still reads what this run has read first; False if nothing was."""
        if self._probe is None:
            return False
        organization_id, path, query = self._probe
        result = self._send(self._limiter(token, organization_id), token, path, query)
        is_valid = isinstance(result, Response)
        self._proof = TokenProof(token.value if is_valid else "")
        return is_valid

    def _wait(self, failure: Failure, retries: RetryBudget, held: float, path: str) -> None:
        """Wait before the next attempt; while all are held, the limiter does that."""
        wait = retries.wait_for(failure, held)
        if wait is None:
            raise failure.error(path, "", held)
        is_hold = failure.action is Action.HOLD
        step = "all wait for" if is_hold else "sent again in"
        self._logger.warning("'%s': %s; %s %.0f s.", path, failure.found, step, wait)
        self._note(CAUSES[failure.action])
        if not is_hold:
            self._sleep(wait)


def _query(params: Params | None, organization_id: str) -> Params:
    scope = {"organization_id": organization_id} if organization_id else {}
    return {**(params or {}), **scope}


def _area(organization_id: str, path: str) -> tuple[str, str]:
    return organization_id, path.partition("/")[0]
