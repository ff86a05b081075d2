"""What the weekly refresh of Meltano Hub makes of the definition of a plugin built with the SDK.

It reads `--about --format=json`, and writes settings, capabilities and versions of Python anew: by
the rules of `hub-utils` in https://github.com/meltano/hub, as of August 2026.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GROUPS = "settings_group_validation"
AS_SECRETS = ("password", "id", "token", "key", "secret")  # a text with one in its name is one
DATES = ("start_date", "end_date")
UPPER = ("aws", "url", "id", "api", "ssh", "ssl", "gzip", "jsonl")
CAPABILITIES = {"about", "activate-version", "batch", "catalog", "discover", "log-based",
                "properties", "schema-flattening", "state", "stream-maps", "structured-logging",
                "test"}  # fmt: skip


def refresh(definition: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition after a refresh; its other parts stay.

    Groups of settings stay too, as the required settings alone are a shorter text than they.
    """
    schema = about["settings"]
    groups = [[*schema.get("required", ())]]
    if len(str(groups)) <= len(str(definition[GROUPS])):
        groups = definition[GROUPS]
    return {
        **definition,
        "settings": [build_setting(name, value) for name, value in list_settings(schema)],
        "capabilities": [one for one in about["capabilities"] if one in CAPABILITIES],
        "supported_python_versions": [
            one for one in about["supported_python_versions"] if re.fullmatch(r"3\.\d+", one)
        ],
        GROUPS: groups,
    }


def list_settings(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the settings of a schema; those within an object have names with dots."""
    for name, value in schema["properties"].items():
        is_object = "object" in value.get("type", "string") and value.get("properties")
        if is_object and name != "stream_maps":
            yield from list_settings(value, f"{path}{name}.")
        else:
            yield path + name, value


def build_setting(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a setting as the refresh writes it."""
    kind = find_kind(name, schema)
    described = {"name": name, "label": schema["title"], "description": schema["description"],
                 "kind": kind}  # fmt: skip
    if kind == "options":
        values = [one for one in schema["enum"] if one is not None]
        described["options"] = [{"label": make_label(one), "value": one} for one in values]
    if schema.get("default") is not None and kind != "date_iso8601":
        described["value"] = schema["default"]
    if kind == "password":
        described["sensitive"] = True
    return described


def find_kind(name: str, schema: Mapping[str, Any]) -> str:
    """Return the kind of a setting; formats and `secret` have no influence."""
    if name == "faker_config.locale":
        return "array"
    types = schema.get("type", "string")
    kind: str = next(one for one in ([types] if isinstance(types, str) else types) if one != "null")
    if kind == "string":
        if name in DATES:
            return "date_iso8601"
        if any(word in name for word in AS_SECRETS):
            return "password"
        return "options" if schema.get("enum") else "string"
    return "integer" if kind == "number" else kind


def make_label(value: str) -> str:
    """Return the label of an option."""
    words = re.split(r"[_.-]", value)
    return " ".join(one.upper() if one in UPPER else one.title() for one in words)


def list_rewritten(text: str) -> list[str]:
    """Return what the refresh would rewrite in a description: sentences, and words with a dot."""
    sentences = [one for one in text.split(". ") if not (one[0].isupper() or one[0] == "'")]
    words = [one for one in text.split() if "." in one[:-1] and not re.search(r"http|[`\"]", one)]
    return sentences + words
