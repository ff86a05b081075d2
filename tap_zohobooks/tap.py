"""The tap: settings, what all streams share, and how a run ends."""

from __future__ import annotations

import threading
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import metrics
from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.singerlib import StateMessage
from typing_extensions import override

from tap_zohobooks import connection
from tap_zohobooks.auth import Authenticator
from tap_zohobooks.client import Client
from tap_zohobooks.connection import token_store
from tap_zohobooks.errors import QuotaReached, TapError
from tap_zohobooks.http.rate_limit import MINUTE
from tap_zohobooks.organizations import Organizations
from tap_zohobooks.singer import activate_version
from tap_zohobooks.singer.command import CommandLineTap
from tap_zohobooks.singer.context import SyncContext
from tap_zohobooks.singer.failures import list_errors, merge, skip_closed
from tap_zohobooks.singer.log_output import describe_run
from tap_zohobooks.singer.organization_queue import build_queues
from tap_zohobooks.singer.progress import show_progress, status
from tap_zohobooks.singer.scheduler import SyncScheduler
from tap_zohobooks.singer.state import check_state, list_organizations
from tap_zohobooks.singer.state_migration import (
    assign_organization,
    bookmarks_without_organization,
    migrate_state,
)
from tap_zohobooks.singer.stats import RequestStats, SpentCalls, describe_calls
from tap_zohobooks.singer.turns import note_turns
from tap_zohobooks.streams.base import ResourceStream
from tap_zohobooks.streams.connection_test import ConnectionTest
from tap_zohobooks.streams.organization import build_catalog_modules, discover_custom
from tap_zohobooks.streams.registry import build_streams, find_bookmark_keys, sort_by_cost
from tap_zohobooks.streams.row_costs import keep_costs, log_costs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from singer_sdk import Stream
    from singer_sdk.helpers.types import Context

    from tap_zohobooks.http.session import ServiceSession
    from tap_zohobooks.http.shared_state import Cache, SharedValue, Value
    from tap_zohobooks.oauth.revoked_token import RevokedToken
    from tap_zohobooks.resources import Resource


