"""Calls keep to the limits of an organization, and its refusals hold back what they concern."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from sandbox.server.transport import WorldAdapter
from tap_zohobooks import connection
from tap_zohobooks.auth import Authenticator
from tap_zohobooks.client import Client, TokenProof
from tap_zohobooks.errors import AccessDenied, QuotaReached
from tap_zohobooks.http.limiter import ConcurrencySlots, OrganizationLimiter
from tap_zohobooks.http.rate_limit import LimitSettings, SlidingWindow
from tap_zohobooks.http.responses import Response, fail
from tap_zohobooks.http.session import ServiceSession
from tap_zohobooks.http.shared_state import Cache, SharedValue
from tap_zohobooks.oauth.credentials import Token
from tap_zohobooks.oauth.token_store import TokenStore
from tap_zohobooks.singer.ordered_map import ordered_map
from tests.conftest import BASE, Service, made

if TYPE_CHECKING:
    from pathlib import Path

    import requests

    from sandbox import World

PLENTY = {"requests_per_minute": 10**6, "daily_quota": 10**6}
QUOTA = {"X-Rate-Limit-Limit": "9", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "60"}


class Slow(WorldAdapter):
    """Takes a moment over each answer, and counts how many are under way."""

    def __init__(self, world: World) -> None:
        """Begin with none."""
        super().__init__(world)
        self.now = self.most = 0
        self.lock = threading.Lock()

    @override
    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.02)
        answer = super().send(request, *args, **kwargs)
        with self.lock:
            self.now -= 1
        return answer


def client(place: Service, folder: Path | None = None, **rules: Any) -> Client:
    """Return the client of a new run, which shares a folder with others or nothing."""
    logger, clock = logging.getLogger("test"), place.clock
    session = ServiceSession()
    session.mount(BASE, WorldAdapter(place.world, clock.sleep))
    config = place.config(grant_type="refresh_token", region="us")
    return Client(
        Authenticator(
            connection.grant(config),
            connection.hosts(config),
            session=session,
            logger=logger,
            store=SharedValue(TokenStore, clock.monotonic),
            sleep=clock.sleep,
        ),
        LimitSettings(**rules),
        session=session,
        logger=logger,
        cache=Cache(folder, logger, clock=clock.monotonic, wall=lambda: clock.utc().timestamp()),
        clock=clock.monotonic,
        sleep=clock.sleep,
    )


def slept(place: Service) -> list[float]:
    """Return the seconds that were waited for."""
    return [seconds for seconds in place.clock.slept if seconds]


def codes(place: Service) -> Counter[int]:
    """Return how often each code was answered."""
    return Counter(call.code for call in place.world.log)


@pytest.fixture
def place() -> Service:
    """Return a service of two organizations that limits nothing of itself."""
    return made(**PLENTY)


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (["429:44", "429:43", "429:44"], [60, 90, 120]),
        (["429:43:7"], [7]),
        (["429:44:0"], [60]),
        (["429:0", "429:0"], [5, 10]),
        (["429:1070", "429:1070"], [1, 2]),
        (["429:1070:3"], [3]),
        (["500", "html", "drop"], [1, 2, 4]),
    ],
)
def test_passing_trouble_is_waited_for(
    place: Service, script: list[str], found: list[float]
) -> None:
    """Each trouble that passes has its waits, jittered by a tenth at most, and then an answer."""
    place.world.script.extend(script)
    answer = client(place).get("invoices", {}, place.organizations[0])
    assert answer.document["invoices"]
    assert all(wait <= had <= 1.1 * wait for wait, had in zip(found, slept(place), strict=True))


def test_a_block_is_endured_for_max_wait_seconds(place: Service) -> None:
    """A block that does not end is asked about until the wait is spent, and ends with 75."""
    place.world.script.extend(["429:44"] * 50)
    with pytest.raises(QuotaReached, match="refused 'invoices' for longer"):
        client(place).get("invoices", {}, place.organizations[0])
    assert 600 < sum(slept(place)) <= 900
    assert len(place.world.log) == 7


def test_a_block_that_is_too_long_ends_all(place: Service) -> None:
    """An hour's block ends an organization's calls at once; others of it are not even made."""
    blocked, free = place.organizations
    place.world.script.append("429:43:3600")
    asking = client(place)
    for _ in range(3):
        with pytest.raises(QuotaReached):
            asking.get("invoices", {}, blocked)
    assert len(place.world.log) == 1
    assert asking.get("invoices", {}, free).document["invoices"]
    assert slept(place) == []


def test_a_block_is_known_to_other_runs(place: Service, tmp_path: Path) -> None:
    """Another run of the same organization waits as well, for the rest of the block."""
    blocked, free = place.organizations
    place.world.script.append("429:44:500")
    with pytest.raises(QuotaReached):
        client(place, tmp_path / "cache", max_wait=100.0).get("invoices", {}, blocked)
    other = client(place, tmp_path / "cache", max_wait=100.0)
    with pytest.raises(QuotaReached, match=rf"{blocked}: .* another [89] min"):
        other.get("invoices", {}, blocked)
    other.get("invoices", {}, free)
    place.clock.sleep(450.0)
    other.get("invoices", {}, blocked)
    assert 0 < slept(place)[-1] <= 100
    assert codes(place) == {44: 1, 0: 2}


def test_runs_share_the_ceiling(tmp_path: Path) -> None:
    """Two runs on one organization make together no more calls a minute than one may."""
    place = made(requests_per_minute=10)
    runs = [client(place, tmp_path / "cache", requests_per_minute=10) for _ in range(2)]
    for number in range(35):
        runs[number % 2].get("invoices", {}, place.organizations[0])
    assert codes(place) == {0: 35}
    assert 180 < place.clock.now < 185


def test_a_call_counts_from_its_answer() -> None:
    """A call that was answered after a tenth of a second keeps its place for a window from then."""
    place = made(requests_per_minute=1, latency=0.1, organizations=1)
    asking = client(place, requests_per_minute=1)
    for _ in range(2):
        asking.get("invoices", {}, place.organizations[0])
    assert [wait for wait in slept(place) if wait > 1] == [pytest.approx(60.06)]


@pytest.mark.parametrize(("calls", "longest"), [(1, 70.07), (2, 60.06)])
def test_other_runs_learn_of_a_response_with_the_next_request(
    tmp_path: Path, calls: int, longest: float
) -> None:
    """The last request of a run counts for 10 s more in others, as one without a response does."""
    place = made(requests_per_minute=calls, latency=0.1, organizations=1)
    one, other = (client(place, tmp_path / "cache", requests_per_minute=calls) for _ in range(2))
    for _ in range(calls):
        one.get("invoices", {}, place.organizations[0])
    other.get("invoices", {}, place.organizations[0])
    assert sum(wait for wait in slept(place) if wait > 1) == pytest.approx(longest, abs=0.2)


def test_each_block_begins_anew(place: Service) -> None:
    """A block after calls that were served is waited for as the first one was."""
    asking = client(place)
    for _ in range(2):
        place.world.script.append("429:44")
        asking.get("invoices", {}, place.organizations[0])
    assert max(slept(place)) <= 66
    assert len(slept(place)) == 2


def test_an_answer_that_tells_no_quota_changes_none() -> None:
    """What is known of the day stays known when an answer without the headers follows."""
    place = made(organizations=1)
    asking = client(place)
    budget = asking._limiter(Token("T", BASE, 9.0), "1")  # noqa: SLF001
    for left, headers in zip(
        [budget.wait_for_slot(), budget.wait_for_slot()], (QUOTA, {}), strict=True
    ):
        budget.release(left, headers)
    with pytest.raises(QuotaReached, match="0 of 9"):
        budget.wait_for_slot()


def test_after_the_last_call_none_leaves() -> None:
    """Once the quota has held a call back no later one leaves, whatever an answer tells then."""
    budget = client(made(organizations=1))._limiter(Token("T", BASE, 9.0), "1")  # noqa: SLF001
    first, second = budget.wait_for_slot(), budget.wait_for_slot()
    budget.release(first, QUOTA | {"X-Rate-Limit-Remaining": "1"})
    with pytest.raises(QuotaReached, match="1 of 9"):
        budget.wait_for_slot()
    budget.release(second, QUOTA | {"X-Rate-Limit-Limit": "99", "X-Rate-Limit-Remaining": "90"})
    with pytest.raises(QuotaReached, match="1 of 9"):
        budget.wait_for_slot()


def test_a_call_that_is_about_to_leave_does_not_at_the_end_of_the_day() -> None:
    """A day that ends while a call is given its place in the window keeps it back as well."""

    def now() -> float:
        with pytest.raises(QuotaReached):
            budget.end_of_day("spent", None)
        return 0.0

    budget = OrganizationLimiter(
        "1",
        LimitSettings(),
        SharedValue(SlidingWindow, now),
        clock=float,
        sleep=time.sleep,
        note=list[str]().append,
        logger=logging.getLogger("test"),
    )
    with pytest.raises(QuotaReached, match="spent"):
        budget.wait_for_slot()
    assert budget.calls == 0


def test_few_places_are_no_trap(place: Service) -> None:
    """Of threads that make requests at the same time, all finish where one may be in flight."""
    asking, (organization, _) = client(place, max_concurrency=1), place.organizations

    def ask(page: int) -> None:
        time.sleep(0.01 * (page % 2))
        asking.get("invoices", {"page": page}, organization)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: list(ordered_map(4, ask, range(1, 13)))).result(20)
    assert {call.params["page"] for call in place.world.log} == {str(n) for n in range(1, 13)}


def test_organizations_have_a_ceiling_each() -> None:
    """What one organization has called is not missed by another."""
    place = made(requests_per_minute=10)
    asking = client(place, requests_per_minute=10)
    for number in range(20):
        asking.get("invoices", {}, place.organizations[number % 2])
    assert codes(place) == {0: 20}
    assert slept(place) == []


def test_a_pace_that_is_too_high_is_learned() -> None:
    """Where others take half of the minute, ten windows of calls meet few refusals."""
    place = made(requests_per_minute=50, daily_quota=10**6)
    asking = client(place, requests_per_minute=100)
    for _ in range(500):
        asking.get("invoices", {}, place.organizations[0])
    assert 3 <= codes(place)[44] <= 8
    assert place.clock.now < 1.6 * 600


def test_a_day_that_ran_over_ends_cleanly() -> None:
    """A soft quota that is below zero already lets no further call leave."""
    place = made(daily_quota=1, soft=True, organizations=1)
    (organization,) = place.organizations
    place.world.meters[organization].used = 83
    place.world.meters[organization]._day = "2026-11-23"  # noqa: SLF001
    asking = client(place)
    asking.get("invoices", {}, organization)
    for _ in range(2):
        with pytest.raises(QuotaReached, match="-83 of 1 calls"):
            asking.get("invoices", {}, organization)
    assert len(place.world.log) == 1


def test_code_45_ends_the_day(place: Service) -> None:
    """After code 45 an organization is asked no more, and others are."""
    spent, fresh = place.organizations
    place.world.script.append("429:45")
    asking = client(place)
    for _ in range(2):
        with pytest.raises(QuotaReached, match="midnight"):
            asking.get("invoices", {}, spent)
    asking.get("invoices", {}, fresh)
    assert codes(place) == {45: 1, 0: 1}


def near_midnight(**limits: Any) -> Service:
    """Return a service of one organization whose day ends in ten minutes."""
    place = made(organizations=1, **limits)
    place.clock.now = 17 * 3600.0 - 600  # it is noon in UTC, and the organization is behind
    return place


def test_a_quota_is_waited_for_where_told_so() -> None:
    """With on_quota_exhausted set to wait the reset is waited for, where it is near enough."""
    place = near_midnight(daily_quota=2)
    asking = client(place, wait_for_quota=True)
    for _ in range(4):
        asking.get("invoices", {}, place.organizations[0])
    assert codes(place) == {0: 4}
    assert slept(place) == [pytest.approx(601)]


def test_a_day_that_others_have_spent_is_waited_for() -> None:
    """With on_quota_exhausted set to wait, code 45 at the first call is waited for as well."""
    place = near_midnight(daily_quota=0)
    place.world.before_call.append(lambda world, _: setattr(
        world.limits, "daily_quota", int(place.clock.now > 17 * 3600)))  # fmt: skip
    client(place, wait_for_quota=True).get("invoices", {}, place.organizations[0])
    assert codes(place) == {45: 1, 0: 1}
    assert slept(place) == [pytest.approx(601)]


def test_a_reset_that_is_too_far_is_not_waited_for() -> None:
    """A reset that lies beyond max_wait_seconds ends the organization's calls."""
    place = near_midnight(daily_quota=1)
    asking = client(place, wait_for_quota=True, max_wait=599.0)
    asking.get("invoices", {}, place.organizations[0])
    with pytest.raises(QuotaReached, match=r"in 0\.2 h"):
        asking.get("invoices", {}, place.organizations[0])
    assert slept(place) == []


