"""What the program can print, it prints: a page that holds something else is stale."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import docs
from meltano_plugin import LOCK
from stream_texts import SOURCES
from tap_zohobooks import resources
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.resources import Report
from tap_zohobooks.streams.lists import Undocumented
from tap_zohobooks.streams.registry import STREAM_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

README = Path(__file__).parents[2] / "README.md"


def test_the_page_of_settings_is_the_printed_one() -> None:
    """docs/settings.md is what the program prints."""
    page = README.parent / "docs" / "settings.md"
    assert page.read_text() == docs.settings_page()


def test_the_page_of_streams_is_the_printed_one() -> None:
    """docs/streams.md is what the program prints."""
    page = README.parent / "docs" / "streams.md"
    assert page.read_text() == docs.streams_page()


def test_each_stream_says_what_it_is_known_by() -> None:
    """A stream that is newer than the files has one other source; every name is of a stream."""
    newer = {
        one.name
        for kind, rows in STREAM_TYPES.items()
        for one in rows
        if issubclass(kind, Undocumented)
    }
    named = [name for names in SOURCES.values() for name in names]
    assert len(named) == len(set(named))
    assert {name for name in named if not isinstance(resources.TABLE[name], Report)} == newer


def test_the_page_of_errors_is_the_printed_one() -> None:
    """docs/errors.md is what the program prints."""
    page = README.parent / "docs" / "errors.md"
    assert page.read_text() == docs.errors_page()


def test_the_readme_and_the_page_of_errors_have_the_same_exit_codes() -> None:
    """Both know the codes that an error has, 0, and that of a command line that is wrong."""
    found = re.search(r"\| Exit code \|.*?\n\n", README.read_text(), re.DOTALL)
    assert found is not None
    shown = {int(code) for codes in re.findall(r"^\| ([\d, ]+) \|", found[0], re.MULTILINE)
             for code in codes.split(",")}  # fmt: skip
    page = (README.parent / "docs" / "errors.md").read_text()
    intro, _, table = page.partition("| Error |")
    listed = {int(code) for code in re.findall(r"`[\w-]+` \| (\d+) \|", table)}
    named = {int(code) for code in re.findall(r"\bwith (\d+)", intro)}
    assert listed == {reason.kind.exit_code for reason in Reason}
    assert shown == listed | named


@pytest.mark.parametrize(
    ("option", "page"),
    [("", docs.streams_page), ("--errors", docs.errors_page), ("--settings", docs.settings_page)],
)
def test_the_command_prints_a_page(
    option: str,
    page: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The command prints each page."""
    monkeypatch.setattr("sys.argv", ["docs.py", *option.split()])
    docs.main()
    assert capsys.readouterr().out == page()


def test_meltano_selects_what_is_cheap() -> None:
    """The default selection leaves out exactly the streams that cost a call a row."""
    selected = [pattern.removesuffix(".*") for pattern in locked()["select"]]
    assert fnmatch("cm_vehicle", selected[-1])
    left_out = {one for one in resources.TABLE if not any(fnmatch(one, each) for each in selected)}
    kinds = {one.name: kind for kind, rows in STREAM_TYPES.items() for one in rows}
    dear = {name for name, kind in kinds.items() if not kind.selected_by_default}
    assert left_out == dear


def locked() -> dict[str, Any]:
    """Return the definition of the tap that Meltano reads."""
    found: dict[str, Any] = json.loads(LOCK.read_text())
    return found


def snippets(page: str, language: str) -> list[str]:
    """Return the blocks of a language in a page of the documentation."""
    text = (README.parent / "docs" / page).read_text()
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def methods(snippet: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the metadata that a snippet of meltano.yml sets, or its schedules' variables do."""
    found: dict[str, dict[str, str]] = {}
    for extractor in snippet.get("plugins", {}).get("extractors", []):
        found |= extractor["metadata"]
    for schedule in snippet.get("schedules", []):
        found |= json.loads(schedule["env"]["TAP_ZOHOBOOKS__METADATA"])
    return found


def test_the_snippets_of_meltano_fit_its_file() -> None:
    """Each names plugins, settings and jobs of meltano.yml, and lists that can be read whole."""
    known = yaml.safe_load((README.parent / "meltano.yml").read_text())
    plugins = {one["name"]: one for group in known["plugins"].values() for one in group}
    plugins["tap-zohobooks"] = locked()
    found = [yaml.safe_load(text) for text in snippets("deletes.md", "yaml")]
    for snippet in found:
        assert snippet.keys() <= known.keys()
        for group, listed in snippet.get("plugins", {}).items():
            for one in listed:
                assert one["name"] in {plugin["name"] for plugin in known["plugins"][group]}
                settings_known = {setting["name"] for setting in plugins[one["name"]]["settings"]}
                assert one.get("config", {}).keys() <= settings_known
        jobs = {job["name"] for job in known["jobs"]}
        assert {schedule["job"] for schedule in snippet.get("schedules", [])} <= jobs
    chosen = {name: rule for snippet in found for name, rule in methods(snippet).items()}
    assert chosen.keys() <= {one.name for one in resources.INCREMENTAL}
    assert {str(rule) for rule in chosen.values()} == {"{'replication-method': 'FULL_TABLE'}"}


def test_the_commands_of_meltano_choose_a_method() -> None:
    """The variable of the command is JSON, and names a list that can be read whole."""
    (command,) = snippets("deletes.md", "sh")
    found = re.search(r"TAP_ZOHOBOOKS__METADATA='(.*?)'", command)
    assert found is not None
    chosen = json.loads(found[1])
    assert chosen == {"invoices": {"replication-method": "FULL_TABLE"}}


def test_the_readme_names_the_two_commands() -> None:
    """The README begins with the two commands."""
    assert README.read_text().index("make demo") < README.read_text().index("make test") < 1500


def test_the_readme_takes_two_screens() -> None:
    """It is short, with the picture below the first screen, and links every page."""
    lines = README.read_text().splitlines()
    (picture,) = [number for number, line in enumerate(lines, 1) if "first-row.svg" in line]
    assert 40 < picture < len(lines) <= 116
    pages = {path.name for path in (README.parent / "docs").glob("*.md")}
    assert pages == {*re.findall(r"\(docs/([\w-]+\.md)\)", README.read_text())}


@pytest.mark.parametrize("page", [*sorted(README.parent.glob("docs/*.md")), README], ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    """A link within the project names a file that exists."""
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []
