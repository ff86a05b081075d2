"""The command line: how a run begins, and how it ends.

The last log line of a run that does not end in 0 names the reason and the next step.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from copy import deepcopy
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, ClassVar, NoReturn

import click
import msgspec
from singer_sdk import Tap, metrics
from singer_sdk._logging import _setup_console_logging
from singer_sdk.cli import plugin_cli
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.plugin_base import SingerCommand, _plugin_log_level
from singer_sdk.tap_base import CliTestOptionValue
from typing_extensions import override

from tap_zohobooks import setting_sources, settings
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ConfigError, TapError
from tap_zohobooks.singer.catalog import (
    describe_streams,
    find_oddities,
    leave_out_fields,
    read_catalog,
    read_json,
)
from tap_zohobooks.singer.log_output import end_log, protect_log
from tap_zohobooks.singer.shutdown import ShutdownHandler
from tap_zohobooks.singer.state_writer import BoundedStateWriter
from tap_zohobooks.singer.stdout import (
    LineWriter,
    OutputError,
    convert_write_errors,
    discard,
)
from tap_zohobooks.singer.stream_maps import MAPPING_ERRORS, explain_mapping_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.plugin_base import _ConfigInput

REFRESH_CATALOG = "refresh_catalog"


class ZohoBooksCommand(SingerCommand):
    """The command line of the tap."""

    @override
    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; an expected error is a log line and an exit code, not a traceback."""
        try:
            self._set_up_log()
            return super().main(*args, **kwargs)
        except TapError as error:
            self._exit(error)

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line; `--help`, `--version` and `--discover` print and exit here."""
        with _end_without_output(), convert_write_errors():
            return super().parse_args(ctx, args)

    @override
    def invoke(self, ctx: click.Context) -> Any:
        """Run the tap; it ends if its messages cannot be written."""
        with _end_without_output():
            return super().invoke(ctx)

    def _set_up_log(self) -> None:
        level = _plugin_log_level(plugin_name=self.name or "")
        try:
            metrics.get_metrics_logger().setLevel(level)  # the SDK does so later, out of reach
            _setup_console_logging(log_level=level)
        except Exception as error:  # a configuration may name any class
            raise Reason.LOG_WRONG.error(problem=error) from error
        finally:
            protect_log()

    def _exit(self, error: TapError) -> NoReturn:
        end_log()
        self.logger.error("%s", error)
        sys.exit(error.exit_code)


@contextmanager
def _end_without_output() -> Iterator[None]:
    """Convert the errors of standard output into those that end a run."""
    try:
        yield
    except BrokenPipeError as error:
        discard(sys.stdout)
        raise Reason.PIPE_CLOSED.error() from error
    except OutputError as error:
        discard(sys.stdout)
        raise Reason.OUTPUT_UNWRITABLE.error(problem=error.strerror) from error


class CommandLineTap(Tap):
    """A tap that a command starts, with its settings, and that a signal ends."""

    name = "tap-zohobooks"
    package_name = "tap-zohobooks"
    config_jsonschema: ClassVar[dict[str, Any]] = deepcopy(settings.SCHEMA)  # the SDK adds its own
    cli = plugin_cli(lambda tap: tap.get_singer_command())  # it sets up the log itself
    _is_configured = False
    _discovers = True
    _undiscovered: TapError | None = None

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        self.append_builtin_config(self.config_jsonschema)
        problems = settings.validate(self._config, self.config_jsonschema)
        self._is_configured = not problems
        if problems and raise_errors:
            raise ConfigError.of_all(problems)
        for problem in problems:
            self.logger.warning("%s", problem)
        return [str(problem) for problem in problems]

    @override
    def run_discovery(self) -> str:
        """Print the catalog.

        Raises:
            TapError: Custom fields or custom modules could not be discovered.
        """
        _ = self.streams
        if self._undiscovered is not None:
            raise self._undiscovered
        return super().run_discovery()

    @cached_property
    @override
    def state_writer(self) -> BoundedStateWriter:
        """The one writer of STATE messages."""
        return BoundedStateWriter(self.message_writer)

    @property
    @override
    def catalog_json_text(self) -> str:
        """The catalog as text in ASCII, two spaces a level."""
        return msgspec.json.format(json.dumps(describe_streams(self.streams.values())), indent=2)

    @override
    def setup_mapper(self) -> None:
        _ = self.catalog  # its errors are not those of stream maps
        try:
            super().setup_mapper()
        except MAPPING_ERRORS as error:
            raise explain_mapping_error(self.config, error) from error

    @override  # type: ignore[misc]  # final, as the SDK has one engine: this is ours
    def run_connection_test(self) -> bool:
        """Test each scope with one call an organization, without discovery.

        Raises:
            TapError: What may not be read, or could not be.
        """
        self._discovers = False
        self.setup_mapper()
        self._test_connection()
        return True

    def _test_connection(self) -> None:
        raise NotImplementedError

    @override
    def _setup_signal_handlers(self) -> None:
        """Leave signals to the command line: see `invoke`."""

    @classproperty
    @override
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805  # as the SDK has it
        cls.append_builtin_config(cls.config_jsonschema)
        return setting_sources.read_environment(cls.config_jsonschema)

    @classmethod
    @override
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> Any:
        read = super().cb_config(ctx, param, ())
        cls.append_builtin_config(cls.config_jsonschema)
        read.config.update(setting_sources.load(value, cls.config_jsonschema))
        read.parse_env = not value and setting_sources.has_credentials()
        return read

    @classmethod
    def _apply_refresh(cls, read: _ConfigInput, *, refresh_catalog: bool) -> None:
        """Set what the command line says of discovery, over what files and variables say."""
        if refresh_catalog:
            if read.parse_env:
                read.config.update(cls._env_var_config)
                read.parse_env = False
            read.config[REFRESH_CATALOG] = True

    @classmethod
    @override
    def cb_discover(cls, ctx: click.Context, param: click.Option, value: bool) -> None:
        """Print the catalog; with `--refresh-catalog` what earlier runs learned is not used."""
        cls._apply_refresh(ctx.params["config"], refresh_catalog=ctx.params[REFRESH_CATALOG])
        super().cb_discover(ctx, param, value)

    @classmethod
    @override
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """Test the connection for the selection of `--catalog`; write schemas as the SDK does."""
        if value != CliTestOptionValue.All.value:
            super().cb_test(ctx, param, value)
            return
        config = ctx.params["config"]
        tap = cls(
            config=config.config,
            catalog=read_catalog(read_json("catalog", ctx.params.get("catalog"), leave_out_fields)),
            parse_env_config=config.parse_env,
            setup_mapper=False,  # it would discover
        )
        tap.run_connection_test()
        ctx.exit()

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
        refresh_catalog: bool = False,
    ) -> None:
        """Run the command line; see --help."""
        if about:
            with convert_write_errors():
                cls.print_about(about_format)
            return
        cls._apply_refresh(config, refresh_catalog=refresh_catalog)
        cls.print_version(print_fn=cls.logger.info)
        writer = LineWriter(sys.stdout.fileno())
        shutdown = ShutdownHandler(writer, cls.logger)
        shutdown.watch()
        shutdown.tap = tap = cls(
            config=config.config,
            state=read_json("state", state),
            catalog=read_catalog(read_json("catalog", catalog, leave_out_fields)),
            parse_env_config=config.parse_env,
            message_writer=writer,
        )
        tap.warn_of_selection()
        tap.sync_all()

    def warn_of_selection(self) -> None:
        """Log what may be a mistake in the catalog, without a request."""
        selected = {name: stream.selected for name, stream in self.streams.items()}
        for line in find_oddities(self.input_catalog, selected):
            self.logger.warning("%s", line)

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        command = super().get_singer_command()
        command.__class__ = ZohoBooksCommand
        command.params.append(
            click.Option(
                ["--refresh-catalog"],
                is_flag=True,
                help="Discover anew, whatever was learned within a day.",
            )
        )
        for param in command.params:  # before --discover and --test, whose callbacks need them
            param.is_eager = param.is_eager or param.name in {"catalog", REFRESH_CATALOG}
        return command
