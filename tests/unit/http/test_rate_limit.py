"""Pace, quota and patience are arithmetic over a clock that is passed in."""

from __future__ import annotations

import heapq
from itertools import islice

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_zohobooks.http.rate_limit import (
    CALM,
    LOST,
    TRAVEL,
    AdaptiveConcurrency,
    Quota,
    Rate,
    RetryBudget,
    SlidingWindow,
    waits,
)
from tap_zohobooks.http.responses import Failure, fail

HUNDRED = Rate(100)
SERVER_ERROR = fail(500, 1000, "text")


def waiting(status: int, code: int | None, wait: float | None) -> Failure:
    """Return a failure whose Retry-After is so many seconds."""
    return fail(status, code, "text", {} if wait is None else {"Retry-After": str(wait)})


def rate_limited(code: int | None, wait: float | None) -> Failure:
    """Return a refusal for too many requests a minute."""
    return waiting(429, code, wait)


def too_many_concurrent(wait: float | None) -> Failure:
    """Return a refusal for too many requests at the same time."""
    return waiting(429, 1070, wait)


def test_waits_double_up_to_a_minute() -> None:
    """Waits after faults double, up to a minute each."""
    assert list(islice(waits(5.0), 6)) == [5, 10, 20, 40, 60, 60]


def wait_for_slot(window: SlidingWindow, now: float, ceiling: Rate) -> float:
    """Wait as long as the window says, and return when the call leaves."""
    while (wait := window.take(now, ceiling)) > 0:
        now += wait
    return now


PLACES, PROMPT = 10, 8

calls = st.lists(st.tuples(st.floats(0, 5), st.floats(0, LOST)), min_size=30, max_size=60)


@given(calls, st.floats(0.01, 9), st.integers(1, 9), st.floats(5, 60))
def test_window_is_never_overfull(
    made: list[tuple[float, float]], work: float, number: int, length: float
) -> None:
    """However calls come and however late they arrive, no window sees more than it may.

    The service counts a call when it arrives, and works on it after that; one in some is prompt.
    """
    window, ceiling, now = SlidingWindow(), Rate(number, length), 0.0
    arrivals: list[float] = []
    flying: list[tuple[float, float]] = []
    for place, (gap, travel) in enumerate(made):
        now += gap
        while True:
            if len(flying) == PLACES:
                now = max(now, flying[0][0])
            while flying and flying[0][0] <= now:
                answered, left = heapq.heappop(flying)
                window.record_response(left, answered, ceiling)
            if (wait := window.take(now, ceiling)) <= 0:
                break
            now += wait
        travelled = travel if place % PROMPT else min(travel, TRAVEL)
        arrivals.append(now + travelled)
        heapq.heappush(flying, (now + travelled + work, now))
    arrivals.sort()
    crowded = zip(arrivals, arrivals[number:], strict=False)
    assert all(late - early > length for early, late in crowded)


def test_window_lets_a_burst_through() -> None:
    """As many calls as the window holds leave at once, the next one a window later."""
    window = SlidingWindow()
    assert {window.take(5.0, HUNDRED) for _ in range(100)} == {0.0}
    assert window.take(5.0, HUNDRED) == pytest.approx(70.06)


def test_an_answer_frees_its_place_sooner() -> None:
    """A call that was answered at once has arrived by then, and counts from there."""
    window, one = SlidingWindow(), Rate(1)
    window.take(0.0, one)
    window.record_response(0.0, 0.2, one)
    assert window.take(1.0, one) == pytest.approx(59.26)


def called(window: SlidingWindow, ceiling: Rate, now: float, taken: float) -> float:
    """Let a call leave that is answered after some seconds; return when the next may leave."""
    left = wait_for_slot(window, now, ceiling)
    window.record_response(left, left + taken, ceiling)
    return left + taken + window.take(left + taken, ceiling) - left


def test_slow_answers_keep_no_place() -> None:
    """Where answers usually take three seconds a call counts as one that travelled half of one."""
    window, one = SlidingWindow(), Rate(1)
    found = [called(window, one, 100.0 * n, 3.0) for n in range(40)]
    assert found[0] == pytest.approx(63.06)
    assert found[-1] == pytest.approx(60.56)