def test_a_crowd_is_thinned(place: Service) -> None:
    """After 1070 fewer calls are in flight, though as many threads ask as before."""
    place.world.script.append("429:1070")
    asking, (organization, _) = client(place, max_concurrency=5), place.organizations
    asking.get("invoices", {}, organization)
    adapter = Slow(place.world)
    asking._session.mount(BASE, adapter)  # noqa: SLF001
    with ThreadPoolExecutor(5) as pool:
        for done in [pool.submit(asking.get, "invoices", {}, organization) for _ in range(12)]:
            done.result()
    assert adapter.most == 3


def test_fewer_places_are_taken_after_a_refusal() -> None:
    """As many calls are in flight as there are places, fewer after 1070, and more in time."""
    places, gate = ConcurrencySlots(4), threading.Event()
    inside: Queue[int] = Queue()

    def call() -> None:
        with places.take():
            inside.put(1)
            gate.wait(20)

    def assert_enter(count: int) -> None:
        assert sum(inside.get(timeout=20) for _ in range(count)) == count
        with pytest.raises(Empty):
            inside.get(timeout=0.1)

    places.on_response(fail(429, 1070, "text"), 1.0, 2.0)
    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    assert_enter(3)
    for _ in range(20):
        places.on_response(Response({}, datetime.now(UTC)), 3.0, 3.0)
    assert_enter(1)
    gate.set()
    for thread in threads:
        thread.join()
    assert_enter(2)


