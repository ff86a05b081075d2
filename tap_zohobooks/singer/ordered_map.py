"""A concurrent map whose results come in the order of its items."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

_In = TypeVar("_In")
_Out = TypeVar("_Out")

ITEMS_A_PLACE = 2


def ordered_map(
    places: int, work: Callable[[_In], _Out], items: Iterable[_In]
) -> Generator[tuple[_In, _Out], None, None]:
    """Call `work` for `places` items at the same time; yield each item and its result, in order.

    At most two items a place wait for their turn to be yielded. The first failure, in the order of
    the items, ends the map after all results before it; those behind it are dropped.

    Raises:
        Exception: What `work` raised.
    """
    waiting: deque[tuple[_In, Future[_Out]]] = deque()
    with ThreadPoolExecutor(places) as pool:
        try:
            for item in items:
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) > ITEMS_A_PLACE * places:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()
