"""Values that the streams of a run share, each computed once by the first thread that asks."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_Value = TypeVar("_Value")


class Once:
    """Computes the value of a key once; others wait for it. A failure is not kept."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = defaultdict(threading.Lock)
        self._values: dict[Hashable, object] = {}

    def get(self, key: Hashable, compute: Callable[[], _Value]) -> _Value:
        """Return the value of a key.

        Raises:
            Exception: What `compute` raised.
        """
        with self._lock:
            lock = self._locks[key]
        with lock:
            if key not in self._values:
                self._values[key] = compute()
            return self._values[key]  # type: ignore[return-value]  # that of the same key