@pytest.mark.parametrize(
    ("fault", "code"),
    [("429:43:3600", "43"), ("429:0:3600", "429"), ("429:1070:3600", "1070"), ("429:45", "45")],
)
def test_a_refusal_that_ends_the_run_is_counted(place: Service, fault: str, code: str) -> None:
    """Each call that was refused for a limit is counted by its code, the last one as well."""
    place.world.script.append(fault)
    asking = client(place)
    with pytest.raises(QuotaReached):
        asking.get("invoices", {}, place.organizations[0])
    assert asking.refusals == {code: 1}


def test_who_gives_up_says_when_to_come_back(place: Service) -> None:
    """A block that is longer than the patience names its length, not a wait that never was."""
    place.world.script.append("429:43:3000")
    with pytest.raises(QuotaReached, match=r"longer than max_wait_seconds.* in 5\d min"):
        client(place).get("invoices", {}, place.organizations[0])


def test_a_block_is_told_of_once(place: Service, caplog: pytest.LogCaptureFixture) -> None:
    """Calls in flight that meet one block tell of one slower pace; no pace, none."""
    caplog.set_level(logging.INFO)
    budget = client(place)._limiter(Token("T", BASE, 9.0), "1")  # noqa: SLF001
    for left in [budget.wait_for_slot() for _ in range(3)]:
        budget.on_response(fail(429, 44, "text"), left)
        budget.on_response(fail(429, None, "text"), left)
    assert [one for one in caplog.messages if "rate" in one] == [
        "Organization 1: the rate is now 80 requests in 60 s."
    ]


