"""Limits of tokens are computed by a clock that is passed in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_zohobooks.oauth.token_endpoint import RATE_WINDOW
from tap_zohobooks.oauth.token_store import MAX_REQUESTS, StoredToken, TokenStore

NOW = 1.8e9


def kept(
    good_until: float = NOW + 60, value: str = "T", region: str = "eu", api_url: str | None = None
) -> TokenStore:
    """Return a store that holds a token."""
    return TokenStore(token=StoredToken(value, region, api_url, good_until))


def test_a_kept_token_is_used() -> None:
    """A token that another run has requested is used until shortly before its end."""
    stored = kept().get(NOW)
    assert stored is not None
    assert stored.value == "T"
    assert kept(NOW - 1).get(NOW) is None


def test_a_refused_token_is_dropped() -> None:
    """A request that reports this token as refused gets none; one that reports another gets it."""
    store = kept()
    assert store.get(NOW, "older") is not None
    assert store.get(NOW, "T") is None
    assert store.token is None


@pytest.mark.parametrize(("ahead", "is_trusted"), [(3600.0, True), (3601.0, False), (1e6, False)])
def test_a_token_from_the_future_is_not_trusted(ahead: float, *, is_trusted: bool) -> None:
    """A token that would last longer than an hour was written by a clock that was wrong."""
    assert (kept(NOW + ahead).get(NOW) is not None) is is_trusted


@pytest.mark.parametrize(
    ("region", "api_url"),
    [("mars", None), ("eu", "https://evil.example"), ("eu", "http://www.zohoapis.eu")],
)
def test_a_token_is_sent_to_zoho_alone(region: str, api_url: str | None) -> None:
    """A kept token that belongs to no host of Zoho is not used."""
    assert kept(region=region, api_url=api_url).get(NOW) is None


def test_a_kept_api_host_is_used() -> None:
    """The API host that the token answer named is kept with the token."""
    stored = kept(api_url="https://www.zohoapis.in").get(NOW)
    assert stored is not None
    assert stored.api_url == "https://www.zohoapis.in"


def test_nine_requests_are_free() -> None:
    """The tenth request in ten minutes waits for the end of the first one's ten minutes."""
    store = TokenStore()
    for number in range(MAX_REQUESTS):
        assert store.wait(NOW + number) == 0.0
        store.token_requests.append(NOW + number)
    assert store.wait(NOW + 100) == pytest.approx(501)
    assert store.wait(NOW + 601) == 0.0


@given(st.lists(st.floats(0, 300), min_size=1, max_size=60))
def test_requests_never_reach_the_limit(gaps: list[float]) -> None:
    """However tokens are asked for, fewer than ten are requested in any ten minutes."""
    store, now, sent = TokenStore(), NOW, list[float]()
    for gap in gaps:
        now += gap
        while (wait := store.wait(now)) > 0:
            now += wait
        store.token_requests.append(now)
        sent.append(now)
    assert all(late - early > RATE_WINDOW for early, late in zip(sent, sent[9:], strict=False))


def test_a_throttle_waits_for_the_rest_of_the_window() -> None:
    """If the service issues no more, ten minutes from the oldest request known here are enough."""
    store = TokenStore(token_requests=[NOW - 500, NOW - 10])
    store.block(NOW)
    assert store.wait(NOW) == pytest.approx(101)


def test_a_throttle_by_others_waits_for_a_whole_window() -> None:
    """If no request is known here, the throttle is waited out from now on."""
    store = TokenStore()
    store.block(NOW)
    assert store.wait(NOW) == pytest.approx(601)


def test_a_throttle_that_lasts_is_not_hammered() -> None:
    """Throttled again after the rest of the window, a whole one is waited for."""
    store = TokenStore(token_requests=[NOW - 500, NOW - 300])
    store.block(NOW)
    later = NOW + store.wait(NOW)
    store.block(later)
    assert store.wait(later) == pytest.approx(601)


@pytest.mark.parametrize("jump", [-1e8, -3600.0])
def test_a_clock_set_back_costs_a_window_at_most(jump: float) -> None:
    """What was noted by a clock that was ahead holds nothing up for longer than a window."""
    store = TokenStore(token_requests=[NOW] * MAX_REQUESTS)
    assert store.wait(NOW + jump) == pytest.approx(601)
    store = TokenStore(blocked_until=NOW + 600)
    assert store.wait(NOW + jump) == pytest.approx(601)


def test_a_printed_token_shows_no_secret() -> None:
    """Neither the token nor the store around it prints its text."""
    store = kept(value="1000.hush")
    assert "hush" not in repr(store)
    assert "hush" not in str(store.token)
