"""What reports need to know of an organization: its fiscal year, its day, and its currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tap_zohobooks.errors import AccessDenied, NotFound
from tap_zohobooks.resources import ORGANIZATION, to_path_part
from tap_zohobooks.transform.periods import read_fiscal_month, read_month_digits

if TYPE_CHECKING:
    from datetime import date

    from tap_zohobooks.singer.context import SyncContext
    from tap_zohobooks.transform.cleaner import Row

FISCAL_MONTH = "fiscal_year_start_month"


@dataclass(frozen=True, slots=True)
class Books:
    """The first month of the fiscal year (1 is January), the day there, and the base currency."""

    fiscal_month: int
    today: date
    currency_code: str | None


def find_books(sync_context: SyncContext, organization: str) -> Books:
    """Return the books of an organization; the first stream that asks may make a request.

    Raises:
        TapError: The organization cannot be read.
    """
    return sync_context.once.get(
        ("books", organization), lambda: _read_books(sync_context, organization)
    )


def _read_books(sync_context: SyncContext, organization: str) -> Books:
    organizations = sync_context.get_organizations()
    row = next((one for one in organizations.wanted if one.get(ORGANIZATION) == organization), {})
    month = read_fiscal_month(row.get(FISCAL_MONTH))
    if month is None:
        row = {**row, **_request_document(sync_context, organization)}
        month = read_fiscal_month(row.get(FISCAL_MONTH)) or read_month_digits(row.get(FISCAL_MONTH))
    zone = find_zone(row.get("time_zone"))
    if month is None or zone is None:
        sync_context.logger.warning(
            "Organization %s does not say when its fiscal year starts, or its time zone: reports "
            "are read by calendar years, and by the day in UTC. The scope ZohoBooks.settings.READ "
            "may be missing.", organization,
        )  # fmt: skip
    now = organizations.served or datetime.now(UTC)
    here = now.astimezone(zone or UTC)
    currency = row.get("currency_code")
    return Books(month or 1, here.date(), currency if isinstance(currency, str) else None)


def _request_document(sync_context: SyncContext, organization: str) -> Row:
    """Request the organization's own document, which names the month; empty if it is refused."""
    path = f"organizations/{to_path_part(organization)}"
    try:
        document = sync_context.get_client().get(path, {}, organization).document
    except (AccessDenied, NotFound):
        return {}
    found = document.get("organization")
    return found if isinstance(found, dict) else {}


def find_zone(name: object) -> ZoneInfo | None:
    """Return the time zone of a name, as `Asia/Kolkata`; None if there is none."""
    try:
        return ZoneInfo(str(name or "-"))
    except (LookupError, ValueError, OSError):  # OSError: the name is one of a folder, `Asia`
        return None
