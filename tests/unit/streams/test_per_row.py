"""A response is of the row that was requested, or names the key that is wrong."""

from __future__ import annotations

import pytest

from tap_zohobooks.errors import ServiceError
from tap_zohobooks.streams.per_row import check_key

ODD: tuple[object, ...] = ([], {}, [1], {"a": 1}, 1.5, "2", 2)


def check(found: object, *, may_lack: bool) -> None:
    """Check a row with a key for one that was requested."""
    check_key("bill_comments", "bills/1/comments", {"bill_id": found}, {"bill_id": "1"},
              may_lack=may_lack)  # fmt: skip


@pytest.mark.parametrize("may_lack", [True, False])
@pytest.mark.parametrize("found", ODD, ids=repr)
def test_a_key_of_any_type(found: object, *, may_lack: bool) -> None:
    """What is no key, or that of another row, is an error of the service, never one of the tap."""
    with pytest.raises(ServiceError, match="bill_id"):
        check(found, may_lack=may_lack)


@pytest.mark.parametrize("found", [None, ""])
def test_a_key_that_is_lacking(found: object) -> None:
    """A child need not name its parent."""
    check(found, may_lack=True)
    with pytest.raises(ServiceError, match="bill_id"):
        check(found, may_lack=False)


@pytest.mark.parametrize("found", ["1", 1], ids=repr)
def test_the_key_that_was_requested(found: object) -> None:
    """Text and whole number are one key."""
    check(found, may_lack=True)
    check(found, may_lack=False)
