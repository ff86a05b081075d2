"""List requests: filter, sort, take a page, and report the sort and filter in ``page_context``."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sandbox.api import documents
from sandbox.api.queries import InvalidValueError, Query, parse_query
from sandbox.http import Response, build_error, build_success

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.data.catalog import Behaviour, Endpoint
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record, Sortable, Table

TIMES: Final[dict[str, Callable[[Record], Sortable]]] = {
    "created_time": lambda record: (record.created,),
    "last_modified_time": lambda record: (record.modified,),
}
ITEM_COUNT_ONLY: Final = frozenset({"2", "3"})

# Rows that precede all others whatever the filter is, and that are not records.
SYNTHETIC: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    "categories": (
        {
            "category_id": "-1",
            "name": "ROOT",
            "parent_category_id": "",
            "depth": "",
            "last_modified_time": "",
            "created_time": "",
        },
    )
}
RowTest: TypeAlias = "Callable[[dict[str, Any]], bool]"


@dataclass(frozen=True, slots=True)
class List:
    """A list of one organization; ``today`` is its date, ``parent`` the id of the row above it.

    If there is none above a nested list, it shows all; if ``is_newest``, the last one only.
    """

    scene: Scene
    endpoint: Endpoint
    table: Table
    behaviour: Behaviour
    parent: str = ""
    today: str = ""
    is_newest: bool = False

    def answer(self, params: Mapping[str, str]) -> Response:
        """Answer a request of the list."""
        try:
            query = parse_query(self.endpoint, self.behaviour, params)
        except InvalidValueError as name:
            return build_error(400, 2, f"Invalid value passed for {name}")
        start = (query.page - 1) * query.per_page
        page, total = self.select(query, start, start + query.per_page)
        rows = [self._write_row(self.table.records[one]) for one in page][-1 * self.is_newest :]
        if query.page == 1 and params.get("include_root_category", "true") != "false":
            rows = [*SYNTHETIC.get(self.endpoint.path, ()), *rows]
        if not self.endpoint.paged:
            return build_success(**{self.rows_key: rows})
        context = self._build_page_context(query, params, more=start + query.per_page < total)
        option = params.get("response_option", "0")
        if option != "0":
            context["total"] = total
        if option in ITEM_COUNT_ONLY:
            return build_success(page_context=context)
        return build_success(**{self.rows_key: rows}, page_context=context)

    @property
    def rows_key(self) -> str:
        """The key of the rows; the Indian edition has the other spelling if the key is disputed."""
        one = self.endpoint
        return (self.scene.spec.edition == "india" and one.other_rows) or one.rows

    def _write_row(self, record: Record) -> dict[str, Any]:
        row, key = documents.write_row(self.scene, self.endpoint, record), self.endpoint.parent_key
        if not self.endpoint.whole or self.parent:
            return row
        named = {**row, key: record.parent}
        return named if self.behaviour.names_parents else {**row, key: ""}

    def select(self, query: Query, start: int, end: int) -> tuple[list[str], int]:
        """Select the ids of a query from ``start`` to before ``end``, and count all of them."""
        if not self.endpoint.paged:
            start, end = 0, len(self.table.records)
        column = query.column
        index = self.table.get_index(column, TIMES.get(column) or self._make_sort_key(column))
        is_by_time = query.since is not None and column == "last_modified_time"
        first = index.find_position(query.since) if is_by_time else 0
        tests = self._build_tests(query)
        is_plain = query.since is None or (is_by_time and not query.exact)
        if is_plain and not tests and not self.parent:
            return _slice_index(index.entries, first, query.order, start, end)
        ids = self.table.cache(
            (
                query.column,
                query.order,
                query.since,
                query.filter_by,
                query.field_filters,
                self.parent,
            ),
            lambda: self._find_matches(query, tests, [one for _, one in index.entries[first:]]),
        )
        return ids[start:end], len(ids)

    def _find_matches(self, query: Query, tests: list[RowTest], ids: list[str]) -> list[str]:
        records = self.table.records
        if query.order == "D":
            ids.reverse()
        if self.parent:
            below = set(self.table.find_children(self.parent))
            ids = [one for one in ids if one in below]
        if query.since is not None:
            ids = [one for one in ids if self._is_in_time(records[one], query)]
        return [one for one in ids if self._is_match(one, tests)] if tests else ids

    def _is_in_time(self, record: Record, query: Query) -> bool:
        since = query.since or 0
        return record.modified == since if query.exact else record.modified >= since

    def _make_sort_key(self, column: str) -> Callable[[Record], Sortable]:
        def key(record: Record) -> Sortable:
            value = self._write_row(record).get(column, "")
            if isinstance(value, str):
                return (2, value.casefold()) if value else (0, "")
            return (1, value) if isinstance(value, (int, Decimal)) else (0, "")

        return key

    def _build_tests(self, query: Query) -> list[RowTest]:
        kind, _, wanted = query.filter_by.partition(".")
        tests: list[RowTest] = []
        if wanted in {"Active", "Inactive"}:
            tests.append(lambda row: is_active(row) == (wanted == "Active"))
        elif kind == "Status" and wanted != "All":
            tests.append(lambda row: str(row.get("status", "")).lower() == wanted.lower())
        elif kind == "PaymentMode" and wanted != "All":
            tests.append(lambda row: str(row.get("payment_mode", "")).lower() == wanted.lower())
        tests += [_make_field_test(*one) for one in query.field_filters]
        return tests

    def _is_match(self, record_id: str, tests: list[RowTest]) -> bool:
        row = self._write_row(self.table.records[record_id])
        return all(test(row) for test in tests)

    def _build_page_context(
        self, query: Query, params: Mapping[str, str], *, more: bool
    ) -> dict[str, Any]:
        one, is_stated = self.endpoint, self.behaviour.states_page_limit
        context: dict[str, Any] = {
            "page": query.page,
            "per_page": query.per_page if is_stated else int(params.get("per_page", 200)),
            "has_more_page": more,
        }
        if one.path == "projects" and "last_modified_time" in params:
            context["last_modified_time"] = params["last_modified_time"]
        context["report_name"] = one.report
        if query.filter_by:
            context["applied_filter"] = query.filter_by
        if one.custom_fields and not query.field_filters:
            context["custom_fields"] = []
        if one.path == "invoices":
            context["seller_app_sales_channels"] = ""
        if one.path == "settings/taxes":
            context |= {"as_of_date": self.today, "to_date": self.today}
        if query.echo:
            context["sort_column"], context["sort_order"] = query.echo
        if query.field_filters:
            context["search_criteria"] = _build_search_criteria(query)
        return context


def _build_search_criteria(query: Query) -> list[dict[str, str]]:
    """Build the filters that were applied, as ``page_context`` echoes them."""
    return [
        {
            "column_name": name,
            "search_text": text,
            "search_text_formatted": text,
            "comparator": "equal" if sign == "=" else sign,
        }
        for name, sign, text in query.field_filters
    ]


def is_active(row: Mapping[str, Any]) -> bool:
    """Whether a row is active, by ``is_active`` or ``status``."""
    return bool(row.get("is_active", str(row.get("status", "active")).lower() == "active"))


def _slice_index(
    entries: list[tuple[Sortable, str]], first: int, order: str, start: int, end: int
) -> tuple[list[str], int]:
    """Slice a page of an index in either order, without a copy of the whole index."""
    total = len(entries) - first
    if order == "D":
        low, high = max(total - end, 0), max(total - start, 0)
        return [one for _, one in reversed(entries[first + low : first + high])], total
    return [one for _, one in entries[first + start : first + end]], total


def _make_field_test(name: str, sign: str, text: str) -> RowTest:
    def test(row: dict[str, Any]) -> bool:
        value = str(row.get(name, ""))
        match sign:
            case ">=":
                return value >= text
            case "<=":
                return value <= text
            case "<":
                return value < text
            case ">":
                return value > text
            case _:
                return value == text

    return test
