"""What the program can print, it prints: a page that holds something else is stale."""

from __future__ import annotations

import re
from pathlib import Path

from tap_zohobooks import resources, settings

README = Path(__file__).parents[1] / "README.md"


def settings_table() -> str:
    """Return the settings as the README shows them."""
    lines = ["| Setting | Required | Default | Description |", "|:--|:-:|:-:|:--|"]
    for name, schema in settings.SCHEMA["properties"].items():
        required = "yes" if name in settings.SCHEMA["required"] else ""
        default = schema.get("default", "")
        shown = str(default).lower() if isinstance(default, bool) else default
        lines.append(f"| `{name}` | {required} | {shown} | {schema['description']} |")
    return "\n".join(lines)


def test_the_readme_shows_the_settings() -> None:
    """The table between the marks is the one that the settings make."""
    found = re.search(r"<!-- settings: begin .*?-->\n(.*?)\n<!-- settings: end -->",
                      README.read_text(), re.DOTALL)  # fmt: skip
    assert found is not None
    assert found[1] == settings_table()


def test_the_readme_names_every_stream() -> None:
    """Each stream stands in the README's table of streams."""
    text = README.read_text()
    missing = [name for name in resources.TABLE if not re.search(rf"\b{name}\b", text)]
    assert missing == []


def test_the_readme_names_the_two_commands() -> None:
    """The README begins with the two commands."""
    assert README.read_text().index("make demo") < README.read_text().index("make test") < 1500
