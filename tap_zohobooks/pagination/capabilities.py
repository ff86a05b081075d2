"""What the endpoint of a list can do: read off its answers, never assumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_zohobooks.pagination.page import filter_value, row_time
from tap_zohobooks.resources import MODIFIED
from tap_zohobooks.transform.timestamps import subtract_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zohobooks.errors import ParameterRefused
    from tap_zohobooks.pagination.page import Fetch, Page, Params

# So many different times do not rise by chance; fewer, as after a bulk import, prove no order.
MIN_DISTINCT_TIMES = 10


@dataclass(slots=True)
class EndpointCapabilities:
    """What is known of an endpoint: None until an answer has shown it."""

    filters: bool | None = None
    sorts: bool | None = None


def list_params(order: str | None = None, since: str | None = None) -> Params:
    """Return what asks for an order by time of change, and for changes since an instant."""
    params: dict[str, str | int] = {}
    if order:
        params |= {"sort_column": MODIFIED, "sort_order": order}
    if since:
        params[MODIFIED] = filter_value(since)
    return params


@dataclass(slots=True)
class CapabilityProbe:
    """Finds out what an endpoint can do, asks where its pages do not tell, and remembers it.

    A method that returns False has noted what the endpoint cannot do.
    """

    fetch: Fetch
    capabilities: EndpointCapabilities
    tell: Callable[[str], None]
    is_end_timed: bool = False
    """Whether the newest row of the list was seen to have a time."""

    def mark_unfilterable(self, why: str) -> None:
        """Note that the filter by time of change does not work."""
        self.capabilities.filters = False
        self.tell(f"The filter by time of change does not work here ({why}).")

    def mark_unsortable(self, why: str) -> None:
        """Note that the order by time of change does not work."""
        self.capabilities.sorts = False
        self.tell(f"The order by time of change does not work here ({why}).")

    def blame(self, refused: ParameterRefused) -> bool:
        """Note which parameter was refused; tell whether one of them can have been."""
        if self.capabilities.filters is not False and "sort" not in refused.found:
            self.mark_unfilterable(f"refused: {refused.found}")
        elif self.capabilities.sorts is not False:
            self.mark_unsortable(f"refused: {refused.found}")
        else:
            return False
        return True

    def is_honoured(self, page: Page, since: str | None) -> bool:
        """Check that a page obeys filter and order."""
        if since and any(time and time < since for time in page.times):
            self.mark_unfilterable("rows older than it came")
        return self.is_ordered(page, "A", since) and self.capabilities.filters is not False

    def is_ordered(self, page: Page, order: str, since: str | None = None) -> bool:
        """Check that the service has ordered a page, not chance."""
        times = [time or "" for time in page.times]
        if not page.is_sorted(order):
            self.mark_unsortable("the answer is in another order")
        elif self.capabilities.sorts is None and times and page.has_more:
            if len(set(times)) >= MIN_DISTINCT_TIMES or self._is_turned(times, order, since):
                self.capabilities.sorts = True
            else:
                self.mark_unsortable("the list begins alike from both ends")
        return self.capabilities.sorts is not False

    def _is_turned(self, times: list[str], order: str, since: str | None) -> bool:
        """Tell whether the list begins beyond a page when it is asked for the other way round.

        Then it must still begin as the page does: else the list has changed, which shows nothing.
        """
        first, last = min(times), max(times)
        if order == "A":
            newest = self.end("D") or first
            return newest > first and newest >= last and self.end("A", since) == first
        oldest = self.end("A") or last
        return oldest < last and oldest <= first and self.end("D") == last

    def confirm_sort(self) -> bool:
        """Check that the list begins otherwise from one end than from the other."""
        newest = self.end("D")
        if newest is not None and self._rises_to(newest):
            return True
        self.mark_unsortable("the list begins alike from both ends by now")
        return False

    def lets_through(self, instant: str) -> bool:
        """Check that the filter lets through what changed at an instant, now that nothing shows it.

        Where the rows of that instant have all changed meanwhile, it hides nothing.
        """
        if self.end("A", subtract_seconds(instant, 1)) != instant:
            return True
        self.mark_unfilterable("it leaves out the instant that it is given")
        return False

    def is_newest(self, instant: str) -> bool:
        """Check that nothing changed after an instant, behind which the filter shows nothing."""
        newest = self.end("D")
        if newest and newest <= instant and self._rises_to(newest):  # it may order no more
            return True
        self.mark_unfilterable("it may hide rows that changed later")
        return False

    def _rises_to(self, newest: str) -> bool:
        return (self.end("A") or newest) < newest

    def end(self, order: str, since: str | None = None) -> str | None:
        """Ask for the time of the first row in an order; None where there is none."""
        page = self.fetch({**list_params(order, since), "page": 1, "per_page": 1})
        end = row_time(page.rows[0]) if page.rows and page.is_sorted(order) else None
        self.is_end_timed = self.is_end_timed or (order == "D" and end is not None)
        return end
