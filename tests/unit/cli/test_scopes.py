"""The scopes that streams need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from tap_zohobooks.cli.main import cli

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(cli, ["scopes", *arguments])


def test_the_shortest_scopes() -> None:
    """Streams need the scopes of their areas, and settings to see the organizations."""
    result = run("invoices", "invoice_comments", "vendor_credits")
    needed = "ZohoBooks.debitnotes.READ,ZohoBooks.invoices.READ,ZohoBooks.settings.READ"
    assert result.stdout == f"{needed}\n"


def test_a_catalog_selects(tmp_path: Path) -> None:
    """With a catalog the selected streams count."""
    metadata = [{"breadcrumb": [], "metadata": {"selected": True}}]
    schema = {"type": "object", "properties": {"bill_id": {"type": "string"}}}
    stream = {"tap_stream_id": "bills", "stream": "bills", "schema": schema, "metadata": metadata}
    catalog = tmp_path / "catalog.json"
    catalog.write_text(json.dumps({"streams": [stream]}))
    assert run("--catalog", str(catalog)).stdout == "ZohoBooks.bills.READ,ZohoBooks.settings.READ\n"


def test_the_default_selection() -> None:
    """Without a selection the streams count that are selected by default."""
    assert "ZohoBooks.contacts.READ" in run().stdout.split(",")


def test_unknown_streams_are_named() -> None:
    """A stream that does not exist is an error."""
    result = run("nonsense")
    assert result.exit_code == 78
    assert "'nonsense'" in result.stderr
