"""Rows and documents of each edition fit the columns: nothing is left over."""

from __future__ import annotations

from collections.abc import Callable
from csv import DictReader
from dataclasses import replace

import pytest

from sandbox.data.editions import TABLE, get_edition_shape
from sandbox.data.organizations import EDITIONS
from tap_zohobooks import resources
from tap_zohobooks.transform.column_names import to_snake_case
from tests.conftest import Service

Make = Callable[..., Service]

STREAMS = {
    resource.name: (resources.TABLE[resource.of or resource.name].list_path, bool(resource.of))
    for group in (
        resources.INCREMENTAL, resources.WHOLE, resources.DATED, resources.FILTERED,
        resources.DETAILED, resources.BULK, resources.WHOLE_DETAILED,
    )
    for resource in group
}  # fmt: skip
STREAMS |= {
    "organizations": ("organizations", False),
    "organization_details": ("organizations", True),
}
ROWS = 6  # one of each variant of a shape
# No column may have this name in target-postgres: see tests/unit/test_schemas.py
ASIDE = {("organizations", "version"), ("organization_details", "version")}


@pytest.mark.parametrize("edition", sorted(EDITIONS))
def test_documents_of_an_edition_leave_nothing_over(
    service: Make, edition: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Every field that its rows and documents have is a column, and every value fits its type.

    But one, which is kept in additional_fields.
    """
    spec = replace(EDITIONS[edition], custom_fields=(), modules=())
    made = service(rows=ROWS, organizations=[spec], requests_per_minute=10_000)
    made.world.limits.daily_quota = 100_000
    run = made.complete(list(STREAMS), organization_ids=made.organizations)
    left = {
        (message["stream"], name): value
        for message in run.messages
        if message["type"] == "RECORD"
        for name, value in (message["record"].get("additional_fields") or {}).items()
    }
    assert left.keys() <= ASIDE
    assert caplog.text.count("is not in the schema") == len(left)
    assert "does not fit its type" not in caplog.text
    for stream, (collection, is_document) in STREAMS.items():
        part = "document" if is_document else "row"
        shape = get_edition_shape(edition, collection.replace("/", "."), part)
        found = {to_snake_case(name) for record in run.records(stream) for name in record}
        aside = {name for name in shape if (stream, name) in left}
        assert {*map(to_snake_case, shape)} - aside <= found, stream


def test_the_editions_are_known_by_the_double() -> None:
    """No line of the table is of an edition that no organization has."""
    with TABLE.open(encoding="utf-8") as lines:
        named = {
            one for line in DictReader(lines, delimiter="\t") for one in line["editions"].split()
        }
    assert named == set(EDITIONS)
