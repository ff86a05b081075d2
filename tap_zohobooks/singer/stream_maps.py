"""The SDK's stream maps and batch files: what their errors mean."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import MapExpressionError, StreamMapConfigError

from tap_zohobooks.error_catalog import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAPS, KEY_LENGTH = "stream_maps", "flattening_max_key_length"
# An expression of a stream map may raise any of these.
MAPPING_ERRORS = (
    MapExpressionError,
    StreamMapConfigError,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    TypeError,
    ValueError,
)


def explain_mapping_error(config: Mapping[str, Any], error: Exception) -> Exception:
    """Return what an error of the SDK's mapper means; without settings of it it is a defect."""
    if config.get(MAPS):
        return Reason.STREAM_MAPS_WRONG.error(problem=_describe(error))
    if KEY_LENGTH in config and isinstance(error, ValueError):  # two columns get one name
        return Reason.SETTING_WRONG.error(setting=KEY_LENGTH, problem=_describe(error))
    return error


@contextmanager
def explain_batch_error() -> Iterator[None]:
    """Raise what an error means that keeps batch files from being written.

    Raises:
        ConfigError: The place cannot be used, or what writes there is not installed.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # the target has closed its pipe
    except (ImportError, OSError) as error:
        raise Reason.BATCH_IMPOSSIBLE.error(problem=_describe(error)) from error


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(" .:")
