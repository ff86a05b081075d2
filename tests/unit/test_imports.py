"""Imports without garbage collection."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from tap_zohobooks.imports import skip_collection

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def unfrozen() -> Iterator[None]:
    """Leave the collector as it was."""
    yield
    gc.unfreeze()


def test_what_is_imported_is_frozen() -> None:
    """The collector is off for the block alone, and never looks at what the block has made."""
    with skip_collection():
        assert not gc.isenabled()
        made: list[object] = [[] for _ in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= len(made)


def test_an_import_that_fails() -> None:
    """The collector is on again after an error."""
    with pytest.raises(ImportError), skip_collection():
        raise ImportError
    assert gc.isenabled()