def test_waits_are_counted_by_cause(place: Service) -> None:
    """A run knows what it has waited for."""
    place.world.script.extend(["429:44", "429:1070", "500"])
    asking = client(place, requests_per_minute=5)
    for _ in range(5):
        asking.get("invoices", {}, place.organizations[0])
    assert asking.waits == {"throttled": 1, "crowded": 1, "fault": 1, "pace": 3}
    assert asking.refusals == {"44": 1, "1070": 1}
    assert asking.calls == {place.organizations[0]: 8}


DENIED = (401, 57, "You are not authorized to perform this operation")


def test_a_refused_document_costs_no_token(place: Service) -> None:
    """A token that reads the organizations is valid: the document is refused, nothing is minted."""
    (organization, _), asking = place.organizations, client(place)
    refused = sorted(place.world.ids(organization, "bills"))[:30]
    place.world.refuse_documents(refused, *DENIED)
    asking.get("organizations")
    asking.get("bills", {}, organization)
    for one in refused:
        with pytest.raises(AccessDenied):
            asking.get(f"bills/{one}", {}, organization)
    assert len(place.world.mints) == 1
    assert codes(place) == {57: 30, 0: 2 + 2}  # one proof for 20 refusals after the first
    assert asking.prove_token() == 0
    assert codes(place)[0] == 5
    assert asking.prove_token() == 0
    assert codes(place)[0] == 5