def test_a_late_answer_keeps_its_place() -> None:
    """A call that takes two seconds longer than usual may have been as long on its way."""
    window, one = SlidingWindow(), Rate(1)
    for number in range(40):
        called(window, one, 100.0 * number, 0.1)
    assert called(window, one, 4000.0, 2.1) == pytest.approx(62.16)
    for number in range(40):
        called(window, one, 5000.0 + 100.0 * number, 3.0)
    assert called(window, one, 9000.0, 5.0) == pytest.approx(62.56)


def test_a_service_that_stalls_delays_all_of_its_calls() -> None:
    """Calls that a service did not take for seconds count from there, the last as the first."""
    window, ten = SlidingWindow(), Rate(10)
    for number in range(40):
        called(window, ten, 100.0 * number, 0.1)
    for _ in range(10):
        assert window.take(5000.0, ten) == 0.0
    for _ in range(10):
        window.record_response(5000.0, 5003.0, ten)
    assert min(window.frees) == pytest.approx(5063.06)


jumps = pytest.mark.parametrize("jump", [-1e9, -3600.0, 3600.0, 1e9])


@jumps
def test_a_clock_that_jumps_costs_a_window_at_most(jump: float) -> None:
    """After the clock was set forward or back a full window empties as if its calls were lost."""
    window, now = SlidingWindow(), 1e9
    for _ in range(100):
        window.take(now, HUNDRED)
    assert window.take(now + jump, HUNDRED) <= 70.07
    assert wait_for_slot(window, now + jump, HUNDRED) <= now + jump + 70.07


@jumps
def test_a_clock_that_jumps_costs_a_block_at_most(jump: float) -> None:
    """After the clock was set forward or back a block lasts no longer than it was to last."""
    window, now = SlidingWindow(), 1e9
    window.record_refusal(now, now, rate_limited(44, None), HUNDRED, 0.0)
    assert window.take(now + jump, HUNDRED) <= 60.0


def test_what_others_know_is_known_here() -> None:
    """A window that went through a file is the same window."""
    window = SlidingWindow()
    for second in range(99):
        window.take(float(second) / 10, HUNDRED)
    window = msgspec.json.decode(msgspec.json.encode(window), type=SlidingWindow)
    assert window.take(10.0, HUNDRED) == 0.0
    assert window.take(10.0, HUNDRED) > 50.0


BLOCK = rate_limited(44, None)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (rate_limited(44, None), [60, 90, 120, 150]),
        (rate_limited(43, None), [60, 90, 120, 150]),
        (rate_limited(43, 0.0), [60, 90, 120, 150]),
        (rate_limited(43, 3600.0), [3600, 3600, 3600, 3600]),
        (rate_limited(None, None), [5, 10, 20, 40]),
        (rate_limited(None, 7.0), [7, 7, 7, 7]),
        (rate_limited(9, None), [5, 10, 20, 40]),
    ],
)
def test_a_block_is_waited_for(kind: Failure, found: list[float]) -> None:
    """Blocks wait as told, else a minute and longer each time; a 429 without reason backs off."""
    window, now, held = SlidingWindow(), 0.0, []
    for _ in found:
        now = wait_for_slot(window, now, HUNDRED)
        held.append(window.record_refusal(now, now, kind, HUNDRED, 0.0))
    assert held == pytest.approx(found)


def test_a_block_is_never_waited_for_too_long() -> None:
    """The wait for a block without Retry-After grows to 300 s and no further."""
    window, now = SlidingWindow(), 0.0
    for _ in range(40):
        now = wait_for_slot(window, now, HUNDRED)
        held = window.record_refusal(now, now, BLOCK, HUNDRED, 0.0)
    assert held == pytest.approx(300.0)


@pytest.mark.parametrize("held", [3601.0, 315360000.0, 1e300])
def test_a_block_of_the_cache_is_an_hour_at_most(held: float) -> None:
    """A wait that another program has written is capped where it is read."""
    window = SlidingWindow(refused_at=1000.0, held=held)
    window = msgspec.json.decode(msgspec.json.encode(window), type=SlidingWindow)
    assert 3600.0 <= window.get_hold(1000.0) <= 3600.0 * 1.1
    assert wait_for_slot(window, 1000.0, HUNDRED) <= 1000.0 + 3600.0 * 1.1


