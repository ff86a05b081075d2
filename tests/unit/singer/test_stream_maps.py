"""What the SDK does on a user's wish is blamed on the wish only where there is one."""

from __future__ import annotations

import pytest

from tap_zohobooks.errors import ConfigError
from tap_zohobooks.singer.stream_maps import MAPS, blame, files_of_batches


def test_without_stream_maps_a_stumble_is_a_defect() -> None:
    """A stumble is blamed on stream maps where there are some, and stays as it is elsewhere."""
    stumble = KeyError("x")
    assert isinstance(blame({MAPS: {"invoices": {}}}, stumble), ConfigError)
    assert blame({}, stumble) is stumble


def test_the_end_of_the_target_is_no_fault_of_batches() -> None:
    """A pipe that the target has closed is told as that, anything else as a place to set right."""
    with pytest.raises(BrokenPipeError), files_of_batches():
        raise BrokenPipeError
    with pytest.raises(ConfigError, match="PermissionError"), files_of_batches():
        raise PermissionError
