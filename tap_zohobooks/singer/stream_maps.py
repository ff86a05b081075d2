"""What the SDK does on a user's wish, and how it stumbles: stream maps, and files of batches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import MapExpressionError, StreamMapConfigError

from tap_zohobooks.error_catalog import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAPS = "stream_maps"
# An expression may do to a row whatever it likes.
STUMBLES = (
    MapExpressionError,
    StreamMapConfigError,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    TypeError,
    ValueError,
)


def blame(config: Mapping[str, Any], stumble: Exception) -> Exception:
    """Return what a stumble of the SDK's mapper means; without stream maps it is a defect."""
    if not config.get(MAPS):
        return stumble
    return Reason.STREAM_MAPS_WRONG.error(problem=_named(stumble))


@contextmanager
def files_of_batches() -> Iterator[None]:
    """Tell what keeps the files of a batch from being written.

    Raises:
        ConfigError: The place cannot be used, or what writes there is not installed.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # that is the target
    except (ImportError, OSError) as error:
        raise Reason.BATCH_IMPOSSIBLE.error(problem=_named(error)) from error


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(" .:")
