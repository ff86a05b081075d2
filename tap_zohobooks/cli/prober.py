"""Probe endpoints one after the other: how each answers, and what its rows hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli import judgement, targets
from tap_zohobooks.cli.common import TYPE_OF
from tap_zohobooks.cli.exchange import READ, Exchange
from tap_zohobooks.cli.field_survey import FieldSurvey
from tap_zohobooks.cli.judgement import get_context
from tap_zohobooks.cli.list_check import OLDEST_FIRST
from tap_zohobooks.cli.names import NameHash, collect_texts, write_names
from tap_zohobooks.cli.targets import Target, find_rows
from tap_zohobooks.cli.wording import hide_names
from tap_zohobooks.pagination.page import filter_value, row_time
from tap_zohobooks.resources import MODIFIED, build_request, custom_module
from tap_zohobooks.streams.discovery import MODULE_SCHEMA, is_module
from tap_zohobooks.streams.nested import GroupStream, RateStream
from tap_zohobooks.streams.records import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tap_zohobooks.cli.exchange import Exchanges
    from tap_zohobooks.cli.field_survey import Schema
    from tap_zohobooks.resources import Report
    from tap_zohobooks.transform.cleaner import Row

LARGE, SMALL = 200, 2  # page sizes
REPORT_DAYS = 365
NOT_ASKED, UNREADABLE = "not asked", "unreadable"

Entry = dict[str, Any]
Params = dict[str, str | int]


@dataclass(slots=True)
class Prober:
    """Probes the endpoints of an organization; `today` is the last day of a report's range."""

    exchanges: Exchanges
    today: date
    write: NameHash = field(default_factory=NameHash)
    _rows: dict[str, list[Row]] = field(default_factory=dict)

    def probe(self, target: Target) -> Iterator[Entry]:
        """Yield what a target shows; the list of custom modules shows each of them, too.

        Raises:
            TapError: The quota is used up, or nothing can be read any more.
        """
        if target.report is not None:
            yield self._probe_report(target, target.report)
            return
        match target.kind:
            case targets.LIST:
                yield self._probe_list(target)
            case targets.MODULE_LIST:
                yield from self._probe_modules(target)
            case targets.SINGLE:
                path, query = build_request(target.resource, self.exchanges.organization, {})
                yield self._probe_once(target, path, query, load_schema(target))
            case _:
                yield self._probe_below(target)

    def _probe_list(self, target: Target) -> Entry:
        path, query = build_request(target.resource, self.exchanges.organization, {})
        plain = {name: value for name, value in query.items() if value != target.view}
        survey = FieldSurvey(load_schema(target), self.write)
        first = self.exchanges.request(path, {**plain, "page": 1, "per_page": LARGE})
        entry = create_entry(target, first)
        rows = self._survey(target, first, entry, survey)
        self._rows[target.name] = rows
        if first.document is None:
            return entry
        context = get_context(first.document)
        entry["default_view"] = describe_view(context)
        entry["page_sizes"] = {str(LARGE): judgement.judge_size(LARGE, len(rows), context)}
        self._probe_small_page(target, path, plain, entry)
        if target.is_incremental:
            self._probe_filter(target, path, plain, rows, entry)
        if target.view:
            self._probe_view(target, path, query, entry, survey)
        return complete_entry(entry, survey)

    def _probe_small_page(self, target: Target, path: str, plain: Params, entry: Entry) -> None:
        order = OLDEST_FIRST if target.is_incremental else {}
        small = self.exchanges.request(path, {**plain, **order, "page": 1, "per_page": SMALL})
        rows, context = find_rows(target, small.document) or [], get_context(small.document or {})
        is_read = small.document is not None
        verdict = judgement.judge_size(SMALL, len(rows), context) if is_read else judgement.REFUSED
        entry["page_sizes"][str(SMALL)] = verdict
        if order:
            times = [row_time(row) for row in rows]
            verdict = judgement.judge_order(times, context) if is_read else judgement.REFUSED
            entry["order"] = verdict
        if not is_read:
            entry["order_refusal" if order else "size_refusal"] = small.refusal

    def _probe_filter(
        self, target: Target, path: str, plain: Params, rows: list[Row], entry: Entry
    ) -> None:
        known = [row_time(row) for row in rows]
        since = judgement.choose_start(known)
        if since is None:
            entry["filter"] = judgement.UNKNOWN
            return
        query = {**plain, MODIFIED: filter_value(since), "page": 1, "per_page": LARGE}
        found = self.exchanges.request(path, query)
        if found.document is None:
            entry |= {"filter": judgement.REFUSED, "filter_refusal": found.refusal}
            return
        times = [row_time(row) for row in find_rows(target, found.document) or []]
        entry["filter"] = judgement.judge_filter(since, known, times)

    def _probe_view(
        self, target: Target, path: str, query: Params, entry: Entry, survey: FieldSurvey
    ) -> None:
        found = self.exchanges.request(path, {**query, "page": 1, "per_page": LARGE})
        entry["asked_view"] = target.view
        if found.document is None:
            entry |= {"view": judgement.REFUSED, "view_refusal": found.refusal}
            return
        applied = get_context(found.document).get("applied_filter")
        is_applied = applied == target.view
        entry["view"] = judgement.HONOURED if is_applied else judgement.IGNORED
        self._rows[target.name] = self._survey(target, found, {}, survey)

    def _probe_report(self, target: Target, report: Report) -> Entry:
        first = self.today - timedelta(days=REPORT_DAYS)
        query = report.build_query(first.isoformat(), self.today.isoformat())
        found = self.exchanges.request(target.path, query)
        entry = create_entry(target, found)
        if found.document is None:
            return entry
        context = get_context(found.document)
        entry["default_view"] = None
        entry["range"] = judgement.judge_report(query, context)
        entry |= self._describe_keys(found.document)
        survey = FieldSurvey(None, self.write)
        content = {name: value for name, value in found.document.items()
                   if name not in {"code", "message", "page_context"}}  # fmt: skip
        survey.add([content], collect_texts(found.document))
        return complete_entry(entry, survey)

    def _probe_modules(self, target: Target) -> Iterator[Entry]:
        found = self.exchanges.request(target.path, {})
        yield create_entry(target, found)
        rows = find_rows(target, found.document) or []
        names = (str(row.get("api_name") or row.get("module_api_name")) for row in rows)
        for name in dict.fromkeys(filter(is_module, names)):
            own = custom_module(name)
            module = Target(targets.MODULE, own, own.list_path, 1)
            query: Params = {"page": 1, "per_page": LARGE}
            entry = self._probe_once(module, own.list_path, query, MODULE_SCHEMA)
            hidden = f"cm_{self.write(name)}"
            yield entry | {"name": hidden, "path": hidden}

    def _probe_below(self, target: Target) -> Entry:
        """Probe a document, or the children, of one row of another list."""
        rows = self._rows.get(target.resource.of, [])
        parent = next((row for row in rows if _can_have(target, row)), None)
        if parent is None:
            return create_entry(target, None) | {
                "reason": f"no row of {target.resource.of} that has one was read"
            }
        path = target.path.format(**parent)
        query: Params = {
            name: value.format(**parent) for name, value in target.resource.query.items()
        }
        above: Row = {}
        if target.kind == targets.DOCUMENT:
            above = parent
            if "{" not in target.path:
                query = {f"{target.resource.key}s": str(parent[target.resource.key])}
        return self._probe_once(target, path, query, load_schema(target), above)

    def _probe_once(
        self, target: Target, path: str, query: Params, schema: Schema, above: Row | None = None
    ) -> Entry:
        """Probe by one request; the row `above` is completed by the rows that come, as in a run."""
        found = self.exchanges.request(path, query)
        entry = create_entry(target, found)
        survey = FieldSurvey(schema, self.write)
        self._survey(target, found, entry, survey, above)
        return entry if found.document is None else complete_entry(entry, survey)

    def _survey(
        self,
        target: Target,
        found: Exchange,
        entry: Entry,
        survey: FieldSurvey,
        above: Row | None = None,
    ) -> list[Row]:
        """Add the rows of a response to a survey, and return them; describe the response."""
        if found.document is None:
            return []
        rows = find_rows(target, found.document)
        entry |= self._describe_keys(found.document)
        entry["rows"] = bool(rows)
        if rows is None:
            entry["outcome"] = UNREADABLE
            return []
        survey.add([{**(above or {}), **row} for row in rows], collect_texts(found.document))
        return rows

    def _describe_keys(self, document: Row) -> Entry:
        texts = collect_texts(document)
        context = get_context(document)
        return {
            "keys": sorted(write_names(document, "", texts, self.write).values()),
            "page_context": sorted(write_names(context, "", texts, self.write).values()),
        }


