"""The pipeline itself: `meltano run` against the double, into the demo's database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo.processes import run_program

if TYPE_CHECKING:
    from pathlib import Path

    from demo.postgres import Database
    from demo.service import Service

EXTRACTOR, LOADER = "tap-zohobooks", "target-postgres"
BOOKS = "dbt:build"
PREFIXES = ("DBT_", "MELTANO_", "TAP_ZOHOBOOKS_", "TARGET_POSTGRES_", "ZOHO_BOOKS_", "ZOHOBOOKS_")
RUN_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many seconds a run took, and why it failed; the end of its log has been printed then."""

    seconds: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Meltano's program, the folder of its state, and the service and database that it connects."""

    meltano: Path
    folder: Path
    service: Service
    database: Database

    def build_environment(self) -> dict[str, str]:
        """Return the environment of a run, with the double's settings and no real account's."""
        others = {key: value for key, value in os.environ.items() if not key.startswith(PREFIXES)}
        return others | {
            "MELTANO_AUTO_INSTALL": "false",
            "MELTANO_CLI_LOG_FORMAT": "plain",
            "MELTANO_DATABASE_URI": f"sqlite:///{self.folder / 'meltano.db'}",
            "NO_COLOR": "1",
            "TAP_ZOHOBOOKS_CLIENT_ID": self.service.client_id,
            "TAP_ZOHOBOOKS_CLIENT_SECRET": self.service.client_secret,
            "TAP_ZOHOBOOKS_REFRESH_TOKEN": self.service.refresh_token,
            "TAP_ZOHOBOOKS_TOKEN_CACHE": str(self.folder / "tokens"),
            "TARGET_POSTGRES_DATABASE": self.database.name,
            "TARGET_POSTGRES_HOST": self.database.host,
            "TARGET_POSTGRES_PASSWORD": self.database.password,
            "TARGET_POSTGRES_PORT": str(self.database.port),
            "TARGET_POSTGRES_USER": self.database.user,
            "ZOHOBOOKS_SANDBOX_URL": self.service.base_url,
        }

    def run(self, *more: str) -> Outcome:
        """Load once, run more plugins after the loader, and return how that has ended."""
        # A .env beside meltano.yml holds a real account's credentials: it must not be read.
        variables = self.folder / "empty.env"
        variables.touch()
        command = [str(self.meltano), "--environment=sandbox", f"--env-file={variables}"]
        log, plugins = self.folder / "meltano.log", (EXTRACTOR, LOADER, *more)
        started = time.monotonic()
        with (
            log.open("w") as output,
            run_program(
                [*command, "run", *plugins],
                stop_signal=signal.SIGINT,  # Meltano ends its plugins at a Ctrl-C, not at SIGTERM
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.build_environment(),
            ) as process,
        ):
            code = process.wait(RUN_SECONDS)
        seconds = time.monotonic() - started
        if not code:
            return Outcome(seconds)
        sys.stderr.write("".join(log.read_text().splitlines(keepends=True)[-60:]))
        return Outcome(seconds, f"`meltano run {' '.join(plugins)}` ended with {code}.")