class TapZohoBooks(CommandLineTap):
    """Singer tap for Zoho Books."""

    message_writer_class = MsgSpecWriter
    clock: Callable[[], float] = staticmethod(time.monotonic)
    wall: Callable[[], float] = staticmethod(time.time)
    window: ClassVar[float] = MINUTE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare without a request; the first stream that needs one makes it."""
        self._over = threading.Event()
        super().__init__(*args, **kwargs)

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        if state:  # else the streams are not needed yet, and discovery may not be either
            state = migrate_state(check_state(state), self._bookmark_keys, self.logger)
        super().load_state(state)

    @property
    def _bookmark_keys(self) -> dict[str, str]:
        return find_bookmark_keys(self.streams)

    @override
    def discover_streams(self) -> Sequence[Stream]:
        streams = build_streams(self.sync_context)
        if self.input_catalog is not None:  # it holds what was discovered
            return [*streams, *build_catalog_modules(self.sync_context, self.input_catalog)]
        if not (self._is_configured and self._discovers):
            return streams
        try:
            return [*streams, *discover_custom(self.sync_context, streams)]
        except TapError as failure:  # raised when the catalog is used
            self._undiscovered = failure
            return streams

    @override
    def warn_of_selection(self) -> None:
        super().warn_of_selection()
        log_costs(self.streams.values(), self._open(SpentCalls), self.logger)

    @override
    def _test_connection(self) -> None:
        try:
            ConnectionTest(self.sync_context).run(self.streams.values())
        finally:
            self._over.set()
            self._log_summary()

    @property
    @override
    def streams(self) -> dict[str, Stream]:
        """The streams in the order in which they run: the cheap ones first, then by name."""
        if self._streams is None:
            self._streams = sort_by_cost(super().streams)
        return self._streams

    @cached_property
    def sync_context(self) -> SyncContext:
        """What the streams share."""
        return SyncContext(
            tap=self,
            config=self.config,
            logger=self.logger,
            get_client=lambda: self.client,
            get_organizations=lambda: self.organizations,
            may_delete=lambda: self.may_delete,
            sync_streams=self._sync_streams,
            open_value=self._open,
            get_now=self.wall,
        )

    def _open(self, kind: type[Value], name: str = "") -> SharedValue[Value]:
        return connection.open_account_value(self.config, self.cache, kind, name)

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            TapError: The run is over.
        """
        if self._over.wait(seconds):
            msg = "The run is over."
            raise TapError(msg)

    @cached_property
    def session(self) -> ServiceSession:
        """The one HTTP session: connections are kept, cookies are not."""
        return connection.build_session(self.config, 4 * self.sync_context.max_concurrency)

    @cached_property
    def cache(self) -> Cache:
        """The values that runs of this user share."""
        return connection.cache(self.config, self.logger, clock=self.clock, wall=self.wall)

    @cached_property
    def revoked_token(self) -> RevokedToken:
        """What is remembered of a dead refresh token, and the webhook that reports it."""
        return connection.build_revoked_token(self.config, self.cache, self.session, self.wall)

    @cached_property
    def auth(self) -> Authenticator:
        """The one source of access tokens."""
        timeout = self.config["request_timeout"]
        grant, hosts = connection.grant(self.config), connection.hosts(self.config)
        auth = Authenticator(
            grant,
            hosts,
            session=self.session,
            logger=self.logger,
            store=token_store(self.cache, grant, hosts, timeout),
            access_token=self.config.get("access_token"),
            timeout=timeout,
            max_wait=self.config["max_wait_seconds"],
            sleep=self.sleep,
        )
        auth.revoked_token = self.revoked_token
        return auth

    @cached_property
    def client(self) -> Client:
        """The one caller of Zoho Books."""
        return Client(
            self.auth,
            connection.limit_settings(self.config, self.window),
            session=self.session,
            logger=self.logger,
            cache=self.cache,
            clock=self.clock,
            sleep=self.sleep,
        )

    @cached_property
    def organizations(self) -> Organizations:
        """The organizations to read, requested once."""
        return Organizations.ask(self.client, self.config["organization_ids"], self.logger)

    @property
    def organization_ids(self) -> Sequence[str]:
        """The ids of the organizations to read."""
        return self.organizations.ids

    @cached_property
    def may_delete(self) -> bool:
        """Whether a whole read of these organizations is one of all that the tables hold."""
        read, left_out = frozenset(self.organization_ids), self.organizations.left_out
        coverage = activate_version.Coverage(read, list_organizations(self.state), left_out)
        return activate_version.can_delete(
            coverage, self.logger, wish=self.config.get(activate_version.SETTING)
        )

    @property
    def streams_at_once(self) -> int:
        """Streams of one organization that are read at the same time, so that requests overlap."""
        return self.sync_context.max_concurrency

    @override  # type: ignore[misc]  # final, as the SDK has one engine: this is ours
    def sync_all(self) -> None:
        """Sync the selected streams, and end as the settings say.

        Raises:
            TapError: The run is not complete; state is written.
        """
        reached: QuotaReached | None = None
        try:
            self._sync_selected()
        except QuotaReached as quota:
            reached = quota
        finally:
            self._over.set()
            self.write_message(StateMessage(self.state))  # the last message, even if it is no news
            self._log_summary()
        if reached is None:
            keep_costs(self.streams.values(), self.sync_context.stats, self._open(SpentCalls))
        elif self.config["on_quota_exhausted"] != "stop":
            raise reached
        else:
            self.logger.warning("%s", reached)

    def _sync_selected(self) -> None:
        if self._undiscovered is not None:
            raise self._undiscovered
        client = self.client
        describe_run(lambda: describe_calls(client.calls, client.quotas))
        if found := bookmarks_without_organization(self.state, self._bookmark_keys):
            assign_organization(self.organization_ids, found)
        self._reset_state_progress_markers()
        if self.state:
            self.state_writer.write_state(self.state)
        self._sync_streams([*self.streams.values()])

    def _sync_streams(self, streams: Sequence[Stream], context: Context | None = None) -> None:
        """Read organizations and streams at the same time, and write what they bring.

        Raises:
            TapError: What could not be read; everything else was.
        """
        is_limited = any(stream.ABORT_AT_RECORD_COUNT for stream in streams)
        scheduler = SyncScheduler(
            build_queues(streams, context, self.logger),
            organizations=1 if is_limited else self.config["max_parallel_organizations"],
            streams=self.streams_at_once,
            logger=self.logger,
        )
        began = self.clock()

        def describe() -> str:
            calls, now = sum(self.client.calls.values()), self.clock()
            return status(scheduler, calls, now - began, self.client.quotas).line(now)

        with show_progress(describe, self.logger):
            failures = scheduler.run()
        stats = self.sync_context.stats
        stats.missed.update(note_turns(scheduler.planned, scheduler.unread, failures))
        if not self.config["organization_ids"]:
            failures, closed = skip_closed(failures, self.organization_ids)
            stats.closed.update(closed)
        others = [one for one in [self._find_failure()] if one]
        if errors := [*list_errors(failures, stats.missed), *others]:
            raise merge(errors)

    def _log_summary(self) -> None:
        client = self.client
        spent = RequestStats(
            client.calls, client.quotas, client.waits, client.refusals, self.auth.token_requests
        )
        for line in (*self.sync_context.stats.list_streams(), *spent.lines()):
            self.logger.info("%s", line)
        stats = self.sync_context.stats
        for point in (*spent.points(), *stats.points()):
            metrics.log(self.metrics_logger, point)
        skipped = stats.list_skipped(self._resources)
        for line in (*skipped, *stats.list_refused(), *stats.list_missed()):
            self.logger.warning("%s", line)

    def _find_failure(self) -> TapError | None:
        names = {stream.name for stream in self.streams.values() if stream.selected}
        return self.sync_context.stats.find_failure(self._resources, names, self.organization_ids)

    @property
    def _resources(self) -> dict[str, Resource]:
        return {name: one.resource for name, one in self.streams.items()
                if isinstance(one, ResourceStream)}  # fmt: skip
