"""Limits of a minute, of a day, at once, and of tokens are those that are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandbox import World
from tests.sandbox.client import Client, Clock, decode_body


def build_limited_client(clock: Clock, **limits: float) -> Client:
    """Build a client of a small world with its own limits."""
    world = World.build(rows=3, clock=clock)
    for name, value in limits.items():
        setattr(world.limits, name, value)
    return Client(world, clock)


def collect_codes(client: Client, calls: int) -> list[tuple[int, int]]:
    """Collect status and code of so many requests."""
    return [(one.status, one.code) for one in (client.call("items") for _ in range(calls))]


def test_the_101st_call_of_a_minute_is_refused(clock: Clock) -> None:
    """A hundred calls pass in a minute; the next is 429 code 44, without Retry-After."""
    client = build_limited_client(clock)
    assert collect_codes(client, 100) == [(200, 0)] * 100
    refused = client.call("items")
    assert (refused.status, refused.code) == (429, 44)
    assert "Retry-After" not in refused.headers


def test_the_minute_slides(clock: Clock) -> None:
    """A call may pass as soon as the oldest of the last minute is a minute old."""
    client = build_limited_client(clock, requests_per_minute=2)
    assert collect_codes(client, 1) == [(200, 0)]
    clock.forward(30)
    assert collect_codes(client, 2) == [(200, 0), (429, 44)]
    clock.forward(29.9)
    assert collect_codes(client, 1) == [(429, 44)]
    clock.forward(0.1)
    assert collect_codes(client, 2) == [(200, 0), (429, 44)]


def test_the_minutes_length_code_and_retry_after_can_be_set(clock: Clock) -> None:
    """A test may shorten the window, have the other code, and have Retry-After sent."""
    client = build_limited_client(
        clock, requests_per_minute=1, window=5.0, minute_code=43, retry_after=3600
    )
    client.call("items")
    refused = client.call("items")
    assert (refused.code, refused.headers["Retry-After"]) == (43, "3600")
    clock.forward(5)
    assert client.call("items").status == 200


def test_a_block_outlasts_the_minute(clock: Clock) -> None:
    """With block set, an organization that overran stays shut out for so long."""
    client = build_limited_client(clock, requests_per_minute=1, block=300.0)
    assert collect_codes(client, 2) == [(200, 0), (429, 44)]
    clock.forward(299)
    assert collect_codes(client, 1) == [(429, 44)]
    clock.forward(1)
    assert collect_codes(client, 1) == [(200, 0)]


def test_the_day_has_a_quota(clock: Clock) -> None:
    """When the quota is used up calls are 429 code 45, until the organization's midnight."""
    client = build_limited_client(clock, daily_quota=2)
    assert collect_codes(client, 3) == [(200, 0), (200, 0), (429, 45)]
    clock.now = datetime(2026, 11, 21, 4, 59, 59, tzinfo=UTC)
    client.token = client.mint()["access_token"]
    assert collect_codes(client, 1) == [(429, 45)]
    clock.forward(1)
    assert collect_codes(client, 1) == [(200, 0)]


def test_headers_have_the_rest_of_the_day(clock: Clock) -> None:
    """Each response names the quota, what remains, and the seconds to the local midnight."""
    client = build_limited_client(clock, daily_quota=50)
    for remaining in (49, 48):
        headers = client.call("items").headers
        assert headers["X-Rate-Limit-Limit"] == "50"
        assert headers["X-Rate-Limit-Remaining"] == str(remaining)
        assert headers["X-Rate-Limit-Reset"] == str(int(timedelta(hours=13.5).total_seconds()))
    assert client.call("nowhere").headers["X-Rate-Limit-Remaining"] == "47"


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (datetime(2026, 3, 8, 5, 0, tzinfo=UTC), 23 * 3600),
        (datetime(2026, 11, 1, 4, 0, tzinfo=UTC), 25 * 3600),
    ],
)
def test_a_day_is_as_long_as_daylight_saving_makes_it(now: datetime, seconds: int) -> None:
    """From midnight to midnight it takes 23 hours in spring and 25 in autumn."""
    clock = Clock(now)
    assert build_limited_client(clock).call("items").headers["X-Rate-Limit-Reset"] == str(seconds)


