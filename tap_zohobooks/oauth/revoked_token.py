"""Remember a revoked refresh token for all runs of a user, and notify a webhook once."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import requests

from tap_zohobooks.error_catalog import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tap_zohobooks.http.shared_state import SharedValue

EVENT = "reauthorization_needed"
OK = range(200, 300)
TIMEOUT = 5.0  # seconds to connect, and as many for the status; the body is not read
HTTP_LOGGERS = ("urllib3.connectionpool", "urllib3.util.retry")  # their lines hold addresses


class Revocation(msgspec.Struct):
    """When a refresh token was found revoked, and by which error; empty while it is valid."""

    since: str = ""
    found: str = ""


@dataclass(slots=True)
class RevokedToken:
    """What is known of one refresh token; `wall` in seconds since 1970, `notify(time, found)`."""

    record: SharedValue[Revocation] | None
    wall: Callable[[], float]
    notify: Callable[[str, str], None]

    def check(self) -> None:
        """Check that the token was not found revoked before.

        Raises:
            ReauthorizationNeeded: It was.
        """
        if self.record is None:
            return
        with self.record.change() as known:
            since, found = known.since, known.found
        if since:
            raise Reason.REFRESH_TOKEN_DISCONNECTED.error(time=since, error=found)

    def note(self, found: str) -> None:
        """Remember that the token is revoked; notify if no run has noted that before."""
        if self.record is None:
            return
        now = datetime.fromtimestamp(self.wall(), UTC).isoformat(timespec="seconds")
        with self.record.change() as known:
            is_news = not known.since
            if is_news:
                known.since, known.found = now, found
        if is_news:
            self.notify(now, found)

    def forget(self) -> None:
        """Forget that the token was revoked, so that the next run requests with it."""
        if self.record is not None:
            with self.record.change() as known:
                known.since = known.found = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """The address to notify, if any; its failure changes nothing but a line of the log."""

    url: str | None
    session: requests.Session
    logger: logging.Logger
    region: str
    organization_ids: Sequence[str]

    def post(self, time: str, found: str) -> None:
        """Post what has happened, without a secret."""
        if self.url is None:
            return
        event = {
            "event": EVENT,
            "time": time,
            "region": self.region,
            "organization_ids": list(self.organization_ids),
            "found": found,
            "what_to_do": Reason.REFRESH_TOKEN_DISCONNECTED.next_step,
        }
        try:
            with (
                _silent(),
                self.session.post(
                    self.url, json=event, timeout=TIMEOUT, allow_redirects=False, stream=True
                ) as response,
            ):
                problem = "" if response.status_code in OK else f"HTTP {response.status_code}"
        except requests.RequestException as error:
            problem = type(error).__name__
        if problem:
            self.logger.warning("The reauth_webhook_url was not notified (%s).", problem)


@contextmanager
def _silent() -> Iterator[None]:
    """Log no address within the block: that of a webhook may hold a secret."""
    loggers = [logging.getLogger(name) for name in HTTP_LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
