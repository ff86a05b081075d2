"""Calls of Zoho Books: paced, judged once, repeated only where that can help."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import requests

from tap_zohobooks.auth import TokenHeader
from tap_zohobooks.errors import (
    Crowded,
    DayOver,
    Denied,
    Fault,
    QuotaReached,
    Success,
    Throttled,
    TokenRefused,
    Verdict,
    judge,
)
from tap_zohobooks.limits import MINUTE, Patience, Quota, Window
from tap_zohobooks.refusals import describe, give_up, refuse

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping

    from tap_zohobooks.auth import Authenticator, Token

# A fresh token that is refused means a missing scope, unless the same area has already answered
# in this run: then somebody cancels tokens, and another one is worth its price.
RENEWALS_UNPROVEN = 1
RENEWALS_PROVEN = 3
PROBE = "organizations"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings say about calls; times in seconds."""

    requests_per_minute: int = 100
    max_concurrency: int = 5
    quota_reserve: int = 0
    wait_for_quota: bool = False
    max_wait: float = 900.0
    timeout: float = 60.0
    window: float = MINUTE


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer and the service's clock when it was given (aware, UTC)."""

    document: dict[str, Any]
    served: datetime


@dataclass(slots=True)
class Budget:
    """One organization's calls: its pace, its places in flight, its day."""

    window: Window
    places: threading.Semaphore
    lock: threading.Lock = field(default_factory=threading.Lock)
    quota: Quota | None = None
    in_flight: int = 0
    calls: int = 0
    over: QuotaReached | None = None