def load_schema(target: Target) -> Schema:
    """Return the schema of a target's stream."""
    schema: Schema = SCHEMAS.fetch_schema(target.name)
    return schema


def create_entry(target: Target, found: Exchange | None) -> Entry:
    """Return the begin of a target's entry; without an exchange it was not asked for."""
    entry = {
        "kind": target.kind,
        "name": target.name,
        "path": target.path,
        "outcome": found.outcome if found else NOT_ASKED,
    }
    return entry | ({"refusal": found.refusal} if found and found.outcome != READ else {})


def complete_entry(entry: Entry, survey: FieldSurvey) -> Entry:
    """Return an entry with the fields of its rows."""
    return entry | {"fields": survey.to_dict(), "absent": survey.list_absent()}


def describe_view(context: judgement.Context) -> str | None:
    """Return the filter that a list applies by itself; None if it names none."""
    applied = context.get("applied_filter")
    return hide_names(applied) if isinstance(applied, str) and applied else None


def _can_have(target: Target, row: Row) -> bool:
    """Tell whether a row has the key and the children of a target, as a run does."""
    if not all(row.get(column) for column in target.columns):
        return False
    kind = TYPE_OF[target.name]
    if issubclass(kind, RateStream):
        return row.get("is_base_currency") is not True
    return not issubclass(kind, GroupStream) or row.get("tax_type") == "tax_group"