def test_a_block_holds_all_back() -> None:
    """After a refusal nothing leaves until its wait is over; then all may."""
    window = SlidingWindow()
    window.take(0.0, HUNDRED)
    window.record_refusal(0.0, 1.0, BLOCK, HUNDRED, 0.0)
    assert window.take(21.0, HUNDRED) == pytest.approx(40.0)
    assert window.take(61.0, HUNDRED) == 0.0


def test_waits_are_jittered() -> None:
    """Up to a tenth is added to a wait, so that machines do not come back at the same moment."""
    assert SlidingWindow().record_refusal(0.0, 0.0, BLOCK, HUNDRED, 0.5) == pytest.approx(63.0)


def test_the_longest_wait_counts() -> None:
    """Of several refusals of one moment the one that asks for the longest wait is heeded."""
    window = SlidingWindow()
    for second, kind in enumerate((rate_limited(43, 70.0), BLOCK, rate_limited(43, 90.0), BLOCK)):
        held = window.record_refusal(0.0, float(second), kind, HUNDRED, 0.0)
    assert held == pytest.approx(89.0)


def test_calls_of_one_moment_are_refused_once() -> None:
    """Five calls in flight that meet the same block lower the pace once and wait once."""
    window = SlidingWindow()
    for _ in range(5):
        window.take(0.0, HUNDRED)
    held = [window.record_refusal(0.0, 0.1 * n, BLOCK, HUNDRED, 0.0) for n in range(5)]
    assert window.capacity(0.5, HUNDRED) == 80
    assert held[-1] == pytest.approx(60.0)
    assert window.blocks == 1


def test_the_pace_is_learned() -> None:
    """A refused pace falls by a fifth, and rises by one call of a hundred a window."""
    window = SlidingWindow()
    window.record_refusal(0.0, 0.0, BLOCK, HUNDRED, 0.0)
    assert [window.capacity(60.0 * n, HUNDRED) for n in (0, 1, 10, 20, 99)] == [
        80,
        81,
        90,
        100,
        100,
    ]
    window.record_refusal(600.0, 600.0, BLOCK, HUNDRED, 0.0)
    assert window.capacity(600.0, HUNDRED) == 72


def test_the_pace_never_falls_to_nothing() -> None:
    """However often it is refused, a call a window is tried."""
    window, two, now = SlidingWindow(), Rate(2), 0.0
    for _ in range(9):
        now = wait_for_slot(window, now, two)
        window.record_refusal(now, now, rate_limited(44, 0.1), two, 0.0)
    assert window.capacity(now, two) == 1
    assert wait_for_slot(window, now, two) <= now + two.longest


def test_an_unexplained_429_teaches_no_pace() -> None:
    """Only codes 43 and 44 speak of the calls a minute."""
    window = SlidingWindow()
    window.record_refusal(0.0, 0.0, rate_limited(None, None), HUNDRED, 0.0)
    assert window.capacity(0.0, HUNDRED) == 100


def test_a_call_that_is_served_ends_the_block() -> None:
    """The next block after a good answer is waited for as the first."""
    window = SlidingWindow()
    window.record_refusal(0.0, 0.0, BLOCK, HUNDRED, 0.0)
    window.record_success(0.0)
    assert window.blocks == 1
    window.record_success(70.0)
    assert window.record_refusal(80.0, 80.0, BLOCK, HUNDRED, 0.0) == pytest.approx(60.0)


def test_a_crowd_is_thinned_once() -> None:
    """Calls that were too many at the same time lower their number once."""
    concurrency = AdaptiveConcurrency(10, 10)
    for _ in range(3):
        concurrency.record_refusal(1.0, 2.0)
    assert concurrency.allowed == 7
    concurrency.record_refusal(3.0, 4.0)
    assert concurrency.allowed == 5


def test_a_crowd_grows_slowly() -> None:
    """One call more may be in flight after twenty that went well, up to what is set."""
    concurrency = AdaptiveConcurrency(5, 5)
    concurrency.record_refusal(0.0, 1.0)
    found = []
    for _ in range(4):
        for _ in range(CALM):
            concurrency.record_success()
        found.append(concurrency.allowed)
    assert found == [4, 5, 5, 5]


