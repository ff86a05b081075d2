"""A pool that works in one thread, in an order drawn by lot, so that a run can be repeated."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from typing_extensions import Self, override

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


class Cut(BaseException):
    """The end of a process: remaining tasks are not awaited."""


class Pool:
    """Stands in for a ThreadPoolExecutor: any of the first tasks that wait may be done next.

    Calls may overtake each other on their way, so whose turn it is to leave does not count.
    """

    def __init__(self, lot: Random, places: int) -> None:
        """Have so many tasks under way at the same time."""
        self._lot = lot
        self._places = places
        self._waiting: list[Task] = []

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Do the task if it is not cancelled."""
        while self._waiting and not (kind and issubclass(kind, Cut)):
            self.proceed()

    def submit(self, *call: Any) -> Task:
        """Take a task on; some of those that wait are done before this returns."""
        *_, work, item = call
        task = Task(self, work, item)
        self._waiting.append(task)
        while self._waiting and self._lot.randrange(2):
            self.proceed()
        return task

    def shutdown(self, *, wait: bool, cancel_futures: bool) -> None:
        """Draw whether a task that is not awaited is done."""
        assert cancel_futures
        assert not wait
        while self._waiting:
            if self._lot.randrange(2):
                self.proceed()
            del self._waiting[:1]

    def proceed(self) -> None:
        """Do one of the tasks that are under way."""
        task = self._waiting.pop(self._lot.randrange(min(self._places, len(self._waiting))))
        if not task.cancelled():
            task.work()


class Task(Future[Any]):
    """A task of such a pool."""

    def __init__(self, pool: Pool, work: Callable[[object], Any], item: object) -> None:
        """Keep what to do."""
        super().__init__()
        self._pool, self._work, self._item = pool, work, item

    def work(self) -> None:
        """Do it."""
        try:
            self.set_result(self._work(self._item))
        except Exception as error:  # noqa: BLE001  # raised by result()
            self.set_exception(error)

    @override
    def result(self, timeout: float | None = None) -> Any:
        while not self.done():
            self._pool.proceed()
        return super().result(timeout)
