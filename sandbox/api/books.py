"""Zoho Books v3: check token, organization, limits and scope, then route a request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec

from sandbox.api import documents
from sandbox.api.failures import build_limit_error, compress
from sandbox.api.lists import List
from sandbox.api.reports.answers import PREFIX, answer_report
from sandbox.api.routes import Route, find_route
from sandbox.api.specials import SPECIALS
from sandbox.api.transactions import PATH as TRANSACTIONS
from sandbox.api.transactions import answer_transactions
from sandbox.data.catalog import get_endpoint
from sandbox.data.organization_rows import build_organization_document
from sandbox.http import Response, build_error, build_success

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.data.catalog import Endpoint
    from sandbox.data.seeding import Holdings
    from sandbox.http import Request
    from sandbox.limits import Meter
    from sandbox.state import State

BOOKS: Final = "/books/v3/"
SCHEME: Final = "Zoho-oauthtoken "
ADDRESSES: Final = "organizations/address"
RATES: Final = "settings/currencies/{currency_id}/exchangerates"


@dataclass(frozen=True, slots=True)
class Area:
    """Paths that are no list of records, and the scope that they need."""

    path: str
    scope: str


REPORTS: Final = Area(PREFIX, "reports")


@dataclass(frozen=True, slots=True)
class BooksRequest:
    """A request of Books: its path below ``/books/v3/``, its time, and the scopes of its token.

    ``meter`` is that of the organization, None if this data center does not know it.
    """

    request: Request
    path: str
    now: datetime
    meter: Meter | None
    scopes: frozenset[str]


class Books:
    """The part of the double that is Books v3."""

    def __init__(self, state: State) -> None:
        """Read from a state."""
        self._state = state

    def answer(self, asked: BooksRequest) -> Response:
        """Answer a request that has a valid token."""
        if asked.path.split("/", maxsplit=1)[0] == "organizations" and asked.path != ADDRESSES:
            return self._answer_organizations(asked)
        if asked.meter is None:
            name = asked.request.params.get("organization_id", "")
            text = f"This user is not associated with the CompanyID/CompanyName: {name}."
            return build_error(400, 6041, text)
        return self._check_limits(asked, asked.meter)

    def _check_limits(self, asked: BooksRequest, meter: Meter) -> Response:
        limits = self._state.limits
        code = meter.check(limits, asked.now)
        if code:
            response = build_limit_error(code, meter.get_allowance(limits), limits.retry_after)
        else:
            latency = self._state.compute_latency(asked.request)
            meter.begin(asked.now, latency)
            response = self._route(asked)
            response.latency = latency
        response.headers |= meter.build_headers(limits, asked.now)
        return response

    def _route(self, asked: BooksRequest) -> Response:
        own = self._state.holdings[asked.request.params["organization_id"]]
        special = next((one for one in SPECIALS if one.has_path(asked.path)), None)
        route = find_route(asked.path, own.spec.modules)
        is_report = asked.path.startswith(f"{REPORTS.path}/")
        target = REPORTS if is_report else special or (route.endpoint if route else None)
        if target is None:
            return build_error(404, 5, "Invalid URL Passed")
        if not can_read(asked.scopes, self._state.areas.get(target.path, target.scope)):
            return build_unauthorized()
        if asked.request.method != "GET":
            text = "The HTTP method is not allowed for the requested resource"
            return build_error(405, 37, text)
        single = self._state.single_documents
        refusal = self._state.find_refusal(target.path, own.spec.organization_id)
        refusal = refusal or self._state.find_refusal(asked.path, own.spec.organization_id)
        refusal = refusal or single.find_refusal(asked.path, asked.request.params)
        if refusal:
            return build_error(refusal.status, refusal.code, refusal.message)
        if single.refusals or single.swaps:
            asked = replace(asked, path=single.swap_path(asked.path),
                            request=single.swap_params(asked.request))  # fmt: skip
            route = find_route(asked.path, own.spec.modules)
        if special:
            return self._pad(special.answer(own, asked.path, asked.request.params), asked.path)
        if is_report:
            return self._answer_report(asked, own)
        return self._answer_route(asked, route, own) if route else build_unauthorized()

    def _answer_route(self, asked: BooksRequest, route: Route, own: Holdings) -> Response:
        if route.record_id:
            return self._pad(
                answer_document(own, route), f"{route.endpoint.path}/{route.record_id}"
            )
        one, params = route.endpoint, asked.request.params
        parent = route.parent or params.get(one.parent_param, "")
        has_parent = one.parent and not (route.is_whole and not parent)
        if has_parent and parent not in own.get_table(one.parent).records:
            return build_not_found(get_endpoint(one.parent).document)
        if one.path == RATES and is_base_currency(own, one, parent):
            text = "Exchange rates cannot be listed for the base currency."
            return build_error(400, None, text)
        if one.path == "invoices" and params.get("filter_by") == "Type.DebitNote":
            one = get_endpoint("debitnotes")
        today = own.scene.format_date(int(asked.now.timestamp()))
        behaviour = self._state.behaviour[one.path]
        if one.path == TRANSACTIONS and self._state.reports.every_transaction:
            return answer_transactions(own, one, behaviour, parent, params)
        listed = List(own.scene, one, own.get_table(one.path), behaviour, parent, today,
                      route.is_newest)  # fmt: skip
        return self._pad(listed.answer(params), one.path)

    def _pad(self, response: Response, name: str) -> Response:
        """Add the blanks of a document, or of the rows of a list."""
        blanks = self._state.padding.get(name, 0)
        if not blanks or response.code:
            return response
        content = msgspec.json.decode(response.body).values()
        rows = max((len(one) for one in content if isinstance(one, list)), default=1)
        return compress(response, blanks * rows)

    def _answer_report(self, asked: BooksRequest, own: Holdings) -> Response:
        today = own.scene.format_date(int(asked.now.timestamp()))
        return answer_report(own, asked.path, asked.request.params, today, self._state.reports)

    def _answer_organizations(self, asked: BooksRequest) -> Response:
        if not can_read(asked.scopes, "settings"):
            return build_unauthorized()
        _, _, wanted = asked.path.partition("/")
        if not wanted:
            return build_success(organizations=self._state.organizations)
        for place, (key, own) in enumerate(self._state.holdings.items()):
            if key == wanted:
                return build_success(
                    organization=build_organization_document(own.spec, first=not place)
                )
        return build_not_found("organization")


def answer_document(own: Holdings, route: Route) -> Response:
    """Answer the request of one document; a debit note is found among the invoices, too."""
    one = route.endpoint
    record = own.get_table(one.path).records.get(route.record_id)
    if record is None and one.path == "chartofaccounts":
        # Accounts that the list does not have are found by their id, as seen of child accounts.
        record = own.find_account(route.record_id)
    if record is None and one.path == "invoices":
        one = get_endpoint("debitnotes")
        record = own.get_table(one.path).records.get(route.record_id)
    if record is None:
        return build_not_found(one.document)
    return build_success(**{one.document: documents.write_document(own.scene, one, record)})


def is_base_currency(own: Holdings, one: Endpoint, currency_id: str) -> bool:
    """Whether the parent of a list of exchange rates is the organization's own currency."""
    record = own.get_table(one.parent).records[currency_id]
    return bool(
        documents.write_row(own.scene, get_endpoint(one.parent), record)["is_base_currency"]
    )


