"""The tap: settings, what all streams share, and how a run ends."""

from __future__ import annotations

import os
import time
from collections import Counter
from copy import deepcopy
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, ClassVar

import requests
from requests.adapters import HTTPAdapter
from singer_sdk import Tap
from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.helpers._classproperty import classproperty
from typing_extensions import override

from tap_zohobooks import resources, settings
from tap_zohobooks.auth import Authenticator
from tap_zohobooks.client import Client
from tap_zohobooks.command import ZohoBooksCommand
from tap_zohobooks.errors import (
    ConfigError,
    Gone,
    NotHere,
    QuotaReached,
    ReauthorizationNeeded,
    ServiceError,
    TapError,
)
from tap_zohobooks.kinds import KINDS
from tap_zohobooks.organizations import Organizations
from tap_zohobooks.state import checked_catalog, checked_state, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    import click
    from singer_sdk import Stream

    from tap_zohobooks.reading import Ability


class TapZohoBooks(Tap):
    """Singer tap for Zoho Books."""

    name = "tap-zohobooks"
    package_name = "tap-zohobooks"
    config_jsonschema: ClassVar[dict[str, Any]] = deepcopy(settings.SCHEMA)  # the SDK adds its own
    message_writer_class = MsgSpecWriter
    clock: Callable[[], float] = staticmethod(time.monotonic)
    sleep: Callable[[float], None] = staticmethod(time.sleep)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare what the streams share; no call is made before a stream needs one."""
        self.abilities: dict[tuple[str, str], Ability] = {}
        self.gone: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.skipped: dict[tuple[str, str], TapError] = {}
        self.cut_short: list[QuotaReached] = []
        super().__init__(*args, **kwargs)

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        self.append_builtin_config(self.config_jsonschema)
        problems = settings.problems(self._config, self.config_jsonschema)
        if problems and raise_errors:
            raise ConfigError(" ".join(problems))
        for problem in problems:
            self.logger.warning("%s", problem)
        for name in sorted(settings.WITHOUT_EFFECT_YET & self._config.keys()):
            if self._config[name] != self.config_jsonschema["properties"][name].get("default"):
                self.logger.warning("Setting '%s' has no effect in this version.", name)
        return problems

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        super().load_state(checked_state(state))

    @override
    def discover_streams(self) -> Sequence[Stream]:
        return [kind(self, resource) for kind, rows in KINDS.items() for resource in rows]

    @property
    @override
    def streams(self) -> dict[str, Stream]:
        """The streams in the order in which they run: the cheap ones first, then by name."""
        if self._streams is None:
            costs = {one.name: kind.calls_per_row for kind, rows in KINDS.items() for one in rows}
            known = super().streams
            self._streams = {
                name: known[name]
                for name in sorted(known, key=lambda name: (costs.get(name, 0), name))
            }
        return self._streams

    @cached_property
    def session(self) -> requests.Session:
        """The one HTTP session: connections are kept, cookies are not."""
        session = requests.Session()
        session.headers["User-Agent"] = self.config["user_agent"]
        session.cookies.set_policy(settings.NO_COOKIES)
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(pool_maxsize=4 * self.max_concurrency))
        return session

    @cached_property
    def auth(self) -> Authenticator:
        """The one source of access tokens."""
        return Authenticator(
            settings.grant(self.config),
            settings.hosts(self.config),
            session=self.session,
            logger=self.logger,
            access_token=self.config.get("access_token"),
            timeout=self.config["request_timeout"],
            max_wait=self.config["max_wait_seconds"],
            clock=self.clock,
            sleep=self.sleep,
        )

    @cached_property
    def client(self) -> Client:
        """The one caller of Zoho Books."""
        return Client(
            self.auth,
            settings.rules(self.config),
            session=self.session,
            logger=self.logger,
            clock=self.clock,
            sleep=self.sleep,
        )

    @cached_property
    def organizations(self) -> Organizations:
        """The organizations that the user can see, asked for once."""
        return Organizations.ask(self.client, self.config["organization_ids"], self.logger)

    @property
    def organization_ids(self) -> Sequence[str]:
        """The ids of the organizations to read."""
        return self.organizations.ids

    @property
    def page_size(self) -> int:
        """Rows a page."""
        return int(self.config["page_size"])

    @property
    def max_concurrency(self) -> int:
        """Calls in flight, an organization."""
        return int(self.config["max_concurrency"])

    @property
    def lookback_seconds(self) -> int:
        """Seconds that an incremental run re-reads before its bookmark."""
        return int(self.config["lookback_seconds"])

    def skip(self, stream: Stream, organization: str, why: TapError) -> None:
        """Note a stream that may not be read; the others go on."""
        self.skipped[stream.name, organization] = why
        stream.logger.warning("Stream '%s' of organization %s is skipped: %s",
                              stream.name, organization, why)  # fmt: skip

    def run(self) -> None:
        """Sync, and end as the settings say.

        Raises:
            TapError: The run is not complete; state is written.
        """
        try:
            self.sync_all()
        except QuotaReached as reached:
            self.cut_short.append(reached)
        finally:
            self.state_writer.write_state(self.state)
        self._conclude()

    def _conclude(self) -> None:
        calls = ", ".join(f"{name or 'none'}: {n}" for name, n in self.client.calls.items())
        self.logger.info(
            "Calls by organization: %s; tokens minted: %d; waits: %s; documents gone: %s.",
            calls, self.auth.mints, dict(self.client.waits), dict(self.gone),
        )  # fmt: skip
        failure = self._incomplete()
        if failure is None:
            return
        if isinstance(failure, QuotaReached) and self.config["on_quota_exhausted"] == "stop":
            self.logger.warning("%s", failure)
            return
        raise failure

    def _incomplete(self) -> TapError | None:
        if self.cut_short:
            return self.cut_short[0]
        if self._is_all_denied():
            scopes = resources.scopes(name for name, _ in self.skipped)
            msg = f"No selected stream may be read. Authorize again with the scopes {scopes}."
            return ReauthorizationNeeded(msg)
        if self.refused:
            msg = (
                f"Documents were refused: {dict(self.refused)}. Their list rows were sent without "
                "lines; see the warnings above, and give this user access to them."
            )
            return ServiceError(msg)
        return None

    def _is_all_denied(self) -> bool:
        if all(isinstance(why, (Gone, NotHere)) for why in self.skipped.values()):
            return False
        names = {stream.name for stream in self.streams.values() if stream.selected}
        names.discard(resources.ORGANIZATIONS.name)
        return self.skipped.keys() == {
            (name, organization) for name in names for organization in self.organization_ids
        }

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """Write the state and end at once: bookmarks never pass a row that was not emitted."""
        self.logger.warning("Stopped by signal %d; the next run goes on from the state.", signum)
        try:
            self.state_writer.write_state(self.state)
        except (OSError, RuntimeError):
            self.logger.warning("The target takes nothing now; its last state stands.")
        finally:
            os._exit(128 + signum)  # threads that wait for an answer are not waited for

    @classproperty
    @override
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805  # as the SDK has it
        cls.append_builtin_config(cls.config_jsonschema)
        return settings.from_environment(cls.config_jsonschema, cls._env_var_prefix)

    @classmethod
    @override
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> Any:
        for path in value:
            if path != "ENV":
                settings.check_file(path)
        return super().cb_config(ctx, param, value)

    @classmethod
    @override
    def invoke(  # type: ignore[override]  # as the SDK's own
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: Any = None,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
    ) -> None:
        """Run the command line; see --help."""
        if about:
            cls.print_about(about_format)
            return
        cls.print_version(print_fn=cls.logger.info)
        tap = cls(
            config=config.config,
            state=read_json("state", state),
            catalog=checked_catalog(read_json("catalog", catalog)),
            parse_env_config=config.parse_env,
        )
        tap.run()

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        command = super().get_singer_command()
        command.__class__ = ZohoBooksCommand
        return command
