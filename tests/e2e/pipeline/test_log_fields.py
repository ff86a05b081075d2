"""Warnings and the last line of a run have fields, so that an alert needs no pattern."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.e2e.pipeline.conftest import selecting

if TYPE_CHECKING:
    from sandbox import World
    from tests.e2e.pipeline.conftest import Shell

ORGANIZATION = "927270289"
LOGGING = """
version: 1
disable_existing_loggers: false
formatters:
  own:
    (): singer_sdk.logging.StructuredFormatter
handlers:
  errors:
    class: logging.StreamHandler
    formatter: own
    stream: ext://sys.stderr
root:
  level: INFO
  handlers: [errors]
"""


def run(shell: Shell, config: dict[str, Any], *streams: str) -> tuple[int, list[dict[str, Any]]]:
    """Run the tap with a log of JSON; return its exit code, and the lines from warnings on."""
    given = ["--config", shell.file("config.json", config),
             "--catalog", shell.file("catalog.json", selecting(*streams))]  # fmt: skip
    done = shell.run(*given, SINGER_SDK_LOG_CONFIG=shell.file("log.yaml", LOGGING))
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return done.returncode, [one for one in lines if one["level"] in {"warning", "error"}]


def test_the_last_line_has_fields(shell: Shell, world: World, config: dict[str, Any]) -> None:
    """Error, exit code, stream, organization, calls and quota are fields of the last line."""
    world.refuse("settings/taxes", 400, 15, "Please ensure that it is right.", ORGANIZATION)
    code, lines = run(shell, config, "taxes", "contacts")
    fields = lines[-1]["extra"]
    assert code == fields["exit_code"] == 1
    assert (fields["error"], fields["stream"]) == ("refused", "taxes")
    assert fields["organization_id"] == ORGANIZATION
    assert fields["calls"] >= 3
    assert fields["quota_left"].keys() == world.holdings.keys()


def test_a_warning_has_fields(shell: Shell, world: World, config: dict[str, Any]) -> None:
    """A stream of one organization that is skipped is named by fields."""
    world.refuse("settings/taxes", 401, 57, "You are not authorized.", ORGANIZATION)
    code, lines = run(shell, config, "taxes", "contacts")
    assert code == 0
    fields = lines[0]["extra"]
    assert (fields["stream"], fields["organization_id"]) == ("taxes", ORGANIZATION)
    assert {"calls", "quota_left"} <= fields.keys()
    assert lines[-1]["extra"]["stream"] == "taxes"  # of the summary


def test_a_wrong_setting_has_fields(shell: Shell, config: dict[str, Any]) -> None:
    """A run that ends before its first request has the error's name and exit code."""
    code, lines = run(shell, {**config, "page_size": 500}, "taxes")
    assert code == 78
    assert lines[-1]["extra"] == {"error": "setting-wrong", "exit_code": 78}
