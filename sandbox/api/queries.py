"""The parameters of a list call, read as the endpoint reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sandbox.api import documents
from sandbox.data.times import asked_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.data.catalog import Behaviour, Endpoint

MOST: Final = 200
COMPARISONS: Final = {"_start": ">=", "_end": "<=", "_before": "<", "_after": ">"}
# Parameters that choose rows by a field's value.
CHOOSERS: Final = (
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
    """A parameter that the service balks at; it answers 400 code 2."""


@dataclass(frozen=True, slots=True)
class Query:
    """A list call understood."""

    page: int
    per_page: int
    column: str
    order: str
    echo: tuple[str, str] | None
    since: int | None
    exact: bool
    filter_by: str
    chosen: tuple[tuple[str, str, str], ...]


def understand(one: Endpoint, behaviour: Behaviour, params: Mapping[str, str]) -> Query:
    """Read the parameters as this endpoint does.

    Raises:
        InvalidValueError: Where it refuses one.
    """
    column, order, echo = _sort(one, behaviour, params)
    return Query(
        page=_count(params, "page", 1),
        per_page=min(
            _count(params, "per_page", one.per_page),
            max(MOST, one.per_page),
        ),
        column=column,
        order=order,
        echo=echo,
        since=_since(behaviour, params),
        exact=behaviour.filter == "equality",
        filter_by=params.get("filter_by") or one.applied,
        chosen=tuple(_chosen(one, params)),
    )


def _sort(
    one: Endpoint, behaviour: Behaviour, params: Mapping[str, str]
) -> tuple[str, str, tuple[str, str] | None]:
    own_column, own_order = one.order
    asked = params.get("sort_column", own_column)
    direction = params.get("sort_order", "A" if "sort_column" in params else own_order)[:1].upper()
    if behaviour.sort == "refused" and "sort_column" in params:
        msg = "sort_column"
        raise InvalidValueError(msg)
    known = asked in documents.row_fields(one)
    column, order = own_column, own_order
    if behaviour.sort == "honoured" and known and direction in {"A", "D"}:
        column, order = asked, direction
    match behaviour.echo:
        case "lies":
            return column, order, (asked, direction)
        case True:
            return column, order, (column, order)
        case _:
            return column, order, None


def _since(behaviour: Behaviour, params: Mapping[str, str]) -> int | None:
    asked = params.get("last_modified_time")
    refused = behaviour.filter == "refused"
    if refused and any(name.startswith("last_modified_time") for name in params):
        msg = next(name for name in params if name.startswith("last_modified_time"))
        raise InvalidValueError(msg)
    if asked is None or behaviour.filter == "ignored":
        return None
    since = asked_for(asked)
    if since is None:
        msg = "last_modified_time"
        raise InvalidValueError(msg)
    return since + (behaviour.filter == "after")


def _chosen(one: Endpoint, params: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The filters on fields that really apply; unknown ones are silently left aside."""
    fields = documents.row_fields(one)
    chosen = (name for name in CHOOSERS if name in params and name in fields)
    found = [(str(name), "=", params[name]) for name in chosen]
    for field in ("date", "due_date"):
        if field in fields:
            found += [
                (field, sign, params[field + ending])
                for ending, sign in (("", "="), *COMPARISONS.items())
                if params.get(field + ending)
            ]
    return found


def _count(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not int(text):
        raise InvalidValueError(name)
    return int(text)
