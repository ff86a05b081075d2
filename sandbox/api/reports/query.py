"""The parameters of a report: its period, basis and rows, and the echo of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_PER_PAGE: Final = 500
DEFAULT_PER_PAGE: Final = 200
CUSTOM: Final = "CustomDate"
SHOW_ROWS: Final = frozenset({"non_zero", "all", "has_transactions"})
YEAR_MONTHS, QUARTER_MONTHS = 12, 3


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed request: ``start`` is blank for reports as of a day, ``end`` that day or the last.

    ``is_default`` is whether no dates of the request are in force.
    """

    params: Mapping[str, str]
    applied_filter: str
    start: str
    end: str
    is_cash: bool
    show_rows: str
    page: int
    per_page: int
    is_default: bool

    @property
    def rule(self) -> dict[str, Any]:
        """The rule that selects rows; empty if there is none that can be read."""
        try:
            rule = msgspec.json.decode(self.params.get("rule", "{}"))
        except msgspec.DecodeError:
            return {}
        return rule if isinstance(rule, dict) else {}

    @property
    def first(self) -> int:
        """The place of the first row of the page."""
        return (self.page - 1) * self.per_page


def add_months(day: date, months: int) -> date:
    """Get the first day of a month so many months later."""
    index = day.year * YEAR_MONTHS + day.month - 1 + months
    return date(index // YEAR_MONTHS, index % YEAR_MONTHS + 1, 1)


def _find_month(today: date, _fiscal: int, back: int) -> tuple[date, date]:
    start = add_months(today, -back)
    return start, add_months(start, 1) - timedelta(days=1)


def _find_quarter(today: date, fiscal: int, back: int) -> tuple[date, date]:
    start = add_months(today, -((today.month - fiscal) % QUARTER_MONTHS) - back * QUARTER_MONTHS)
    return start, add_months(start, QUARTER_MONTHS) - timedelta(days=1)


def _find_year(today: date, fiscal: int, back: int) -> tuple[date, date]:
    start = add_months(today, -((today.month - fiscal) % YEAR_MONTHS) - back * YEAR_MONTHS)
    return start, add_months(start, YEAR_MONTHS) - timedelta(days=1)


def _find_week(today: date, _fiscal: int, back: int) -> tuple[date, date]:
    start = today - timedelta(days=(today.weekday() + 1) % 7 + 7 * back)
    return start, start + timedelta(days=6)


def _find_day(today: date, _fiscal: int, back: int) -> tuple[date, date]:
    day = today - timedelta(days=back)
    return day, day


PRESETS: Final[dict[str, tuple[Callable[[date, int, int], tuple[date, date]], int]]] = {
    "Today": (_find_day, 0),
    "PreviousDay": (_find_day, 1),
    "ThisWeek": (_find_week, 0),
    "PreviousWeek": (_find_week, 1),
    "ThisMonth": (_find_month, 0),
    "PreviousMonth": (_find_month, 1),
    "ThisQuarter": (_find_quarter, 0),
    "PreviousQuarter": (_find_quarter, 1),
    "ThisYear": (_find_year, 0),
    "PreviousYear": (_find_year, 1),
}


def parse_query(
    params: Mapping[str, str], filter_field: str, default: str, today: str, fiscal_month: int,
    *, needs_filter: bool,
) -> Query:  # fmt: skip
    """Parse a request; without ``filter_by`` its dates are ignored if ``needs_filter``.

    ``default`` is the preset in force if there is none.

    Raises:
        ValueError: A date, page or count is not valid; the text is the parameter's name.
    """
    field, _, preset = params.get("filter_by", "").partition(".")
    has_dates = bool(params.get("to_date")) and not (needs_filter and not preset)
    is_custom = preset == CUSTOM or (preset not in PRESETS and has_dates)
    if is_custom:
        end = _parse_date(params, "to_date", today)
        start, preset = _parse_date(params, "from_date", ""), CUSTOM
    else:
        preset = preset if preset in PRESETS else default
        find, back = PRESETS[preset]
        days = find(date.fromisoformat(today), fiscal_month, back)
        start, end = days[0].isoformat(), days[1].isoformat()
    applied = f"{field or filter_field}.{preset}"
    return _make_query(params, applied, (start, end), is_default=not is_custom)


def _make_query(
    params: Mapping[str, str], applied: str, period: tuple[str, str], *, is_default: bool
) -> Query:
    show = params.get("show_rows", "non_zero")
    return Query(
        params,
        applied,
        *period,
        params.get("cash_based", "false").lower() == "true",
        show if show in SHOW_ROWS else "non_zero",
        _parse_count(params, "page", 1),
        min(_parse_count(params, "per_page", DEFAULT_PER_PAGE), MAX_PER_PAGE),
        is_default=is_default,
    )


def _parse_date(params: Mapping[str, str], name: str, default: str) -> str:
    text = params.get(name, "")
    if not text:
        return default
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(name) from None


def _parse_count(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not int(text):
        raise ValueError(name)
    return int(text)


def build_context(query: Query, name: str, *, is_as_of: bool) -> dict[str, Any]:
    """Build the part of ``page_context`` that all reports have."""
    dates = {"to_date": query.end}
    dates |= {"as_of_date": query.end} if is_as_of else {"from_date": query.start}
    echoed = {key: query.params[key] for key in ECHOED if key in query.params}
    return {
        "report_type": name,
        "report_basis": "Cash" if query.is_cash else "Accrual",
        "applied_filter": query.applied_filter,
        **dates,
        **echoed,
        "date_range_label": query.end if is_as_of else f"{query.start} to {query.end}",
        "show_rows": query.show_rows,
        "is_for_date_range": str(not is_as_of).lower(),
        "group_by": [{"field": query.params.get("group_by", "none"), "group": "report"}],
        "sort_column": query.params.get("sort_column", ""),
        "sort_order": query.params.get("sort_order", "A"),
        **SETTINGS,
    }


SETTINGS: Final[dict[str, Any]] = {
    "date_range_list": [],
    "previous_date_range": [],
    "is_period_basis": "false",
    "select_columns": [],
    "fifo_scheduler_status": {"is_queue_entry_present": False, "is_job_status_completed": True},
    "is_inv_txn_job_in_progress": False,
    "can_schedule": True,
    "is_already_scheduled": False,
    "can_show_reports_banner": False,
}
# What is named only if it was sent.
ECHOED: Final = ("filter_by", "cash_based", "rule", "usestate")


def build_paging(query: Query, name: str, *, has_more: bool) -> dict[str, Any]:
    """Build the part of ``page_context`` that reports with pages add."""
    return {
        "page": query.page,
        "per_page": query.per_page,
        "has_more_page": has_more,
        "report_name": name,
    }
