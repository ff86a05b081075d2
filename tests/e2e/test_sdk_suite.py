"""The SDK's standard suite over every stream, against the double of the service."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class
from typing_extensions import override

from sandbox import World
from sandbox.server.serving import serve
from tap_zohobooks.tap import TapZohoBooks
from tests.e2e.reading_reports import ABSENT, ONCE, log_deletion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from singer_sdk import Stream
    from singer_sdk.testing.runners import TapTestRunner

# Served for as long as the tests run: the suite is parametrised when this module is imported.
_WORLD = World.build(rows=12, requests_per_minute=10**6, daily_quota=10**6)
log_deletion(_WORLD)
_SERVING = serve(_WORLD)
_BASE = _SERVING.__enter__()

_CONFIG = {
    **asdict(_WORLD.credentials),
    "accounts_url": _BASE,
    "api_url": _BASE,
    "token_cache": "off",
    "requests_per_minute": 10**6,
    **ONCE,
}


class SelectedTap(TapZohoBooks):
    """The tap with every stream selected that the double has, whatever it costs."""

    @override
    def discover_streams(self) -> Sequence[Stream]:
        streams = [one for one in super().discover_streams() if one.name not in ABSENT]
        for stream in streams:
            stream.selected_by_default = True
        return streams


TestTapZohoBooks = get_tap_test_class(
    tap_class=SelectedTap,
    config=_CONFIG,
    suite_config=SuiteConfig(max_records_limit=None),
    parse_env_config=False,
)


@pytest.fixture(scope="class", autouse=True)
def _drop_messages(runner: TapTestRunner) -> Iterator[None]:
    """Drop what the suite's run has brought: 300 MB of objects to look at in later tests."""
    yield
    for messages in (
        runner.raw_messages,
        runner.schema_messages,
        runner.record_messages,
        runner.state_messages,
        runner.records,
    ):
        messages.clear()
