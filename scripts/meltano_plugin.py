#!/usr/bin/env python
"""Write what Meltano has to know of the tap: into meltano.yml, and for Meltano Hub.

Run as `python scripts/meltano_plugin.py` where a setting has changed.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml

from tap_zohobooks.tap import TapZohoBooks

MELTANO = Path(__file__).parents[1] / "meltano.yml"
HUB = Path(__file__).parents[1] / "docs" / "hub" / "tap-zohobooks.yml"
WRITTEN = re.compile(
    r"(?<=    # Written by scripts/meltano_plugin.py\.\n).*?(?=\n  loaders:)", re.DOTALL
)
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


def rewritten(text: str) -> str:
    """Return meltano.yml with the tap's part of it made anew."""
    described = yaml.safe_dump(plugin(), sort_keys=False, width=96)
    return WRITTEN.sub(lambda _: indent(described, "    "), text)


def hub(text: str) -> str:
    """Return the definition for Meltano Hub, with the selection and the groups of meltano.yml."""
    (extractor,) = yaml.safe_load(text)["plugins"]["extractors"]
    schema = TapZohoBooks.config_jsonschema["properties"]
    described = plugin()
    for one in described["settings"]:
        if (default := schema.get(one["name"], {}).get("default")) is not None:
            one["value"] = default
    same = ("executable", "label", "name", "namespace", "select", "settings_group_validation")
    known = {name: extractor[name] for name in same}
    return yaml.safe_dump(OF_THE_HUB | described | known, width=80)


if __name__ == "__main__":
    MELTANO.write_text(rewritten(MELTANO.read_text(encoding="utf-8")), encoding="utf-8")
    HUB.write_text(hub(MELTANO.read_text(encoding="utf-8")), encoding="utf-8")
