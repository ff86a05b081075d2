"""Run the commands against the double of the service, as an installed user of any system does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROWS, ORGANIZATIONS = 7, 2
SANDBOX = ("-m", "sandbox", "--rows", str(ROWS), "--organizations", str(ORGANIZATIONS))


def run(program: str, *arguments: str, folder: Path) -> str:
    """Run a command in a folder, and return its output; the log goes to standard error."""
    code = f"from tap_zohobooks.start import {program}; {program}()"
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True,
                          encoding="utf-8", timeout=300)  # fmt: skip
    return done.stdout


def write_settings(folder: Path, where: dict[str, str]) -> None:
    """Write the settings with which the tap reaches the double."""
    names = ("client_id", "client_secret", "refresh_token", "accounts_url", "api_url")
    settings = {name: where[name] for name in names} | {"token_cache": str(folder / "cache")}
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")


def check_commands(folder: Path) -> None:
    """Discover, run, and export; the rows that leave are those of the double."""
    catalog = json.loads(run("run_tap", "--config=config.json", "--discover", folder=folder))
    for entry in catalog["streams"]:
        for one in entry["metadata"]:
            if not one["breadcrumb"]:
                one["metadata"]["selected"] = entry["stream"] == "contacts"
    (folder / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    lines = run("run_tap", "--config=config.json", "--catalog=catalog.json", folder=folder)
    messages = [json.loads(line) for line in lines.splitlines()]
    rows = sum(message["type"] == "RECORD" for message in messages)
    if rows != ROWS * ORGANIZATIONS or messages[-1]["type"] != "STATE":
        msg = f"{rows} contacts arrived, not {ROWS * ORGANIZATIONS}."
        raise SystemExit(msg)
    told = run("run_command", "export", "contacts", "--to=books.xlsx", "--config=config.json",
               folder=folder)  # fmt: skip
    if str(ROWS * ORGANIZATIONS) not in told:
        msg = f"The export does not hold {ROWS * ORGANIZATIONS} contacts."
        raise SystemExit(msg)
    sys.stdout.write(told)


def main() -> None:
    """Start the double, and check the commands in an empty folder."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        subprocess.Popen([sys.executable, *SANDBOX], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                         env={**os.environ, "PYTHONUTF8": "1"}) as double,
    ):  # fmt: skip
        try:
            if double.stdout is None:
                raise SystemExit(1)
            write_settings(Path(name), json.loads(double.stdout.readline()))
            check_commands(Path(name))
        finally:
            double.kill()


if __name__ == "__main__":
    main()
