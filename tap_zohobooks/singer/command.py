"""The command line: how a run begins, and how it ends.

The last log line of a run that does not end in 0 names the reason and the next step.
"""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING, Any

from singer_sdk import Tap
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.plugin_base import SingerCommand
from typing_extensions import override

from tap_zohobooks import setting_sources, settings
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ConfigError, TapError
from tap_zohobooks.singer.catalog import find_oddities, read_catalog, read_json
from tap_zohobooks.singer.shutdown import ShutdownHandler
from tap_zohobooks.singer.stdout import LineWriter, discard_stdout
from tap_zohobooks.singer.stream_maps import MAPPING_ERRORS, explain_mapping_error

if TYPE_CHECKING:
    import click


class ZohoBooksCommand(SingerCommand):
    """The command line of the tap."""

    @override
    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; an expected error is a log line and an exit code, not a traceback."""
        try:
            return super().main(*args, **kwargs)
        except TapError as error:
            self.logger.error("%s", error)  # noqa: TRY400  # the line is the whole message
            sys.exit(error.exit_code)

    @override
    def invoke(self, ctx: click.Context) -> Any:
        """Run the tap; it ends when the target closes its pipe."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            discard_stdout()
            raise Reason.PIPE_CLOSED.error() from error


class CommandLineTap(Tap):
    """A tap that a command starts, with its settings, and that a signal ends."""

    _is_configured = False

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        self.append_builtin_config(self.config_jsonschema)
        problems = settings.validate(self._config, self.config_jsonschema)
        self._is_configured = not problems
        if problems and raise_errors:
            raise ConfigError.of_all(problems)
        for problem in problems:
            self.logger.warning("%s", problem)
        for name in sorted(settings.WITHOUT_EFFECT_YET & self._config.keys()):
            if self._config[name] != self.config_jsonschema["properties"][name].get("default"):
                self.logger.warning("Setting '%s' has no effect in this version.", name)
        return [str(problem) for problem in problems]

    @override
    def setup_mapper(self) -> None:
        _ = self.catalog  # its errors are not those of stream maps
        try:
            super().setup_mapper()
        except MAPPING_ERRORS as error:
            raise explain_mapping_error(self.config, error) from error

    @override  # type: ignore[misc]  # final, as the SDK has one engine: this is ours
    def run_connection_test(self) -> bool:
        """Read a record of each stream, as a run does: a failure of one ends none of the others.

        Raises:
            TapError: What could not be read.
        """
        for stream in self.streams.values():
            stream.ABORT_AT_RECORD_COUNT = 1
            stream.selected = True
        self.sync_all()
        return True

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
        return read

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
        writer = LineWriter(sys.stdout.fileno())
        shutdown = ShutdownHandler(writer, cls.logger)
        shutdown.watch()
        shutdown.tap = tap = cls(
            config=config.config,
            state=read_json("state", state),
            catalog=read_catalog(read_json("catalog", catalog)),
            parse_env_config=config.parse_env,
            message_writer=writer,
        )
        selected = {name: stream.selected for name, stream in tap.streams.items()}
        for line in find_oddities(tap.input_catalog, selected):
            tap.logger.warning("%s", line)
        tap.sync_all()

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        command = super().get_singer_command()
        command.__class__ = ZohoBooksCommand
        return command
