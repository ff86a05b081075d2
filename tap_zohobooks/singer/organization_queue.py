"""The partitions of an organization, in the order in which threads take them to read."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_zohobooks.singer.stream import SingerStream, StreamPartition
from tap_zohobooks.singer.turns import is_read_alone, sort_by_turn
from tap_zohobooks.singer.whole_reads import log_not_due

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Sequence

    from singer_sdk import Stream
    from singer_sdk.helpers.types import Context


@dataclass(slots=True, eq=False)
class OrganizationQueue:
    """One organization's partitions; a failure that concerns all of them ends it.

    While one that is `alone` is read, no later one is begun: together they may need more than the
    calls of a day, and none would be read to its end.
    """

    partitions: deque[StreamPartition]
    alone: frozenset[StreamPartition] = frozenset()
    is_over: bool = False
    _reads_alone: bool = False
    _change: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def take(self) -> Iterator[StreamPartition | None]:
        """Take the next partition within the block, for any thread; None if none is left to read.

        Wait while one that is alone is read.
        """
        with self._change:
            self._change.wait_for(lambda: not self._reads_alone)
            found = None if self.is_over or not self.partitions else self.partitions.popleft()
            is_alone = found in self.alone
            self._reads_alone = is_alone
        try:
            yield found
        finally:
            if is_alone:
                with self._change:
                    self._reads_alone = False
                    self._change.notify_all()


def build_queues(
    streams: Sequence[Stream], context: Context | None, logger: logging.Logger
) -> list[OrganizationQueue]:
    """Return a queue for each organization of the selected streams, of what is due, in its turn.

    `context` chooses one organization, and reads it whatever is due.
    """
    found: dict[str, list[StreamPartition]] = {}
    selected = [one for one in streams if isinstance(one, SingerStream) and one.selected]
    for stream in selected:
        for one in [context] if context else stream.choose_partitions():
            partition = StreamPartition(stream, one, stream.start(one))
            found.setdefault(partition.organization, []).append(partition)
    log_not_due(selected, logger)
    return [
        OrganizationQueue(deque(sort_by_turn(own)), frozenset(filter(is_read_alone, own)))
        for own in found.values()
    ]
