#!/usr/bin/env python
"""Write what Meltano has to know of the tap: a lock file for this project, and for Meltano Hub.

Run as `python scripts/meltano_plugin.py` where a setting has changed.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import yaml

from tap_zohobooks.settings import REFRESH
from tap_zohobooks.streams.discovery import MODULE
from tap_zohobooks.streams.registry import STREAM_TYPES
from tap_zohobooks.tap import TapZohoBooks

LOCK = Path(__file__).parents[1] / "plugins" / "extractors" / "tap-zohobooks--maintainers.lock"
HUB = Path(__file__).parents[1] / "docs" / "hub" / "tap-zohobooks.yml"
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
    "pip_url": "tap-zohobooks",
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
    return [f"{name}.*" for name in [*names, f"{MODULE}*"]]


def build_definition() -> dict[str, Any]:
    """Return the definition of the tap, with the defaults of its settings."""
    schema = TapZohoBooks.config_jsonschema["properties"]
    described = plugin()
    for one in described["settings"]:
        if (default := schema.get(one["name"], {}).get("default")) is not None:
            one["value"] = default
    return OF_THE_HUB | described | {"select": list_selected()}


def hub() -> str:
    """Return the definition for Meltano Hub."""
    return yaml.safe_dump(build_definition(), width=80)


def lock() -> str:
    """Return the lock file of this project's own plugin, which Meltano reads in place of the Hub.

    Its settings have no values: Meltano would give the tap each as one that a user has set.
    """
    definition = {"plugin_type": "extractors"} | OF_THE_HUB | plugin()
    return json.dumps(definition | {"select": list_selected()}, indent=2) + "\n"


if __name__ == "__main__":
    LOCK.parent.mkdir(exist_ok=True)
    LOCK.write_text(lock(), encoding="utf-8")
    HUB.write_text(hub(), encoding="utf-8")
