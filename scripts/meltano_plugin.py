#!/usr/bin/env python
"""Write what Meltano has to know of the tap: a lock file for this project, and for Meltano Hub.

Run as `python scripts/meltano_plugin.py` where a setting has changed.
"""

from __future__ import annotations

import copy
import json
import tomllib
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from hub_refresh import refresh
from tap_zohobooks.settings import REFRESH
from tap_zohobooks.streams.discovery import MODULE
from tap_zohobooks.streams.registry import STREAM_TYPES
from tap_zohobooks.tap import TapZohoBooks
from tap_zohobooks.transform.column_names import DETAILS

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "plugins" / "extractors" / "tap-zohobooks--maintainers.lock"
HUB = ROOT / "docs" / "hub" / "tap-zohobooks.yml"
# Without a repository in pyproject.toml: an address that cannot exist, as the name on PyPI, which
# is not taken yet, could become that of another package.
NO_REPOSITORY = "https://git.example/tap-zohobooks.git"
CLIENT = ["client_id", "client_secret"]
KINDS = {
    "array": "array",
    "boolean": "boolean",
    "integer": "integer",
    "number": "decimal",
    "object": "object",
    "string": "string",
}
# Texts for Meltano, which would refuse a value in another spelling before the tap reads it.
ANY_SPELLING = {"organization_ids", "region"}
# Fields of the Hub only. The submitter of the definition adds `repo` and `variant`.
OF_THE_HUB = {
    "description": "Accounting software",
    "executable": "tap-zohobooks",
    "label": "Zoho Books",
    "name": "tap-zohobooks",
    "namespace": "tap_zohobooks",
    "settings_group_validation": [
        [*CLIENT, REFRESH],
        [*CLIENT, "access_token"],
        [*CLIENT, "grant_type", "organization_ids"],
    ],
    "domain_url": "https://www.zoho.com/books/",
    "keywords": ["api", "meltano_sdk"],
    "logo_url": "/assets/logos/extractors/zohobooks.svg",
    "maintenance_status": "beta",
    "quality": "unknown",
    "variant": "maintainers",
}


def kind(schema: dict[str, Any]) -> str:
    """Return Meltano's kind for a setting of the tap."""
    if "enum" in schema:
        return "options"
    if schema.get("format") in {"date", "date-time"}:
        return "date_iso8601"
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    return next(KINDS[name] for name in types if name in KINDS)


def build_setting(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe one setting the way Meltano wants it."""
    described = {
        "name": name,
        "label": schema["title"],
        "kind": "string" if name in ANY_SPELLING else kind(schema),
        "description": schema["description"],
    }
    if "enum" in schema and name not in ANY_SPELLING:
        values = [value for value in schema["enum"] if value is not None]
        described["options"] = [{"label": value, "value": value} for value in values]
    if schema.get("secret"):
        described["sensitive"] = True
    return described


def plugin() -> dict[str, Any]:
    """Describe the tap: what `tap-zohobooks --about` says, in Meltano's words."""
    schema = copy.deepcopy(TapZohoBooks.config_jsonschema)
    TapZohoBooks.append_builtin_config(schema)
    return {
        "capabilities": sorted(str(one.value) for one in TapZohoBooks.capabilities),
        "settings": [build_setting(name, value) for name, value in schema["properties"].items()],
    }


def list_selected() -> list[str]:
    """Return the patterns that select what the catalog selects by default, custom modules too."""
    kinds = {one.name: kind for kind, rows in STREAM_TYPES.items() for one in rows}
    names = sorted(name for name, kind in kinds.items() if kind.selected_by_default)
    return [f"{name}.*" for name in [*names, f"!{MODULE}*{DETAILS}", f"{MODULE}*"]]


def find_pip_url() -> str:
    """Return what pip installs: the repository, until the package is on PyPI."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return "git+" + str(project.get("urls", {}).get("Repository", NO_REPOSITORY))


def build_definition() -> dict[str, Any]:
    """Return the definition for Meltano Hub, as its refresh leaves it."""
    own = {"pip_url": find_pip_url(), "select": list_selected()}
    return refresh(OF_THE_HUB | own, describe_tap())


def describe_tap() -> dict[str, Any]:
    """Return what `tap-zohobooks --about --format=json` prints."""
    with redirect_stdout(StringIO()) as printed:
        TapZohoBooks.print_about("json")
    found: dict[str, Any] = json.loads(printed.getvalue())
    return found


def hub() -> str:
    """Return the definition for Meltano Hub."""
    return yaml.safe_dump(build_definition(), width=80)


def lock() -> str:
    """Return the lock file of this project's own plugin, which Meltano reads in place of the Hub.

    Its settings have no values: Meltano would give the tap each as one that a user has set.
    """
    definition = {"plugin_type": "extractors"} | OF_THE_HUB | {"pip_url": find_pip_url()}
    return json.dumps(definition | plugin() | {"select": list_selected()}, indent=2) + "\n"


if __name__ == "__main__":
    LOCK.parent.mkdir(exist_ok=True)
    LOCK.write_text(lock(), encoding="utf-8")
    HUB.write_text(hub(), encoding="utf-8")
