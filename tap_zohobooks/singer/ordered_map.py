"""Work that is done at the same time, its calls leaving in the order in which it was given out.

When the day's quota ends, what has been fetched is then all that comes before what has not.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

_In = TypeVar("_In")
_Out = TypeVar("_Out")


class Turn:
    """The place of one piece of work in the order."""

    def __init__(self, before: Turn | None = None) -> None:
        """Come after another one, or first."""
        self._before = before
        self._over = threading.Event()

    def run(self, work: Callable[[_In], _Out], item: _In) -> _Out:
        """Do the work; the first call that it makes waits for those of the work before it."""
        mark = _TURN.set(self)
        try:
            return work(item)
        finally:
            _TURN.reset(mark)
            self.come()  # work without a call passes on what it was given

    def come(self) -> None:
        """Wait until the turn before is over."""
        if self._before is not None:
            self._before.wait()
            self._before = None

    def wait(self) -> None:
        """Wait until this turn is over."""
        self._over.wait()

    def end(self, _: object = None) -> None:
        """Let the next one come; whoever has done the work, or called it off, may say so."""
        self._over.set()


_TURN: ContextVar[Turn | None] = ContextVar("_TURN", default=None)


@contextmanager
def in_turn() -> Iterator[None]:
    """Let a call of this thread leave within the block, when its turn has come."""
    turn = _TURN.get()
    if turn is None:
        yield
        return
    turn.come()
    try:
        yield
    finally:
        turn.end()


def ordered_map(
    places: int, work: Callable[[_In], _Out], items: Iterable[_In]
) -> Generator[tuple[_In, _Out], None, None]:
    """Work on some items at the same time, and yield them in order with what came out.

    The calls leave in that order, too.
    """
    waiting: deque[tuple[_In, Future[_Out]]] = deque()
    turn = None
    with ThreadPoolExecutor(places) as pool:
        try:
            for item in items:
                turn = Turn(before=turn)
                future = pool.submit(turn.run, work, item)
                future.add_done_callback(turn.end)
                waiting.append((item, future))
                if len(waiting) > 2 * places:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()
