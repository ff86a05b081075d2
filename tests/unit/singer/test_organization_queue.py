"""The partitions of an organization, as threads take them."""

from __future__ import annotations

import threading
from collections import deque
from typing import cast

from tap_zohobooks.singer.organization_queue import OrganizationQueue
from tap_zohobooks.singer.stream import SingerStream, StreamPartition

LONG, SHORT = 20.0, 0.05  # seconds: that no test takes unless something hangs; that one does wait


def partitions(number: int) -> list[StreamPartition]:
    """Return partitions of no stream."""
    return [StreamPartition(cast("SingerStream", None), None, None) for _ in range(number)]


def test_each_is_taken_once_in_order() -> None:
    """And then there is none."""
    first, second = given = partitions(2)
    queue = OrganizationQueue(deque(given))
    found = []
    for _ in range(3):
        with queue.take() as one:
            found.append(one)
    assert found == [first, second, None]


def test_several_are_read_at_the_same_time() -> None:
    """One that is not alone keeps no other back, and neither does the end of the queue."""
    first, second = given = partitions(2)
    queue = OrganizationQueue(deque(given))
    with queue.take() as one, queue.take() as other, queue.take() as none:
        assert (one, other, none) == (first, second, None)


def test_none_is_left_once_it_is_over() -> None:
    """After a failure of the organization, its other partitions stay."""
    queue = OrganizationQueue(deque(partitions(1)), is_over=True)
    with queue.take() as one:
        assert one is None


def test_no_later_one_is_begun_beside_one_alone() -> None:
    """Another thread waits until it was read, also if its reader fails."""
    first, second = given = partitions(2)
    queue = OrganizationQueue(deque(given), frozenset({first}))
    taken = threading.Event()
    found: list[object] = []

    def take() -> None:
        with queue.take() as one:
            found.append(one)
            taken.set()

    thread = threading.Thread(target=take)
    try:
        with queue.take() as one:
            assert one is first
            thread.start()
            assert not taken.wait(SHORT)
            raise TimeoutError  # noqa: TRY301  # its reader fails
    except TimeoutError:
        pass
    assert taken.wait(LONG)
    thread.join(LONG)
    assert found == [second]