def test_the_list_of_organizations_has_no_such_headers(clock: Clock) -> None:
    """Organizations use no quota and have no rate-limit headers."""
    client = build_limited_client(clock, daily_quota=1)
    for _ in range(3):
        assert not [name for name in client.call("organizations").headers if "Rate" in name]
    assert client.call("items").status == 200


def test_a_soft_quota_runs_below_zero(clock: Clock) -> None:
    """With a soft quota calls pass on, and Remaining is negative on a 200."""
    client = build_limited_client(clock, daily_quota=1, soft=True)
    client.call("items")
    response = client.call("items")
    assert (response.status, response.headers["X-Rate-Limit-Remaining"]) == (200, "-1")


def test_refused_requests_are_not_counted_by_default(clock: Clock) -> None:
    """Calls that meet a limit are not counted; a test may have them counted."""
    client = build_limited_client(clock, requests_per_minute=1)
    assert [client.call("items").headers["X-Rate-Limit-Remaining"] for _ in range(3)] == [
        "9999"
    ] * 3
    client = build_limited_client(clock, requests_per_minute=1, count_refused=True)
    left = [client.call("items").headers["X-Rate-Limit-Remaining"] for _ in range(3)]
    assert left == ["9999", "9998", "9997"]


def test_each_organization_has_limits_of_its_own(clock: Clock) -> None:
    """The requests of one organization do not count against another."""
    client = build_limited_client(clock, requests_per_minute=1)
    assert collect_codes(client, 2) == [(200, 0), (429, 44)]
    client.organization_id = list(client.world.holdings)[1]
    assert collect_codes(client, 1) == [(200, 0)]


def test_only_so_many_calls_may_be_in_flight(clock: Clock) -> None:
    """A call that finds ten others unfinished is 429 code 1070, and passes when one is done."""
    client = build_limited_client(clock)
    client.world.latency = 2.0
    assert collect_codes(client, 11) == [(200, 0)] * 10 + [(429, 1070)]
    clock.forward(2)
    assert collect_codes(client, 1) == [(200, 0)]
    assert client.world.meters[client.organization_id].most_in_flight == 10


def test_an_hour_old_token_is_dead(client: Client, clock: Clock) -> None:
    """An access token opens Books for an hour; then it is 401 code 57."""
    clock.forward(3599)
    assert client.call("items").status == 200
    clock.forward(1)
    response = client.call("items")
    assert (response.status, response.code) == (401, 57)


def test_the_eleventh_token_in_ten_minutes_is_denied(client: Client, clock: Clock) -> None:
    """Ten mints pass in ten minutes; then HTTP 400 Access Denied, until the window has passed."""
    for _ in range(9):
        assert "access_token" in client.mint()
    refused = client.accounts()
    assert refused.status == 400
    assert decode_body(refused)["error"] == "Access Denied"
    assert decode_body(refused)["status"] == "failure"
    clock.forward(600)
    assert "access_token" in client.mint()
    assert len(client.world.mints) == 11


def test_ten_access_tokens_are_valid_at_once(client: Client, clock: Clock) -> None:
    """The eleventh valid token of a refresh token ends the oldest."""
    for _ in range(9):
        client.mint()
    assert client.call("items").status == 200
    clock.forward(600)
    client.mint()
    assert client.call("items").code == 57


def test_the_21st_refresh_token_ends_the_oldest(client: Client) -> None:
    """A user has 20 refresh tokens; another ends the first and its access tokens."""
    for _ in range(19):
        client.world.grant_refresh_token()
    assert client.call("items").status == 200
    client.world.grant_refresh_token()
    assert decode_body(client.accounts()) == {"error": "invalid_code"}
    assert client.call("items").code == 57
