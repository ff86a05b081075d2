"""What a run tells at its end."""

from __future__ import annotations

import json

from tap_zohobooks.errors import AccessDenied, NotInPlan, ServiceError
from tap_zohobooks.http.rate_limit import Quota
from tap_zohobooks.resources import TABLE
from tap_zohobooks.singer.stats import RequestStats, StreamStats

SPENT = RequestStats(
    calls={"": 1, "7": 210},
    quotas={"7": Quota(limit=2000, remaining=1790, resets_at=0.0)},
    waits={"pace": 3, "throttled": 1},
    refusals={"44": 1},
    token_requests=2,
)


def test_what_it_has_cost() -> None:
    """Calls and what is left of the day by organization, tokens, and waits by cause."""
    assert list(SPENT.lines()) == [
        "Without an organization: 1 calls.",
        "Organization 7: 210 calls, 1790 of 2000 of the day are left.",
        "Tokens requested: 2; waits: pace 3, throttled 1; refused for a limit: code 44 1.",
    ]


def test_the_same_as_metrics() -> None:
    """Each number is a Singer metric, too, with its tags."""
    points = [json.loads(str(point)) for point in SPENT.points()]
    assert {(one["metric"], one["value"], *one["tags"].values()) for one in points} == {
        ("http_request_count", 1, ""),
        ("http_request_count", 210, "7"),
        ("quota_remaining", 1790, "7"),
        ("wait_count", 3, "pace"),
        ("wait_count", 1, "throttled"),
        ("throttled_request_count", 1, "44"),
        ("token_mint_count", 2),
    }


def test_what_was_skipped() -> None:
    """Each stream that was skipped is named with the scope that it needs, where one would help."""
    tally = StreamStats()
    tally.skipped["bills", "7"] = AccessDenied("'bills' may not be read.")
    tally.skipped["locations", "8"] = NotInPlan("Not available in your plan.")
    assert list(tally.list_skipped(TABLE)) == [
        (
            "Skipped: stream 'bills' of organization 7. 'bills' may not be read. "
            "It needs the scope ZohoBooks.bills.READ."
        ),
        (
            "Skipped: stream 'locations' of organization 8. Not available in your plan. "
            "The plan or edition of the organization does not have it."
        ),
    ]


def test_what_was_not_read() -> None:
    """Refused documents are counted; failed ones end the run, which names the first of them."""
    stats = StreamStats()
    assert list(stats.list_refused()) == []
    stats.add(stats.refused, "bill_details", 30)
    (line,) = stats.list_refused()
    assert "30 of the requests of stream 'bill_details'" in line
    assert stats.find_failure(TABLE, ["bill_details"], ["7"]) is None
    for path in ("'bills/1'", "'bills/2'"):
        stats.fail("bill_details", ServiceError(f"No answer to {path}."))
    failure = stats.find_failure(TABLE, ["bill_details"], ["7"])
    assert failure is not None
    assert "bill_details 2. The first: No answer to 'bills/1'." in str(failure)
    assert failure.exit_code == 1
    assert stats.count_unread("bill_details") == 32
