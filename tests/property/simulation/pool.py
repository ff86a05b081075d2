"""A pool that works in one thread, in an order drawn by lot, so that a run can be repeated."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


class Cut(BaseException):
    """The end of a process: remaining tasks are not awaited."""


class Pool:
    """Stands in for a WorkerPool: any of the first tasks that wait may be done next.

    Calls may overtake each other on their way, so whose turn it is to leave does not count.
    """

    def __init__(self, lot: Random, places: int, work: Callable[[object], Any]) -> None:
        """Have so many tasks under way at the same time."""
        self._lot = lot
        self._places = places
        self._work = work
        self._waiting: list[Task] = []

    def submit(self, item: object) -> Task:
        """Take a task on; some of those that wait are done before this returns."""
        task = Task(self, self._work, item)
        self._waiting.append(task)
        while self._waiting and self._lot.randrange(2):
            self.proceed()
        return task

    def close(self) -> None:
        """Leave what is not done behind; the map has cancelled it."""
        assert all(task.cancelled() for task in self._waiting)
        self._waiting.clear()

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
