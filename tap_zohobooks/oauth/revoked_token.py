"""A dead refresh token: remembered by all runs of a user, and told once to who must act."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timezone
from queue import Empty, Queue
from threading import Thread, get_ident
from typing import TYPE_CHECKING, Any

import msgspec
import requests
from typing_extensions import override

from tap_zohobooks import connection
from tap_zohobooks.error_catalog import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tap_zohobooks.http.shared_state import Cache, SharedValue

EVENT = "reauthorization_needed"
TAKEN = range(200, 300)
TIMEOUT = 5.0  # seconds, for all of it
TALKATIVE = ("urllib3.connectionpool", "urllib3.util.retry")  # they name addresses, when debugging


class Revocation(msgspec.Struct):
    """What is known of a refresh token that is dead; blank while it lives."""

    since: str = ""
    found: str = ""


@dataclass(slots=True)
class RevokedToken:
    """The memory of one refresh token, if there is one; `wall` in seconds since 1970."""

    record: SharedValue[Revocation] | None
    wall: Callable[[], float]
    tell: Callable[[str, str], None]

    def check(self) -> None:
        """See that the token was not found dead before.

        Raises:
            ReauthorizationNeeded: It was.
        """
        if self.record is None:
            return
        with self.record.changing() as known:
            since, found = known.since, known.found
        if since:
            raise Reason.REFRESH_TOKEN_DISCONNECTED.error(time=since, error=found)

    def note(self, found: str) -> None:
        """Remember that the token is dead; who notes it first tells it."""
        if self.record is None:
            return
        now = datetime.fromtimestamp(self.wall(), timezone.utc).isoformat(timespec="seconds")
        with self.record.changing() as known:
            is_news = not known.since
            if is_news:
                known.since, known.found = now, found
        if is_news:
            self.tell(now, found)

    def forget(self) -> None:
        """Give the token another chance."""
        if self.record is not None:
            with self.record.changing() as known:
                known.since = known.found = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Tells an address that somebody must act; whether it listens changes nothing."""

    url: str | None
    session: requests.Session
    logger: logging.Logger
    region: str
    organization_ids: Sequence[str]

    def tell(self, time: str, found: str) -> None:
        """Post what has happened: no secret, once, five seconds at most."""
        if self.url is None:
            return
        event: dict[str, Any] = {
            "event": EVENT,
            "time": time,
            "region": self.region,
            "organization_ids": list(self.organization_ids),
            "found": found,
            "what_to_do": Reason.REFRESH_TOKEN_DISCONNECTED.next_step,
        }
        troubles: Queue[str] = Queue()
        # Time-outs of a request are for its parts, of which there may be any number.
        Thread(target=self._post, args=(self.url, event, troubles), daemon=True).start()
        try:
            trouble = troubles.get(timeout=TIMEOUT)
        except Empty:
            trouble = f"no answer in {TIMEOUT:.0f} seconds"
        if trouble:
            self.logger.warning(
                "The address of reauth_webhook_url did not take the news (%s).", trouble
            )

    def _post(self, url: str, event: dict[str, Any], troubles: Queue[str]) -> None:
        """Post, and say what went wrong; blank where nothing did."""
        with ExitStack() as stack:
            unseen = _Unseen(get_ident())
            for logger in map(logging.getLogger, TALKATIVE):
                logger.addFilter(unseen)
                stack.callback(logger.removeFilter, unseen)
            try:
                answer = stack.enter_context(self.session.post(
                    url, json=event, timeout=TIMEOUT, allow_redirects=False, stream=True,
                ))  # fmt: skip
            except requests.RequestException as error:
                troubles.put(type(error).__name__)
            else:
                is_taken = answer.status_code in TAKEN
                troubles.put("" if is_taken else f"HTTP {answer.status_code}")


class _Unseen(logging.Filter):
    """Keeps lines of a thread out of a log: the address of a webhook often holds a secret."""

    def __init__(self, thread: int) -> None:
        super().__init__()
        self._thread = thread

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        return record.thread != self._thread


def build_revoked_token(
    config: Mapping[str, Any],
    cache: Cache,
    session: requests.Session,
    wall: Callable[[], float],
) -> RevokedToken:
    """Return the memory of the refresh token that is set; its name is a hash of it."""
    grant, hosts = connection.grant(config), connection.hosts(config)
    record = None
    if grant is not None and grant.refresh_token:
        where = hosts.accounts_url or hosts.region
        record = cache.record(Revocation, grant.client_id, where, secret=grant.refresh_token)
    webhook = Webhook(
        config.get("reauth_webhook_url"), session, cache.logger, hosts.region,
        config["organization_ids"],
    )  # fmt: skip
    return RevokedToken(record, wall, webhook.tell)
