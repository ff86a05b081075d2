"""Find out what the endpoint of a list can do: by its responses, never by assumption."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_zohobooks.pagination.page import list_params
from tap_zohobooks.pagination.view import ListView
from tap_zohobooks.transform.timestamps import subtract_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zohobooks.errors import ParameterRefused
    from tap_zohobooks.pagination.page import Fetch, Page

# So many different times do not rise by chance; fewer, as after a bulk import, prove no order.
MIN_DISTINCT_TIMES = 10

FILTERS, SORTS, DATES = "filters", "sorts", "dates"


@dataclass(slots=True)
class EndpointCapabilities:
    """What is known of an endpoint: None until a response has shown it, and which rows it shows.

    `has_first_path` says whether the first of its two paths can be read, `dates` is False if the
    range of days of a list does not work. What this run was shown beyond doubt not to work
    (`FILTERS`, `SORTS`, `DATES`) is in `limits`: by a refusal, or by rows that disobey. Other
    reasons depend on the rows that the list holds.
    """

    filters: bool | None = None
    sorts: bool | None = None
    dates: bool | None = None
    has_first_path: bool | None = None
    view: ListView = field(default_factory=ListView)
    limits: set[str] = field(default_factory=set, compare=False)


@dataclass(slots=True)
class CapabilityProbe:
    """Verifies what an endpoint can do, and records it in `capabilities`.

    The `verify_` methods request more where a page does not show it. If one returns False, it has
    recorded what the endpoint cannot do. `has_timed_end` if the newest row was seen to have a time.
    """

    fetch: Fetch
    capabilities: EndpointCapabilities
    log: Callable[[str], None]
    has_timed_end: bool = False

    def mark_unfilterable(self, why: str) -> None:
        """Record that the filter by time of change does not work."""
        self.capabilities.filters = False
        self.log(f"The filter by time of change does not work here ({why}).")

    def mark_unsortable(self, why: str) -> None:
        """Record that the order by time of change does not work."""
        self.capabilities.sorts = False
        self.log(f"The order by time of change does not work here ({why}).")

    def attribute_rejection(self, refused: ParameterRefused) -> bool:
        """Record which parameter was refused; return False if none is left that can have been."""
        if self.capabilities.filters is not False and "sort" not in refused.found:
            self.mark_unfilterable(f"refused: {refused.found}")
            self.capabilities.limits.add(FILTERS)
        elif self.capabilities.sorts is not False:
            self.mark_unsortable(f"refused: {refused.found}")
            self.capabilities.limits.add(SORTS)
        else:
            return False
        return True

    def verify_page(self, page: Page, since: str | None) -> bool:
        """Verify that an ascending page obeys filter and order."""
        if since and any(time and time < since for time in page.times):
            self.mark_unfilterable("rows older than it came")
            self.capabilities.limits.add(FILTERS)
        return self.verify_order(page, "A", since) and self.capabilities.filters is not False

    def verify_order(self, page: Page, order: str, since: str | None = None) -> bool:
        """Verify that the service has sorted a page: `A` or `D`, by time of change."""
        if not page.is_sorted(order):
            self.mark_unsortable("the response is in another order")
        elif self.capabilities.sorts is None and page.entries and page.has_more:
            self._prove_order(page, order, since)
        return self.capabilities.sorts is not False

    def _prove_order(self, page: Page, order: str, since: str | None) -> None:
        """Record whether a first sorted page is sorted by the service, or by chance."""
        if page.distinct_times >= MIN_DISTINCT_TIMES or self._probe_reversal(page, order, since):
            self.capabilities.sorts = True
        else:
            self.mark_unsortable("the list begins alike from both ends")

    def _probe_reversal(self, page: Page, order: str, since: str | None) -> bool:
        """Request both ends: does the list begin beyond the page in the opposite order?

        In the page's own order it must still begin as the page does: else the list has changed,
        which shows nothing.
        """
        times = [time or "" for time in page.times]
        first, last = min(times), max(times)
        if order == "A":
            newest = self.probe_end("D") or first
            return newest > first and newest >= last and self.probe_end("A", since) == first
        oldest = self.probe_end("A") or last
        return oldest < last and oldest <= first and self.probe_end("D") == last

    def verify_sort(self) -> bool:
        """Verify that the list still begins otherwise from one end than from the other."""
        newest = self.probe_end("D")
        if newest is not None and self._probe_rise(newest):
            return True
        self.mark_unsortable("the list begins alike from both ends by now")
        return False

    def verify_inclusive(self, instant: str) -> bool:
        """Verify that the filter includes its own instant, if no row of a page shows it.

        If the rows of that instant have all changed since, it hides nothing.
        """
        if self.probe_end("A", subtract_seconds(instant, 1)) != instant:
            return True
        self.mark_unfilterable("it excludes the instant that it is given")
        return False

    def verify_newest(self, instant: str) -> bool:
        """Verify that nothing changed after an instant, after which the filter shows nothing."""
        newest = self.probe_end("D")
        if newest and newest <= instant and self._probe_rise(newest):  # it may sort no more
            return True
        self.mark_unfilterable("it may hide rows that changed later")
        return False

    def _probe_rise(self, newest: str) -> bool:
        """Request the oldest row: did it change before the newest one?"""
        return (self.probe_end("A") or newest) < newest

    def probe_end(self, order: str, since: str | None = None) -> str | None:
        """Request the time of the first row in an order; None if there is none."""
        page = self.fetch({**list_params(order, since), "page": 1, "per_page": 1})
        end = page.entries[0].time if page.entries and page.is_sorted(order) else None
        self.has_timed_end = self.has_timed_end or (order == "D" and end is not None)
        return end
