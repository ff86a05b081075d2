"""The command line of the tap: what does not read a stream does without the tap's imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk.tap_base import CliTestOptionValue
from typing_extensions import override

from tap_zohobooks.imports import skip_collection
from tap_zohobooks.singer.command import CommandLineTap

if TYPE_CHECKING:
    import click

    from tap_zohobooks.tap import TapZohoBooks


class TapCommand(CommandLineTap):
    """Singer tap for Zoho Books."""

    @classmethod
    @override
    def invoke(cls, *, about: bool = False, **options: Any) -> None:
        """Print what the tap is, or run it; see --help."""
        if about:
            super().invoke(about=about, **options)
        else:
            _import_tap().invoke(**options)

    @classmethod
    @override
    def cb_discover(cls, ctx: click.Context, param: click.Option, value: bool) -> None:
        """Print the catalog with `--discover`."""
        if value:
            _import_tap().cb_discover(ctx, param, value)

    @classmethod
    @override
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """Test the connection with `--test`."""
        if value != CliTestOptionValue.Disabled.value:
            _import_tap().cb_test(ctx, param, value)


def _import_tap() -> type[TapZohoBooks]:
    with skip_collection():
        from tap_zohobooks.tap import TapZohoBooks

    return TapZohoBooks
