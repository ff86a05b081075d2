"""The README's picture is what the commands show."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir

import picture
from sandbox import World
from sandbox.data.organizations import PRESETS
from sandbox.data.times import count_seconds_to_midnight
from tests.ports import free_port

LONGEST = 90  # seconds that the commands may take, on a machine that is busy
README = Path(__file__).parents[3] / "README.md"
# What differs from run to run, and from commit to commit.
VARIABLE = (r"127\.0\.0\.1:\d+", r"resetat[\dT:+-]+", r"tap-zohobooksv[^,]+", r"SDKv[\d.]+")


def stable(svg: str) -> list[str]:
    """Return what a picture says, but for what cannot be the same twice."""
    lines = picture.text_in(svg)
    for pattern in VARIABLE:
        lines = [re.sub(pattern, "...", line) for line in lines]
    return lines


def midnight_apart() -> None:
    """Wait where the organization's day would end meanwhile: its calls would be counted anew."""
    left = count_seconds_to_midnight(datetime.now(UTC), PRESETS[0].time_zone)
    if left < LONGEST:
        time.sleep(left + 1)


def test_the_picture_is_what_the_commands_show() -> None:
    """Login, doctor and run say today, line by line, what the picture says."""
    midnight_apart()
    drawn = picture.draw(picture.record(free_port()))
    assert stable(drawn) == stable(picture.PICTURE.read_text(encoding="utf-8"))


def test_the_picture_shows_a_success() -> None:
    """It has all three commands, each check passes, rows arrive, and it ends well."""
    said = picture.text_in(picture.PICTURE.read_text(encoding="utf-8"))
    commands = [line.split("--")[0] for line in said if line.startswith("$")]
    assert commands[:3] == ["$zohobookslogin", "$zohobooksdoctor", "$tap-zohobooks"]
    assert sum(line.startswith("pass") for line in said) >= 11
    assert not [line for line in said if "FAIL" in line or "ERROR" in line or "Traceback" in line]
    assert said[-1] == "900"


def test_the_picture_tells_no_secret_and_fetches_nothing() -> None:
    """No secret, no path of a machine, and no font from elsewhere stands in it."""
    svg = picture.PICTURE.read_text(encoding="utf-8")
    known = World.build(rows=0).credentials
    assert known.client_id in svg
    for part in (known.client_secret, known.refresh_token, gettempdir(), str(Path.home())):
        assert part not in svg
    assert not re.search(r"@font-face|@import|href|url\((?!#)", svg)


def test_the_readme_shows_it() -> None:
    """The picture stands after the first commands."""
    begin, _, end = README.read_text(encoding="utf-8").partition("](docs/images/first-row.svg)")
    assert "zohobooks login" in begin
    assert end
