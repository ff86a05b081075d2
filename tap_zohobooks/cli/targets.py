"""Which endpoints `zohobooks probe` requests, and with how many calls at most."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli.common import TYPE_OF
from tap_zohobooks.errors import TapError
from tap_zohobooks.pagination.page import rows_of
from tap_zohobooks.resources import (
    ORGANIZATIONS,
    REPORTS,
    RESPELLED,
    TABLE,
    TIMED,
    Report,
    Resource,
)
from tap_zohobooks.streams.bulk import BulkDetailStream
from tap_zohobooks.streams.details import DetailStream
from tap_zohobooks.streams.discovery import MODULES
from tap_zohobooks.streams.lists import ListStream
from tap_zohobooks.streams.nested import ChildStream
from tap_zohobooks.streams.newer import BulkChildStream
from tap_zohobooks.streams.two_ways import WholeFirstStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_zohobooks.transform.cleaner import Row

LIST, SINGLE, DOCUMENT, NESTED, REPORT = "list", "single", "document", "nested", "report"
MODULE, MODULE_LIST = "module", "modules"
_COLUMN = re.compile(r"\{(\w+)\}")
ALL_VIEW = ".All"  # such a filter shows more rows than none


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint: what it is, its path with {columns} of a parent row, and the calls it takes."""

    kind: str
    resource: Resource
    path: str
    calls: int
    report: Report | None = None

    @property
    def name(self) -> str:
        """The name of the stream, or of the report."""
        return self.resource.name

    @property
    def is_incremental(self) -> bool:
        """Whether its rows have a time of change."""
        return self.resource in TIMED

    @property
    def columns(self) -> list[str]:
        """The columns of a parent row that its request needs."""
        query = " ".join(self.resource.query.values())
        return _COLUMN.findall(f"{self.path} {query}") or [self.resource.key]

    @property
    def view(self) -> str:
        """The filter that shows rows which the list hides by default; empty without one."""
        view = self.resource.query.get("filter_by", "")
        return view if view.endswith(ALL_VIEW) else ""


def list_targets() -> list[Target]:
    """Return all endpoints: lists before the documents and children that need their rows."""
    modules = TABLE["custom_modules"]
    listed = (one for one in TABLE.values() if one not in (ORGANIZATIONS, modules))
    targets = [_create_target(one) for one in listed if not isinstance(one, Report)]
    order = (LIST, SINGLE, DOCUMENT, NESTED)
    targets.sort(key=lambda target: order.index(target.kind))
    return [*targets, Target(MODULE_LIST, modules, MODULES, 1), *_list_reports()]


def _create_target(resource: Resource) -> Target:
    kind = TYPE_OF[resource.name]
    is_child = issubclass(kind, ChildStream) and not issubclass(kind, WholeFirstStream)
    if is_child or issubclass(kind, BulkChildStream):
        return Target(NESTED, resource, resource.list_path, 1)
    if issubclass(kind, BulkDetailStream):
        return Target(DOCUMENT, resource, resource.list_path, 1)
    if issubclass(kind, DetailStream):
        path = resource.of if resource in RESPELLED else TABLE[resource.of].list_path
        return Target(DOCUMENT, resource, f"{path}/{{{resource.key}}}", 1)
    if not issubclass(kind, ListStream):
        return Target(SINGLE, resource, resource.list_path, 1)
    target = Target(LIST, resource, resource.list_path, 0)
    calls = 2 + target.is_incremental + bool(target.view)
    return Target(LIST, resource, resource.list_path, calls)


def _list_reports() -> Iterator[Target]:
    for report in REPORTS:
        yield Target(REPORT, Resource(report.name, "", report.path), report.path, 1, report)


def find_rows(target: Target, document: dict[str, Any] | None) -> list[Row] | None:
    """Return the rows of a response that are objects; None if it has no place to read them from."""
    resource, noun = target.resource, target.resource.rows_key
    if target.kind == DOCUMENT and "{" in target.path:
        noun = target.path.partition("/")[0].removesuffix("s")
    try:
        rows: list[Any] = rows_of(document or {}, noun, resource.keys[-1] if resource.key else "")
    except TapError:
        return None
    match rows:
        case [dict(row)] if row and all(isinstance(held, list) for held in row.values()):
            rows = [one for held in row.values() for one in held]  # one list for each entity
    return [row for row in rows if isinstance(row, dict)]
