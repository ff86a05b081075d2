"""Check the settings that the SDK adds, of which its own schema leaves much open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th
from singer_sdk.typing import DEFAULT_JSONSCHEMA_VALIDATOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jsonschema.exceptions import ValidationError

_ENCODING = th.ObjectType(
    th.Property("format", th.StringType, required=True, allowed_values=["jsonl", "parquet"]),
    th.Property("compression", th.StringType, allowed_values=["gzip", "none"]),
    additional_properties=False,
)
_STORAGE = th.ObjectType(
    th.Property("root", th.StringType, required=True), th.Property("prefix", th.StringType),
    th.Property("params", th.ObjectType(additional_properties=True)), additional_properties=False,
)  # fmt: skip
_BATCHES: dict[str, Any] = th.ObjectType(
    th.Property("encoding", _ENCODING, required=True),
    th.Property("storage", _STORAGE, required=True),
    th.Property("batch_size", th.IntegerType(minimum=1)), additional_properties=False,
).to_dict()  # fmt: skip
_SCHEMA = th.PropertiesList(
    th.Property("batch_config", th.CustomType(_BATCHES)),
    th.Property("flattening_max_depth", th.IntegerType(minimum=0)),
    th.Property("flattening_max_key_length", th.IntegerType(minimum=1)),
).to_dict()


def find_problems(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each setting that is wrong, as `batch_config.batch_size`, and what is wrong with it."""
    stated = {name: value for name, value in config.items() if value != {}}  # that is none
    for error in DEFAULT_JSONSCHEMA_VALIDATOR(_SCHEMA).iter_errors(stated):
        yield ".".join(map(str, error.path)), describe_rule(error)


def find_missing(error: ValidationError) -> str | None:
    """Return the setting that is missing; None if the error is another one."""
    return error.message.split("'")[1] if error.validator == "required" else None


def describe_rule(error: ValidationError) -> str:
    """Return what a value breaks, without the value: it may be a secret of another setting."""
    validator, rule, schema = error.validator, error.validator_value, error.schema
    match validator, rule:
        case "required", _:
            return f"it lacks '{find_missing(error)}'"
        case "additionalProperties", _ if isinstance(schema, dict):
            return f"it holds more than {', '.join(schema['properties'])}"
        case "enum", list():
            return f"it is none of {', '.join(str(one) for one in rule if one is not None)}"
        case "type", list() | str():
            types = [rule] if isinstance(rule, str) else rule
            return f"it is no {' or '.join(str(one) for one in types if one != 'null')}"
        case "minimum" | "maximum" | "exclusiveMinimum", int() | float():
            return f"it is not within its {validator} of {rule}"
        case _:
            return f"it is not of the right {validator}"
