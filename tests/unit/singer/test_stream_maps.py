"""An error of the SDK's mapper is one of stream maps only if there are some."""

from __future__ import annotations

import pytest

from tap_zohobooks.errors import ConfigError
from tap_zohobooks.singer.stream_maps import MAPS, explain_batch_error, explain_mapping_error


def test_without_stream_maps_an_error_is_a_defect() -> None:
    """An error is one of stream maps if there are some, and stays as it is if there are none."""
    error = KeyError("x")
    assert isinstance(explain_mapping_error({MAPS: {"invoices": {}}}, error), ConfigError)
    assert explain_mapping_error({}, error) is error


def test_the_end_of_the_target_is_no_fault_of_batches() -> None:
    """A pipe that the target has closed stays that; any other error is one of the setting."""
    with pytest.raises(BrokenPipeError), explain_batch_error():
        raise BrokenPipeError
    with pytest.raises(ConfigError, match="PermissionError"), explain_batch_error():
        raise PermissionError
