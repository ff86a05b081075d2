"""Calls of Zoho Books: paced, judged once, repeated only where that can help."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import requests

from tap_zohobooks.auth import TokenHeader
from tap_zohobooks.errors import AccessDenied
from tap_zohobooks.http.limiter import OrganizationLimiter
from tap_zohobooks.http.rate_limit import LimitSettings, RetryBudget, SlidingWindow
from tap_zohobooks.http.responses import (
    DailyQuotaExceeded,
    RateLimited,
    Response,
    ResponseKind,
    ServerError,
    Success,
    TokenRefused,
    TooManyConcurrent,
    classify,
    describe,
    limit_code,
    raise_for_response,
    raise_retries_exhausted,
)
from tap_zohobooks.http.shared_state import SharedValue

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping

    from tap_zohobooks.auth import Authenticator
    from tap_zohobooks.http.rate_limit import Quota
    from tap_zohobooks.http.shared_state import Cache
    from tap_zohobooks.oauth.credentials import Token

# A fresh token that is refused means a missing scope, unless the same area has already answered
# in this run: then somebody cancels tokens, and another one is worth its price.
RENEWALS_UNPROVEN = 1
RENEWALS_PROVEN = 3
PROBE = "organizations"


class Client:
    """Asks Zoho Books, for every stream and thread of a run."""

    def __init__(
        self,
        auth: Authenticator,
        rules: LimitSettings,
        *,
        session: requests.Session,
        logger: logging.Logger,
        cache: Cache,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare; the first call mints the token. The cache holds what other runs have sent."""
        self.waits: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self._judging = threading.Lock()
        self._auth = auth
        self._rules = rules
        self._session = session
        self._logger = logger
        self._cache = cache
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._budgets: dict[str, OrganizationLimiter] = {}
        self._proven: set[tuple[str, str]] = set()

    @property
    def calls(self) -> dict[str, int]:
        """Calls made so far, by organization id; those without one under an empty id."""
        with self._lock:
            return {organization: budget.calls for organization, budget in self._budgets.items()}

    @property
    def quotas(self) -> dict[str, Quota]:
        """What is left of the day, by organization id, as far as answers have told."""
        with self._lock:
            return {name: one.quota for name, one in self._budgets.items() if one.quota}

    def spare(self, organization_id: str) -> int:
        """Return how many more calls in flight than now the limits of an organization allow."""
        with self._lock:
            budget = self._budgets.get(organization_id)
        return budget.spare() if budget else 0

    def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        organization_id: str = "",
    ) -> Response:
        """Ask for a path below /books/v3.

        Raises:
            TapError: One of errors.py, after everything that could help was tried.
        """
        query = dict(params or {})
        if organization_id:
            query["organization_id"] = organization_id
        patience = RetryBudget(self._rules.max_wait)
        token, renewals, resets = self._auth.token(), 0, 0
        budget = self._budget(token, organization_id)
        while True:
            kind, served = self._attempt(budget, token, path, query)
            match kind:
                case Success(document):
                    self._proven.add(_area(organization_id, path))
                    return Response(document, served)
                case TokenRefused(message):
                    renewals += 1
                    token = self._another(token, renewals, path, organization_id, message)
                case DailyQuotaExceeded(message, reset):
                    resets += 1
                    budget.end_of_day(message, reset if resets == 1 else None)
                case RateLimited():
                    self._heed_hold(kind, patience, budget.held_for(), path)
                case ServerError() | TooManyConcurrent():
                    self._wait(kind, patience, path)
                case _:
                    raise_for_response(kind, path, organization_id)

    def _budget(self, token: Token, organization_id: str) -> OrganizationLimiter:
        with self._lock:
            if organization_id not in self._budgets:
                self._budgets[organization_id] = OrganizationLimiter(
                    organization_id,
                    self._rules,
                    self._window(token, organization_id),
                    clock=self._clock,
                    sleep=self._sleep,
                    note=self._note,
                    logger=self._logger,
                )
            return self._budgets[organization_id]

    def _window(self, token: Token, organization_id: str) -> SharedValue[SlidingWindow]:
        if not organization_id:  # such calls count for no organization
            return SharedValue(SlidingWindow, self._clock)
        return self._cache.record(SlidingWindow, token.api_url, organization_id)

    def _note(self, cause: str) -> None:
        with self._lock:
            self.waits[cause] += 1

    def _attempt(
        self, budget: OrganizationLimiter, token: Token, path: str, query: dict[str, str | int]
    ) -> tuple[ResponseKind, datetime]:
        headers: Mapping[str, str] = {}
        with budget.acquire() as left:
            try:
                answer = self._session.get(
                    f"{token.api_url}/books/v3/{path}",
                    params=query,
                    auth=TokenHeader(token),
                    timeout=self._rules.timeout,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                kind: ResponseKind = ServerError(f"{type(error).__name__} while asking")
            else:
                headers = answer.headers
                kind = classify(answer.status_code, headers, answer.content)
            finally:
                budget.release(left, headers)
        budget.on_response(kind, left)
        if code := limit_code(kind):
            with self._lock:
                self.refusals[code] += 1
        return kind, _served(headers)

    def _another(
        self, token: Token, renewals: int, path: str, organization_id: str, message: str
    ) -> Token:
        with self._judging:  # of many calls that carry one token, the first asks what is wrong
            current = self._auth.token()
            if current.value != token.value:
                return current
            return self._judged(token, renewals, path, organization_id, message)

    def _judged(
        self, token: Token, renewals: int, path: str, organization_id: str, message: str
    ) -> Token:
        proven = _area(organization_id, path) in self._proven
        is_suspect = renewals > 1 if proven else renewals == 1
        spent = renewals > (RENEWALS_PROVEN if proven else RENEWALS_UNPROVEN)
        if spent or (is_suspect and self._still_works(token)):
            msg = f"'{path}' may not be read by this token ({message.rstrip('.')})."
            raise AccessDenied(msg)
        return self._auth.renew(token)

    def _still_works(self, token: Token) -> bool:
        """Tell a missing scope from a dead token: what this run has read can be read again."""
        if _area("", PROBE) not in self._proven:
            return False
        kind, _ = self._attempt(self._budget(token, ""), token, PROBE, {})
        return isinstance(kind, Success)

    def _heed_hold(self, kind: RateLimited, patience: RetryBudget, held: float, path: str) -> None:
        """See that a call which was refused for its pace may wait as long as all are held back."""
        if not patience.affords(held):
            raise_retries_exhausted(kind, path, held)
        self._logger.warning("'%s': %s; all wait for %.0f s.", path, describe(kind), held)
        self._note("throttled")

    def _wait(
        self, kind: ServerError | TooManyConcurrent, patience: RetryBudget, path: str
    ) -> None:
        wait = patience.wait_for(kind)
        if wait is None:
            raise_retries_exhausted(kind, path)
        self._logger.warning("'%s': %s; asking again in %.0f s.", path, describe(kind), wait)
        self._note("fault" if isinstance(kind, ServerError) else "crowded")
        self._sleep(wait)


def _area(organization_id: str, path: str) -> tuple[str, str]:
    return organization_id, path.partition("/")[0]


def _served(headers: Mapping[str, str]) -> datetime:
    try:
        return parsedate_to_datetime(headers["Date"]).astimezone(timezone.utc)
    except (KeyError, ValueError):
        return datetime.now(timezone.utc)