class Client:
    """Asks Zoho Books, for every stream and thread of a run."""

    def __init__(
        self,
        auth: Authenticator,
        rules: Rules,
        *,
        session: requests.Session,
        logger: logging.Logger,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare; the first call mints the token."""
        self.waits: Counter[str] = Counter()
        self._auth = auth
        self._rules = rules
        self._session = session
        self._logger = logger
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._budgets: dict[str, Budget] = {}
        self._proven: set[tuple[str, str]] = set()

    @property
    def calls(self) -> dict[str, int]:
        """Calls made so far, by organization id; those without one under an empty id."""
        return {organization: budget.calls for organization, budget in self._budgets.items()}

    def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        organization_id: str = "",
    ) -> Answer:
        """Ask for a path below /books/v3.

        Raises:
            TapError: One of errors.py, after everything that could help was tried.
        """
        query = dict(params or {})
        if organization_id:
            query["organization_id"] = organization_id
        budget = self._budget(organization_id)
        patience = Patience(self._rules.max_wait)
        token, renewals, resets = self._auth.token(), 0, 0
        while True:
            verdict, served = self._attempt(budget, token, path, query)
            match verdict:
                case Success(document):
                    self._proven.add(_area(organization_id, path))
                    return Answer(document, served)
                case TokenRefused(message):
                    renewals += 1
                    token = self._another(token, renewals, path, organization_id, message)
                case DayOver(message, reset):
                    resets += 1
                    until = reset if resets == 1 else None
                    self._end_of_day(budget, organization_id, message, until)
                case Fault() | Throttled() | Crowded():
                    self._wait(verdict, patience, budget, path)
                case _:
                    refuse(verdict, path, organization_id)

    def _budget(self, organization_id: str) -> Budget:
        with self._lock:
            if organization_id not in self._budgets:
                window = Window(self._rules.requests_per_minute, self._rules.window)
                places = threading.Semaphore(self._rules.max_concurrency)
                self._budgets[organization_id] = Budget(window, places)
            return self._budgets[organization_id]

    def _attempt(
        self, budget: Budget, token: Token, path: str, query: dict[str, str | int]
    ) -> tuple[Verdict, datetime]:
        with budget.places:
            self._take_place(budget, str(query.get("organization_id", "")))
            try:
                answer = self._session.get(
                    f"{token.api_url}/books/v3/{path}",
                    params=query,
                    auth=TokenHeader(token),
                    timeout=self._rules.timeout,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                return Fault(f"{type(error).__name__} while asking"), datetime.now(timezone.utc)
            finally:
                with budget.lock:
                    budget.in_flight -= 1
        with budget.lock:
            budget.quota = Quota.read(answer.headers, self._clock()) or budget.quota
        return judge(answer.status_code, answer.headers, answer.content), _served(answer.headers)

    def _take_place(self, budget: Budget, organization_id: str) -> None:
        """Wait for the pace, and see that the quota allows one more; wait for that once at most."""
        for may_wait in (True, False):
            self._keep_pace(budget)
            quota = self._spent_quota(budget)
            if quota is None:
                return
            found = f"{quota.remaining} of {quota.limit} calls of the day are left"
            reset = quota.resets_at - self._clock()
            self._end_of_day(budget, organization_id, found, reset if may_wait else None)

    def _keep_pace(self, budget: Budget) -> None:
        with budget.lock:
            if budget.over is not None:
                raise budget.over
            delay = budget.window.reserve(self._clock())
        if delay > 0:
            self.waits["pace"] += 1
            self._sleep(delay)

    def _spent_quota(self, budget: Budget) -> Quota | None:
        """Book the call, or return the quota that does not allow it."""
        with budget.lock:
            if budget.over is not None:
                raise budget.over
            if budget.quota is not None and not budget.quota.allows(
                self._clock(), reserve=self._rules.quota_reserve, in_flight=budget.in_flight
            ):
                return budget.quota
            budget.in_flight += 1
            budget.calls += 1
        return None

    def _end_of_day(
        self, budget: Budget, organization_id: str, found: str, reset: float | None
    ) -> None:
        if self._rules.wait_for_quota and reset is not None and reset <= self._rules.max_wait:
            self._logger.warning("%s: waiting %.0f s for the day's reset.", found, reset)
            self.waits["quota"] += 1
            self._sleep(reset + 1)
            with budget.lock:
                budget.quota = None
            return
        hours = "at midnight of the organization" if reset is None else f"in {reset / 3600:.1f} h"
        msg = (
            f"Organization {organization_id}: the quota is reached ({found.rstrip('.')}). "
            f"State is written; run again after the reset {hours}, or lower quota_reserve."
        )
        with budget.lock:
            budget.over = QuotaReached(msg)
        raise budget.over

    def _another(
        self, token: Token, renewals: int, path: str, organization_id: str, message: str
    ) -> Token:
        proven = _area(organization_id, path) in self._proven
        is_suspect = renewals > 1 if proven else renewals == 1
        spent = renewals > (RENEWALS_PROVEN if proven else RENEWALS_UNPROVEN)
        if spent or (is_suspect and self._still_works(token)):
            msg = f"'{path}' may not be read by this token ({message.rstrip('.')})."
            raise Denied(msg)
        return self._auth.renew(token)

    def _still_works(self, token: Token) -> bool:
        """Tell a missing scope from a dead token: what this run has read can be read again."""
        if _area("", PROBE) not in self._proven:
            return False
        verdict, _ = self._attempt(self._budget(""), token, PROBE, {})
        return isinstance(verdict, Success)

    def _wait(
        self, verdict: Fault | Throttled | Crowded, patience: Patience, budget: Budget, path: str
    ) -> None:
        wait = patience.wait_for(verdict)
        if wait is None:
            give_up(verdict, path)
        self._logger.warning("'%s': %s; asking again in %.0f s.", path, describe(verdict), wait)
        self.waits[type(verdict).__name__.lower()] += 1
        if isinstance(verdict, Throttled):
            with budget.lock:
                budget.window.hold(self._clock(), wait)
        self._sleep(wait)


def _area(organization_id: str, path: str) -> tuple[str, str]:
    return organization_id, path.partition("/")[0]


def _served(headers: Mapping[str, str]) -> datetime:
    try:
        return parsedate_to_datetime(headers["Date"]).astimezone(timezone.utc)
    except (KeyError, ValueError):
        return datetime.now(timezone.utc)
