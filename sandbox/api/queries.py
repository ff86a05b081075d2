"""The parameters of a list request, parsed as the endpoint reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.api import documents
from sandbox.data.times import parse_filter_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.data.catalog import Behaviour, Endpoint

MAX_PER_PAGE: Final = 200
COMPARISONS: Final = {"_start": ">=", "_end": "<=", "_before": "<", "_after": ">"}
# Fields by whose value a list is filtered, with an ending of COMPARISONS or without.
DATES: Final[tuple[str, ...]] = ("date", "due_date")
# Lists that take a range of days by other names, and only beside this filter, as reports do.
CUSTOM: Final = "Date.CustomDate"
RANGES: Final = {"projects/timeentries": ("log_date", {"from_date": ">=", "to_date": "<="})}
# Parameters that filter rows by a field's value.
FIELD_FILTERS: Final = (
    "customer_id",
    "vendor_id",
    "contact_id",
    "account_id",
    "project_id",
    "currency_id",
    "contact_type",
    "contact_name",
    "reference_number",
    "customer_name",
    "vendor_name",
)


class InvalidValueError(ValueError):
    """The name of a parameter whose value the service refuses with 400 code 2."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed list request.

    ``order`` is ``A`` or ``D``; ``echo`` is the column and order that ``page_context`` names, None
    if it names none; ``since`` is in epoch seconds; ``field_filters`` are (field, sign, text).
    """

    page: int
    per_page: int
    column: str
    order: str
    echo: tuple[str, str] | None
    since: int | None
    exact: bool
    filter_by: str
    field_filters: tuple[tuple[str, str, str], ...]


def parse_query(one: Endpoint, behaviour: Behaviour, params: Mapping[str, str]) -> Query:
    """Parse the parameters as this endpoint reads them.

    Raises:
        InvalidValueError: The endpoint refuses a value.
    """
    column, order, echo = _parse_sort(one, behaviour, params)
    return Query(
        page=_parse_count(params, "page", 1),
        per_page=min(
            _parse_count(params, "per_page", one.per_page),
            max(MAX_PER_PAGE, one.per_page),
            behaviour.page_limit,
        ),
        column=column,
        order=order,
        echo=echo,
        since=_parse_since(behaviour, params),
        exact=behaviour.filter == "equality",
        filter_by=_choose_view(one, behaviour, params),
        field_filters=(*_parse_field_filters(one, params), *_parse_days(one, behaviour, params)),
    )


def _choose_view(one: Endpoint, behaviour: Behaviour, params: Mapping[str, str]) -> str:
    own, wanted = behaviour.view or one.applied, params.get("filter_by", "")
    if wanted.endswith(".All") and behaviour.all_view == "refused":
        msg = "filter_by"
        raise InvalidValueError(msg)
    is_ignored = (wanted.endswith(".All") and behaviour.all_view == "ignored") or (
        wanted == CUSTOM and behaviour.days == "ignored"
    )
    return own if is_ignored or not wanted else wanted


def _parse_sort(
    one: Endpoint, behaviour: Behaviour, params: Mapping[str, str]
) -> tuple[str, str, tuple[str, str] | None]:
    own_column, own_order = one.order
    asked = params.get("sort_column", own_column)
    direction = params.get("sort_order", "A" if "sort_column" in params else own_order)[:1].upper()
    if behaviour.sort == "refused" and "sort_column" in params:
        msg = "sort_column"
        raise InvalidValueError(msg)
    is_known = asked in documents.list_row_fields(one)
    column, order = own_column, own_order
    if behaviour.sort == "honoured" and is_known and direction in {"A", "D"}:
        column, order = asked, direction
    match behaviour.echo:
        case "lies":
            return column, order, (asked, direction)
        case True:
            return column, order, (column, order)
        case _:
            return column, order, None


def _parse_since(behaviour: Behaviour, params: Mapping[str, str]) -> int | None:
    asked = params.get("last_modified_time")
    is_refused = behaviour.filter == "refused"
    if is_refused and any(name.startswith("last_modified_time") for name in params):
        msg = next(name for name in params if name.startswith("last_modified_time"))
        raise InvalidValueError(msg)
    if asked is None or behaviour.filter == "ignored":
        return None
    since = parse_filter_time(asked)
    if since is None:
        msg = "last_modified_time"
        raise InvalidValueError(msg)
    return since + (behaviour.filter == "after")


def _parse_field_filters(one: Endpoint, params: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Parse the filters on fields of the row; the service ignores those on other fields."""
    fields = documents.list_row_fields(one)
    names = (name for name in FIELD_FILTERS if name in params and name in fields)
    return [(str(name), "=", params[name]) for name in names]


def _parse_days(
    one: Endpoint, behaviour: Behaviour, params: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Parse the filters on dates of the row."""
    fields = documents.list_row_fields(one)
    known: dict[str, tuple[str, str]] = {
        field + ending: (field, sign)
        for field in DATES if field in fields
        for ending, sign in (("", "="), *COMPARISONS.items())
    }  # fmt: skip
    if one.path in RANGES and params.get("filter_by") == CUSTOM:
        field, signs = RANGES[one.path]
        known |= {name: (field, sign) for name, sign in signs.items()}
    asked = [name for name in known if params.get(name)]
    if asked and behaviour.days == "refused":
        raise InvalidValueError(asked[0])
    is_ignored = behaviour.days == "ignored"
    return [] if is_ignored else [(*known[name], params[name]) for name in asked]


def _parse_count(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not int(text):
        raise InvalidValueError(name)
    return int(text)
