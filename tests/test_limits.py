"""Pace, quota and patience are arithmetic over a clock that is passed in."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_zohobooks.errors import Crowded, Fault, Throttled
from tap_zohobooks.limits import Patience, Quota, Window, waits


def test_waits_double_up_to_a_minute() -> None:
    """A 429 without Retry-After backs off 5, 10, 20, 40, 60, 60 seconds."""
    assert list(islice(waits(5.0), 6)) == [5, 10, 20, 40, 60, 60]


@given(
    st.lists(st.floats(0, 30), min_size=1, max_size=120),
    st.integers(1, 20),
    st.floats(1, 60),
)
def test_window_is_never_overfull(gaps: list[float], capacity: int, length: float) -> None:
    """However calls come, no more than the capacity leave within any window's length."""
    window, now, left = Window(capacity, length), 0.0, []
    for gap in gaps:
        now += gap
        left.append(now + window.reserve(now))
    assert all(late - early > length for early, late in zip(left, left[capacity:], strict=False))


def test_window_lets_a_burst_through() -> None:
    """As many calls as the window holds leave at once, the next one a window later."""
    window = Window(100)
    assert {window.reserve(5.0) for _ in range(100)} == {0.0}
    assert window.reserve(5.0) == pytest.approx(60.6)


def test_window_holds_for_all() -> None:
    """After a 429 nothing leaves until the wait is over."""
    window = Window(2)
    window.hold(10.0, 20.0)
    assert window.reserve(12.0) == pytest.approx(18.0)
    assert window.reserve(30.0) == 0.0


HEADERS = {"X-Rate-Limit-Limit": "1000", "X-Rate-Limit-Remaining": "5", "X-Rate-Limit-Reset": "60"}


def test_quota_is_read_from_an_answer() -> None:
    """The headers tell the day's calls, what is left, and when the day resets."""
    assert Quota.read(HEADERS, 100.0) == Quota(1000, 5, 160.0)
    assert Quota.read(HEADERS | {"X-Rate-Limit-Remaining": "-82"}, 0.0) == Quota(1000, -82, 60.0)


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("value", [None, "many"])
def test_quota_unknown(name: str, value: str | None) -> None:
    """Absent or unreadable headers tell nothing."""
    headers = {key: text for key, text in HEADERS.items() if key != name}
    assert Quota.read(headers if value is None else headers | {name: value}, 0.0) is None


@pytest.mark.parametrize(
    ("now", "reserve", "in_flight", "allowed"),
    [
        (0.0, 0, 0, True),
        (0.0, 4, 0, True),
        (0.0, 5, 0, False),
        (0.0, 0, 4, True),
        (0.0, 0, 5, False),
        (60.0, 900, 0, True),
    ],
)
def test_quota_allows(now: float, reserve: int, in_flight: int, allowed: bool) -> None:  # noqa: FBT001
    """A call may leave if it and those in flight leave the reserve; a new day is full again."""
    assert Quota(1000, 5, 60.0).allows(now, reserve=reserve, in_flight=in_flight) is allowed


def test_faults_are_bounded() -> None:
    """A service that only stumbles is asked six times in all."""
    patience = Patience(900.0)
    tries = [patience.wait_for(Fault("x")) for _ in range(6)]
    assert tries == [1, 2, 4, 8, 16, None]


def test_throttling_is_waited_for_up_to_the_longest_wait() -> None:
    """429s are waited for until max_wait_seconds are spent, then the call gives up."""
    patience = Patience(80.0)
    assert [patience.wait_for(Throttled(44, None)) for _ in range(5)] == [5, 10, 20, 40, None]
    assert Patience(80.0).wait_for(Throttled(43, 3600.0)) is None
    assert Patience(80.0).wait_for(Throttled(43, 7.0)) == 7.0
    assert Patience(80.0).wait_for(Throttled(43, 0.0)) == 5.0


def test_crowding_is_waited_for_briefly() -> None:
    """Too many calls at once: a second, then two, or what Retry-After says."""
    patience = Patience(80.0)
    assert [patience.wait_for(Crowded(None)) for _ in range(2)] == [1, 2]
    assert patience.wait_for(Crowded(3.0)) == 3.0