def can_read(scopes: frozenset[str], areas: str) -> bool:
    """Whether scopes permit to read one of some areas, joined by commas."""
    return any(_can_read_area(scopes, area) for area in areas.split(","))


def _can_read_area(scopes: frozenset[str], area: str) -> bool:
    """Whether scopes permit to read an area; custom modules need ALL even to read."""
    wide = {f"ZohoBooks.{area}.ALL", "ZohoBooks.fullaccess.all"}
    return bool(scopes & wide) or (area != "custommodules" and f"ZohoBooks.{area}.READ" in scopes)


def build_not_found(noun: str) -> Response:
    """Build the response if there is no such document."""
    text = noun.replace("_", " ").replace("-", " ").capitalize()
    return build_error(404, 1002, f"{text} does not exist.")


def read_token(request: Request) -> str:
    """Read the access token from the header of a request; empty if there is none."""
    header = request.headers.get("authorization", "")
    return header.removeprefix(SCHEME) if header.startswith(SCHEME) else ""


def deny_access(request: Request) -> Response:
    """Build the response to a request whose token is missing or not valid."""
    if not request.headers.get("authorization", "").startswith(SCHEME):
        return build_error(401, 14, "Invalid value passed for authtoken.")
    return build_unauthorized()


def build_unauthorized() -> Response:
    """Build the response of Books to a token that is dead, foreign, or lacks the scope."""
    return build_error(401, 57, "You are not authorized to perform this operation")
