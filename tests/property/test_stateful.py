"""Whatever happens to a service between any two calls, and to a run: one quiet run mends all."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import engine
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from typing_extensions import override

from tests.conftest import story_seed
from tests.property.simulation import (
    Change,
    Delete,
    End,
    Event,
    History,
    Insert,
    Setting,
    Treat,
    Trouble,
    Wait,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARDS = 2  # one a core
EXAMPLES = int(os.environ.get("ZOHOBOOKS_EXAMPLES", "500"))
SEED = story_seed()
# A history that fails is told as short as these seconds can make it; hypothesis would take 300, and
# warns as if it had.
SHRINKING = int(os.environ.get("ZOHOBOOKS_SHRINKING", "60"))


STREAMS = (
    "contacts", "invoices", "items", "journals", "purchase_orders",  # lists
    "invoice_details", "item_details",  # documents
    "contact_persons", "credit_note_refunds", "invoice_payments", "users",  # all of it, every time
)  # fmt: skip

small = st.integers(0, 9)
places = st.integers(0, 7)
HONOUR = st.sampled_from(["honoured", "ignored", "refused"])
FILTER = st.sampled_from(["honoured", "ignored", "refused", "equality", "after"])

changes = st.one_of(
    st.builds(Change, places, st.integers(0, 30), small, st.booleans(), st.integers(0, 9)),
    st.builds(Delete, places, st.integers(0, 30)),
    st.builds(Insert, places, st.integers(1, 6) | st.just(40), small, st.booleans()),
)
troubles = st.builds(
    Trouble,
    st.sampled_from(["500", "html", "drop", "cut", "429:44", "429:43:7", "1070", "45"]),
    st.integers(1, 7),
) | st.builds(Trouble, st.just("cancel"))
treats = st.builds(Treat, places, HONOUR, FILTER, st.booleans())
lies = st.builds(Treat, places, st.just("ignored"), FILTER, st.just("lies"))
events = st.one_of(
    changes, changes, changes, treats, lies, troubles, st.builds(Wait, st.integers(1, 90))
)
quiet_events = st.one_of(changes, changes, st.builds(Wait, st.integers(1, 90)), treats, lies)
ends = st.builds(
    End,
    st.sampled_from(["message", "call"]),
    st.integers(0, 60),
    st.sampled_from(["killed", "stopped"]),
    st.integers(0, 8),
)


class Story(RuleBasedStateMachine):
    """A service, changed and read in turns; at its end one quiet run must have mended all."""

    history: History

    @initialize(
        setting=st.builds(
            Setting,
            st.sets(st.sampled_from(STREAMS), min_size=1, max_size=3).map(sorted).map(tuple),
            page_size=st.sampled_from([2, 3, 4, 6, 12]),
            lookback=st.sampled_from([0, 1, 5, 30]),
            seconds_a_call=st.integers(0, 2),
            concurrency=st.integers(1, 4),
            ends_whole=st.booleans(),
            held_rows=st.sampled_from([10, 5000]),
        ),
        treated=st.lists(treats | lies, max_size=3),
        rows=st.lists(
            st.tuples(st.integers(0, 3), st.integers(0, 7), st.integers(1, 5)), max_size=12
        ),
    )
    def found(
        self, setting: Setting, treated: list[Treat], rows: list[tuple[int, int, int]]
    ) -> None:
        """Begin with some rows, and with lists that have their ways."""
        self.history = History(setting)
        for one in treated:
            self.history.books.happen(one)
        for wait, place, number in rows:
            self.history.books.clock.now += wait
            self.history.books.happen(Insert(place, number))

    @rule(events=st.lists(quiet_events, min_size=1, max_size=5))
    def change(self, events: list[Event]) -> None:
        """Let the service change while no run reads it."""
        for event in events:
            self.history.books.happen(event)

    @rule(
        events=st.lists(st.tuples(st.integers(0, 5), events), max_size=10),
        end=st.none() | ends,
        lot=st.integers(0, 99),
        is_whole=st.sampled_from([False, False, True]),
    )
    def run(
        self, events: list[tuple[int, Event]], end: End | None, lot: int, *, is_whole: bool
    ) -> None:
        """Read it while it changes, all or what changed, and cut it somewhere, or let it end."""
        self.history.run(events, end, lot, is_whole=is_whole)

    @override
    def teardown(self) -> None:
        self.history.settle()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Histories would log more than anybody reads."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_nothing_is_lost(shard: int) -> None:
    """Whatever happens between any two calls, after one quiet run the target is equal."""
    story = seed(f"{SEED}/{shard}")(type(f"Story{shard}", (Story,), {}))
    with mock.patch.object(engine, "MAX_SHRINKING_SECONDS", SHRINKING):
        run_state_machine_as_test(
            story,
            settings=settings(
                max_examples=EXAMPLES // SHARDS,
                stateful_step_count=5,
                deadline=None,
                print_blob=True,
                database=None,
                suppress_health_check=list(HealthCheck),
                report_multiple_bugs=False,
            ),
        )
