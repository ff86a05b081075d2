"""What is deleted in Zoho Books is deleted in a database, and nothing else: on a real target."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import sql

from demo.postgres import Database, run_postgres
from tests.e2e.pipeline.conftest import Shell, selecting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import World

pytestmark = pytest.mark.pipeline

TARGET = Path(__file__).parents[3] / ".tools" / "target-postgres" / "bin" / "target-postgres"
WHOLE, CHANGED = "FULL_TABLE", "INCREMENTAL"

Keys = set[tuple[str, str]]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """Run a PostgreSQL server for these tests."""
    with run_postgres() as running:
        yield running


@dataclass
class Pipeline:
    """The tap and the target, each a process of its own, and the state that the target echoed."""

    shell: Shell
    config: dict[str, Any]
    database: Database
    schema: str
    hard_delete: bool
    state: dict[str, Any] | None = None

    def run(self, method: str) -> None:
        """Load the invoices, replicated by a method."""
        catalog = selecting("invoices")
        for entry in catalog["streams"]:
            (root,) = (one["metadata"] for one in entry["metadata"] if not one["breadcrumb"])
            root["replication-method"] = method if entry["stream"] == "invoices" else None
        files = {"catalog": catalog} | ({"state": self.state} if self.state else {})
        read = self.shell.sync(self.config, **files)
        assert read.returncode == 0
        loaded = subprocess.run(
            [str(TARGET), "--config", self.shell.file("target.json", self._settings())],
            input=read.stdout,
            capture_output=True,
            text=True,
            check=True,
        )
        self.state = json.loads(loaded.stdout.splitlines()[-1])

    def _settings(self) -> dict[str, Any]:
        place = self.database
        return {
            "host": place.host,
            "port": place.port,
            "user": place.user,
            "password": place.password,
            "database": place.name,
            "default_target_schema": self.schema,
            "hard_delete": self.hard_delete,
            "use_copy": True,
        }

    def keys(self, where: str = "true") -> Keys:
        """Return organization and key of the invoices in the database."""
        query = sql.SQL("SELECT organization_id, invoice_id FROM {table} WHERE {where}").format(
            table=sql.Identifier(self.schema, "invoices"), where=sql.SQL(where)
        )
        with self.database.connect() as connection:
            return {(row[0], row[1]) for row in connection.execute(query)}

    @property
    def live(self) -> Keys:
        """Return those that are not marked as deleted."""
        return self.keys("_sdc_deleted_at IS NULL")


def held(world: World) -> Keys:
    """Return organization and key of the invoices that the service holds."""
    return {
        (row["organization_id"], key)
        for row in world.organizations
        for key in world.ids(row["organization_id"], "invoices")
    }


def delete_one_each(world: World) -> Keys:
    """Delete an invoice of each organization, and return them."""
    doomed = {min(key for key in held(world) if key[0] == row["organization_id"])
              for row in world.organizations}  # fmt: skip
    for organization, key in doomed:
        world.delete(organization, "invoices", key)
    return doomed


@pytest.fixture
def pipeline(
    request: pytest.FixtureRequest, shell: Shell, config: dict[str, Any], database: Database
) -> Pipeline:
    """Return a pipeline into a schema of its own that deletes rows, or marks them."""
    schema = f"books_{request.node.originalname}_{request.param}"
    return Pipeline(shell, config, database, schema[:63], request.param == "hard")


@pytest.mark.parametrize("pipeline", ["hard", "soft"], indirect=True)
def test_deleted_documents(pipeline: Pipeline, world: World) -> None:
    """A whole read removes what is gone, though a run by bookmark has loaded it."""
    pipeline.run(CHANGED)
    before = held(world)
    assert pipeline.live == before
    gone = delete_one_each(world)
    pipeline.run(WHOLE)
    assert pipeline.live == held(world) == before - gone
    assert pipeline.keys() == (before - gone if pipeline.hard_delete else before)


@pytest.mark.parametrize("pipeline", ["hard"], indirect=True)
def test_an_organization_that_was_skipped(pipeline: Pipeline, world: World) -> None:
    """While one organization cannot be read no row is deleted; once it can, what is gone is."""
    pipeline.run(CHANGED)
    before = held(world)
    delete_one_each(world)
    skipped = world.organizations[1]["organization_id"]
    world.refuse("invoices", 400, 100, "Not available in your plan.", organization_id=skipped)
    pipeline.run(WHOLE)
    assert pipeline.live == before
    world.refusals.clear()
    pipeline.run(WHOLE)
    assert pipeline.live == held(world)
