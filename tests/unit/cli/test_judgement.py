"""What a list does with order, filter and page size is judged by what came."""

from __future__ import annotations

import pytest

from tap_zohobooks.cli.judgement import (
    choose_start,
    get_context,
    judge_filter,
    judge_order,
    judge_report,
    judge_size,
)

A, B, C = "2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00", "2026-01-03T00:00:00+00:00"


@pytest.mark.parametrize(
    ("known", "times", "verdict"),
    [
        ([A, B, C], [B, C], "honoured"),
        ([A, B], [B], "honoured"),
        ([A, B, C], [A, B, C], "ignored"),
        ([A, B, C], [None, B], "ignored"),
        ([A, B, C], [B], "only rows of that instant"),
        ([A, B, C], [], "newer rows are hidden"),
    ],
)
def test_filters(known: list[str | None], times: list[str | None], verdict: str) -> None:
    """A filter by B is judged by the rows that are known without it."""
    assert judge_filter(B, known, times) == verdict


@pytest.mark.parametrize(
    ("times", "start"), [([], None), ([A, A], None), ([A, B], B), ([C, A, None, B], B)]
)
def test_a_start_has_older_rows(times: list[str | None], start: str | None) -> None:
    """The filter is tried with an instant that some rows precede."""
    assert choose_start(times) == start


@pytest.mark.parametrize(
    ("times", "echo", "verdict"),
    [
        ([A, B], ("last_modified_time", "A"), "honoured"),
        ([], ("last_modified_time", "A"), "honoured"),
        ([A, B], (None, None), "honoured"),
        ([A, A], (None, None), "unknown"),
        ([B, A], ("last_modified_time", "A"), "ignored"),
        ([A, B], ("last_modified_time", "D"), "ignored"),
        ([A, B], ("created_time", "A"), "ignored"),
    ],
)
def test_orders(times: list[str | None], echo: tuple[str | None, str | None], verdict: str) -> None:
    """An order is honoured if neither the rows nor the echo contradict it."""
    assert judge_order(times, {"sort_column": echo[0], "sort_order": echo[1]}) == verdict


@pytest.mark.parametrize(
    ("rows", "context", "verdict"),
    [
        (2, {"per_page": 2}, "honoured"),
        (1, {"per_page": 2}, "honoured"),
        (2, {}, "honoured"),
        (1, {}, "unknown"),
        (3, {"per_page": 2}, "ignored"),
        (1, {"per_page": 200}, "ignored"),
        (1, {"per_page": "2"}, "unknown"),
    ],
)
def test_page_sizes(rows: int, context: dict[str, object], verdict: str) -> None:
    """A page of two rows is judged by its rows, and by what it states."""
    assert judge_size(2, rows, context) == verdict


@pytest.mark.parametrize(
    ("applied", "verdict"),
    [
        ("TransactionDate.CustomDate", "honoured"),
        ("TransactionDate.ThisMonth", "ignored"),
        (None, "unknown"),
    ],
)
def test_ranges_of_reports(applied: str | None, verdict: str) -> None:
    """A report covers the range if it echoes the filter."""
    context = {} if applied is None else {"applied_filter": applied}
    assert judge_report({"filter_by": "TransactionDate.CustomDate"}, context) == verdict


@pytest.mark.parametrize("context", [{"page": 1}, [{"page": 1}]])
def test_contexts(context: object) -> None:
    """A context is an object, or the only one of a list; anything else is none."""
    assert get_context({"page_context": context}) == {"page": 1}
    assert get_context({"page_context": "x"}) == get_context({}) == {}
