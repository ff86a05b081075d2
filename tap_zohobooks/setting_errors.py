"""Say what is wrong with a setting, from what the validation of its schema has found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jsonschema.exceptions import best_match

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.json_objects import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonschema.exceptions import ValidationError

    from tap_zohobooks.errors import TapError


def find_missing(error: ValidationError) -> str | None:
    """Return the setting, or the part of one, that is missing; None if the error is another one."""
    return error.message.split("'")[1] if error.validator == "required" else None


def explain_setting_error(error: ValidationError) -> TapError:
    """Return the error of a setting: it names the setting, and the part of it that is wrong."""
    missing = find_missing(error)
    if missing and not error.path:
        return Reason.SETTING_MISSING.error(setting=missing, why="every run needs it")
    if not error.path:
        return Reason.SETTING_UNKNOWN.error(problem=shorten(error.message))
    innermost = best_match([error])
    part = ".".join(map(str, innermost.absolute_path))
    subject = "it" if len(innermost.absolute_path) == 1 else f"'{shorten(part)}'"
    problem = f"{subject} {_describe_rule(innermost)}"
    return Reason.SETTING_WRONG.error(setting=error.path[0], problem=problem)


def _describe_rule(error: ValidationError) -> str:
    """Return what a value breaks, without the value: it may be a secret of another setting."""
    validator, rule, schema = error.validator, error.validator_value, error.schema
    match validator, rule:
        case "required", _:
            return f"lacks '{find_missing(error)}'"
        case "additionalProperties", _ if isinstance(schema, dict):
            return f"holds more than {', '.join(schema['properties'])}"
        case "enum", list():
            return f"is none of {', '.join(str(one) for one in rule if one is not None)}"
        case "type", list() | str():
            return f"is no {' or '.join(_list_types(rule))}"
        case "anyOf" | "oneOf", list():
            return f"is none of {', '.join(one for schema in rule for one in _list_values(schema))}"
        case "minimum" | "maximum" | "exclusiveMinimum", int() | float():
            return f"is not within its {validator} of {rule}"
        case _:
            return f"is not of the right {validator}"


def _list_values(schema: Mapping[str, object]) -> list[str]:
    """Return what one of several alternatives accepts: a value, or types."""
    match schema:
        case {"const": value}:
            return [str(value)]
        case {"type": types}:
            return _list_types(types)
        case _:
            return []


def _list_types(rule: object) -> list[str]:
    """Return the types that a schema accepts, without null: no setting is refused for being so."""
    types = rule if isinstance(rule, list) else [rule]
    return [str(one) for one in types if one != "null"]
