"""On real clocks, in real processes: at the ceiling, and never over it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.ceiling import CEILING, MINUTE, Measured, Setup, measure

pytestmark = pytest.mark.timed

WINDOW = 5.0  # seconds that stand for a minute, in the tap and in the double
SCALE = WINDOW / MINUTE
STALL = 3.0  # seconds

# An answer of three seconds leaves five calls in flight no second to spare: a hundred a minute.
# What a call costs besides does not shrink with the window, so there is one more in flight here.
LATENCIES = {0.1: 5, 1.0: 5, 3.0: 6}


def measured(*setups: Setup) -> list[Measured]:
    """Measure all at the same time; mostly they wait."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(measure, setups))


def is_full(one: Measured) -> bool:
    """Tell whether windows were full: a call counts until its answer, which shows in short ones."""
    return one.rate >= 0.98 * CEILING * WINDOW / (WINDOW + one.setup.latency)


def test_windows_are_full() -> None:
    """However slow the answers, every window after the first is full, and no call refused.

    A machine that is busy with other work lowers a rate, and nothing raises it: what falls short
    is measured again, twice at most.
    """
    setups = [
        Setup(3 * CEILING + 10, latency * SCALE, WINDOW, concurrency=concurrency)
        for latency, concurrency in LATENCIES.items()
    ]
    for _ in range(3):
        found = measured(*setups)
        assert [one.refused for one in found] == [{}] * len(setups)
        setups = [one.setup for one in found if not is_full(one)]
        if not setups:
            break
    assert not setups


def test_documents_take_the_limits_time() -> None:
    """320 documents, read by one tap or by two, take three windows, and no call is refused."""
    found = measured(
        Setup(320, 0.3 * SCALE, WINDOW),
        Setup(160, 0.3 * SCALE, WINDOW, taps=2),
    )
    assert [one.refused for one in found] == [{}, {}]
    for one in found:
        assert 320 < len(one.arrivals) < 325
        assert one.beat <= 1.05


def test_a_service_that_stalls_refuses_no_call() -> None:
    """Calls that a service was late to take are not taken for early ones, by one tap or by two."""
    found = measured(
        Setup(320, 0.0, WINDOW, concurrency=10, stall=STALL),
        Setup(160, 0.0, WINDOW, taps=2, stall=STALL),
    )
    assert [one.refused for one in found] == [{}, {}]
