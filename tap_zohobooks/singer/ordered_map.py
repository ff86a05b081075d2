"""A concurrent map whose results come in the order of its items."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

_In = TypeVar("_In")
_Out = TypeVar("_Out")

ITEMS_A_PLACE = 2


def ordered_map(
    places: int,
    work: Callable[[_In], _Out],
    items: Iterable[_In],
    *,
    note_next: Callable[[bool], object] = bool,
) -> Generator[tuple[_In, _Out], None, None]:
    """Call `work` for `places` items at the same time; yield each item and its result, in order.

    At most two items a place wait for their turn to be yielded. The first failure, in the order of
    the items, ends the map after all results before it; those behind it are dropped. Neither the
    map nor the process waits for the calls that are under way then. Before each result, `note_next`
    is called with whether the one behind it is there as well.

    Raises:
        Exception: What `work` raised.
    """
    waiting: deque[tuple[_In, Future[_Out]]] = deque()
    pool = WorkerPool(places, work)
    try:
        for item in items:
            waiting.append((item, pool.submit(item)))
            if len(waiting) > ITEMS_A_PLACE * places:
                yield _take_first(waiting, note_next)
        while waiting:
            yield _take_first(waiting, note_next)
    finally:
        for _, future in waiting:
            future.cancel()
        pool.close()


def _take_first(
    waiting: deque[tuple[_In, Future[_Out]]], note_next: Callable[[bool], object]
) -> tuple[_In, _Out]:
    first, future = waiting.popleft()
    result = future.result()
    note_next(bool(waiting) and waiting[0][1].done())
    return first, result


class WorkerPool(Generic[_In, _Out]):
    """Threads that call `work`; unlike those of an executor, the interpreter leaves them behind."""

    def __init__(self, places: int, work: Callable[[_In], _Out]) -> None:
        """Prepare for so many calls at the same time; threads start when items come."""
        self._places = places
        self._work = work
        self._jobs = SimpleQueue[tuple[Future[_Out], _In] | None]()
        self._threads = 0

    def submit(self, item: _In) -> Future[_Out]:
        """Have a thread call `work` with an item; without any thread, call it here."""
        if self._threads < self._places and self._start_thread():
            self._threads += 1
        future: Future[_Out] = Future()
        if self._threads:
            self._jobs.put((future, item))
        else:
            _complete(future, self._work, item)
        return future

    def _start_thread(self) -> bool:
        """Start a thread; return False if the machine has none left: fewer do the same work."""
        try:
            threading.Thread(target=self._run, daemon=True).start()
        except (RuntimeError, MemoryError):
            return False
        return True

    def close(self) -> None:
        """Let each thread end after its call."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, item = job
            if future.set_running_or_notify_cancel():
                _complete(future, self._work, item)


def _complete(future: Future[_Out], work: Callable[[_In], _Out], item: _In) -> None:
    try:
        result = work(item)
    except BaseException as failure:  # noqa: BLE001  # raised again where the result is used
        future.set_exception(failure)
    else:
        future.set_result(result)