def test_a_token_that_dies_behind_a_refused_document_is_found(place: Service) -> None:
    """The proof after the last refusal tells that the token was replaced since the first."""
    (organization, _), asking = place.organizations, client(place)
    first, second, third = sorted(place.world.ids(organization, "bills"))[:3]
    place.world.refuse_documents([first], *DENIED)
    asking.get("organizations")
    before = asking.prove_token()
    with pytest.raises(AccessDenied):
        asking.get(f"bills/{first}", {}, organization)
    place.world.cancel_tokens()
    with pytest.raises(AccessDenied):
        asking.get(f"bills/{second}", {}, organization)
    assert asking.prove_token() == before + 1
    assert asking.get(f"bills/{third}", {}, organization).document["bill"]
    assert len(place.world.mints) == 2


def test_a_refused_list_is_not_covered_by_a_proof(place: Service) -> None:
    """A proof covers documents only: a list that is refused is one more reason to ask."""
    (organization, _), asking = place.organizations, client(place)
    one = min(place.world.ids(organization, "bills"))
    place.world.refuse_documents([one], *DENIED)
    asking.get("organizations")
    for _ in range(2):
        with pytest.raises(AccessDenied):
            asking.get(f"bills/{one}", {}, organization)
    place.world.cancel_tokens()
    assert asking.get("invoices", {}, organization).document["invoices"]


def test_a_token_that_was_replaced_for_its_age_proves_nothing(place: Service) -> None:
    """Refusals to a token that has run out since its last proof are not of a valid one for sure."""
    (organization, _), asking = place.organizations, client(place)
    one = min(place.world.ids(organization, "bills"))
    place.world.refuse_documents([one], *DENIED)
    asking.get("organizations")
    before = asking.prove_token()
    for _ in range(2):
        with pytest.raises(AccessDenied):
            asking.get(f"bills/{one}", {}, organization)
    place.clock.sleep(3600)
    assert asking.prove_token() == before + 1
    assert asking.prove_token() == before + 1


def test_no_token_is_in_the_text_of_a_proof(place: Service) -> None:
    """What is remembered of a token is not printed with it."""
    asking = client(place)
    assert TokenProof("secret", 1).cover(Token("secret", BASE, 9.0))
    assert "secret" not in repr(TokenProof("secret"))
    assert not asking._is_valid(Token("secret", BASE, 9.0))  # noqa: SLF001  # nothing was read
