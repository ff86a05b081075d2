"""The list of an account's transactions as the service has it: every leg of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.api import documents
from sandbox.api.queries import InvalidValueError, parse_query
from sandbox.data.store import Record
from sandbox.http import Response, build_error, build_success

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.data.catalog import Behaviour, Endpoint
    from sandbox.data.seeding import Holdings

PATH: Final = "chartofaccounts/transactions"


def answer_transactions(
    own: Holdings, one: Endpoint, behaviour: Behaviour, parent: str, params: Mapping[str, str]
) -> Response:
    """Answer a request for the legs of an account, oldest first.

    Their key is the id of the transaction: legs of one transaction on one account share it.
    """
    try:
        query = parse_query(one, behaviour, params)
    except InvalidValueError as name:
        return build_error(400, 2, f"Invalid value passed for {name}")
    count = len(own.accounts.list_legs(parent))
    start = (query.page - 1) * query.per_page
    end = min(start + query.per_page, count)
    rows = [_write_leg(own, one, parent, place) for place in range(start, end)]
    context = {
        "page": query.page,
        "per_page": query.per_page,
        "has_more_page": end < count,
        "report_name": one.report,
        "sort_column": query.column,
        "sort_order": query.order,
    }
    return build_success(**{one.rows: rows}, page_context=context)


def _write_leg(own: Holdings, one: Endpoint, parent: str, place: int) -> dict[str, Any]:
    fields = own.accounts.build_transaction(parent, place)
    record = Record(str(fields["transaction_id"]), place, 0, 0, parent)
    return documents.write_fields(own.scene, one, record, fields)
