"""Which streams an export reads."""

from __future__ import annotations

import pytest

from tap_zohobooks.cli.export import match_streams
from tap_zohobooks.errors import ConfigError
from tap_zohobooks.resources import TABLE

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ([], set()),
        (["invoices"], {"invoices"}),
        (["bills", "chart_of_acc*"], {"bills", "chart_of_accounts", "chart_of_account_details"}),
        (["*_aging_summary", "ar_*_summary"], {"ap_aging_summary", "ar_aging_summary"}),
        (["*"], {*TABLE}),
    ],
)
def test_patterns_name_streams(patterns: list[str], chosen: set[str]) -> None:
    """A pattern names each stream that it matches, whole; without one none is named."""
    assert match_streams(patterns, TABLE) == chosen


@pytest.mark.parametrize("pattern", ["unicorns", "invoice", "INVOICES", "unicorn*", ""])
def test_a_pattern_without_a_stream_is_an_error(pattern: str) -> None:
    """A part of a name is no pattern; what names no stream is named by the error."""
    with pytest.raises(ConfigError, match=f"'{pattern.replace('*', '[*]')}'"):
        match_streams(["invoices", pattern], TABLE)