def test_a_crowd_is_never_empty() -> None:
    """One call at a time is always tried."""
    concurrency = AdaptiveConcurrency(5, 5)
    for second in range(9):
        concurrency.record_refusal(second + 0.5, second + 1.0)
    assert concurrency.allowed == 1


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
def test_quota_allows(now: float, reserve: int, in_flight: int, *, allowed: bool) -> None:
    """A call may leave if it and those in flight leave the reserve; a new day is full again."""
    assert Quota(1000, 5, 60.0).allows(now, reserve=reserve, in_flight=in_flight) is allowed


@given(
    st.lists(st.integers(0, 2), max_size=200),
    st.integers(1, 40),
    st.integers(0, 10),
    st.integers(0, 45),
)
def test_the_reserve_is_never_touched(
    order: list[int], limit: int, reserve: int, others: int
) -> None:
    """However answers overtake each other, no call leaves that would take of the reserve.

    A 0 lets a call leave where that is allowed; other numbers pick one in flight to be answered.
    """
    known, left, in_flight = Quota(limit, limit - others, 60.0), limit - others, list[int]()
    for pick in order:
        is_allowed = known.allows(1.0, reserve=reserve, in_flight=len(in_flight))
        if not in_flight:  # all is known then, and none is held back that may leave
            assert is_allowed is (left > reserve)
        if pick == 0 and is_allowed:
            left -= 1
            assert left >= reserve
            in_flight.append(left)  # what its answer will tell
        elif in_flight:
            known = Quota(limit, in_flight.pop(pick % len(in_flight)), 60.0).after(known)


def test_answers_overtake_each_other() -> None:
    """An older answer that comes later does not bring calls of the day back."""
    newer = Quota(1000, 5, 60.0)
    assert Quota(1000, 7, 61.0).after(newer) == newer
    assert Quota(1000, 4, 60.0).after(newer) == Quota(1000, 4, 60.0)
    assert Quota(1000, 7, 61.0).after(None) == Quota(1000, 7, 61.0)


def test_a_new_day_is_full_again() -> None:
    """After the reset, or when the plan has changed, what the answer says counts."""
    spent = Quota(1000, 0, 60.0)
    assert Quota(1000, 999, 86_460.0).after(spent).remaining == 999
    assert Quota(2000, 1000, 60.0).after(spent).remaining == 1000


def test_faults_are_bounded() -> None:
    """A request that only meets server errors is sent six times in all."""
    patience = RetryBudget(900.0)
    tries = [patience.wait_for(SERVER_ERROR) for _ in range(6)]
    assert tries == [1, 2, 4, 8, 16, None]


def test_limits_are_waited_for_up_to_the_longest_wait() -> None:
    """Waits for the limits of the service are endured until max_wait_seconds are spent."""
    patience = RetryBudget(80.0)
    assert [patience.affords(wait) for wait in (60.0, 20.0, 0.1)] == [True, True, False]
    patience = RetryBudget(2.5)
    assert [patience.wait_for(too_many_concurrent(None)) for _ in range(2)] == [1, None]


def test_crowding_is_waited_for_briefly() -> None:
    """Too many calls at once: a second, then two, or what Retry-After says."""
    patience = RetryBudget(80.0)
    assert [patience.wait_for(too_many_concurrent(None)) for _ in range(2)] == [1, 2]
    assert patience.wait_for(too_many_concurrent(3.0)) == 3.0


@given(
    st.floats(-1e300, 1e300),
    st.floats(-1e300, 1e300),
    st.floats(-1e300, 1e300),
    st.lists(st.floats(-1e300, 1e300), max_size=200),
    st.integers(-(2**60), 2**60),
)
def test_a_window_that_was_written_by_another_program(
    refused_at: float, held: float, share: float, frees: list[float], blocks: int
) -> None:
    """Whatever a shared file holds, requests leave again within 66 minutes, and not at a crawl."""
    window = SlidingWindow(frees, [], share, refused_at, held, blocks)
    now, first = 1e9, window.take(1e9, HUNDRED)
    assert 0 <= first <= 3960
    assert wait_for_slot(window, now + first, HUNDRED) <= now + 3960 + 2 * HUNDRED.longest
    assert 1 <= window.capacity(now, HUNDRED) <= 100
