"""Calls of Books: who may ask, what is left to ask, and where a path leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api import documents
from sandbox.api.limits import too_many
from sandbox.api.lists import List
from sandbox.api.routes import Route, find
from sandbox.api.specials import SPECIALS
from sandbox.data.catalog import endpoint
from sandbox.data.organizations import organization_document
from sandbox.messages import Answer, refusal, success

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.api.limits import Meter
    from sandbox.data.seeding import Holdings
    from sandbox.messages import Request
    from sandbox.world import World

BOOKS = "/books/v3/"
SCHEME = "Zoho-oauthtoken "
RATES = {"settings/currencies/{currency_id}/exchangerates"}


class Books:
    """The part of the double that is Books v3."""

    def __init__(self, world: World) -> None:
        """Answer for a world."""
        self._world = world

    def answer(
        self, request: Request, path: str, now: datetime, meter: Meter | None, *, here: bool
    ) -> tuple[Answer, str]:
        """The answer to a call, and the name of its token; only its own data center knows it."""
        header = request.headers.get("authorization", "")
        if not header.startswith(SCHEME):
            return refusal(401, 14, "Invalid value passed for authtoken."), ""
        text = header.removeprefix(SCHEME)
        token = self._world.accounts.find(text, now) if here else None
        if token is None:
            return _unauthorized(), ""
        scopes = self._world.accounts.allowed(token)
        return self._admitted(
            request, path.removeprefix(BOOKS).strip("/"), now, meter, scopes
        ), token.id

    def _admitted(
        self,
        request: Request,
        path: str,
        now: datetime,
        meter: Meter | None,
        scopes: frozenset[str],
    ) -> Answer:
        if path.split("/", maxsplit=1)[0] == "organizations":
            return self._organizations(path, scopes)
        if meter is None:
            name = request.params.get("organization_id", "")
            text = f"This user is not associated with the CompanyID/CompanyName: {name}."
            return refusal(400, 6041, text)
        return self._metered(request, path, now, meter, scopes)

    def _metered(
        self, request: Request, path: str, now: datetime, meter: Meter, scopes: frozenset[str]
    ) -> Answer:
        limits = self._world.limits
        code = meter.check(limits, now)
        if code:
            answer = too_many(code, meter.allowance(limits), limits.retry_after)
        else:
            latency = self._world.duration(request)
            meter.begin(now, latency)
            answer = self._routed(request, path, now, scopes)
            answer.latency = latency
        answer.headers |= meter.headers(limits, now)
        return answer

    def _routed(self, request: Request, path: str, now: datetime, scopes: frozenset[str]) -> Answer:
        own = self._world.holdings[request.params["organization_id"]]
        special = next((one for one in SPECIALS if one.matches(path)), None)
        route = find(path, own.spec.modules)
        found = special or (route.endpoint if route else None)
        if found is None:
            return refusal(404, 5, "Invalid URL Passed")
        area = found.scope
        if not permits(scopes, area):
            return _unauthorized()
        if request.method != "GET":
            return refusal(405, 37, "The HTTP method is not allowed for the requested resource")
        refused = self._world.refusals.get(found.path)
        if refused and refused.organization_id in {"", own.spec.organization_id}:
            return refusal(refused.status, refused.code, refused.message)
        if special:
            return special.answer(own, path, request.params)
        return self._list_or_document(request, route, own, now) if route else _unauthorized()

    def _list_or_document(
        self, request: Request, route: Route, own: Holdings, now: datetime
    ) -> Answer:
        one = route.endpoint
        if route.record_id:
            return self._document(own, route)
        parent = route.parent or request.params.get(one.parent_param, "")
        if one.parent and parent not in own.table(one.parent).records:
            return missing(endpoint(one.parent).document)
        if (
            one.path in RATES
            and documents.row(
                own.scene, endpoint(one.parent), own.table(one.parent).records[parent]
            )["is_base_currency"]
        ):
            return refusal(400, None, "Exchange rates cannot be listed for the base currency.")
        if one.path == "invoices" and request.params.get("filter_by") == "Type.DebitNote":
            one = endpoint("debitnotes")
        listing = List(
            own.scene,
            one,
            own.table(one.path),
            self._world.behaviour[one.path],
            parent,
            own.scene.date(int(now.timestamp())),
        )
        return listing.answer(request.params)

    def _document(self, own: Holdings, route: Route) -> Answer:
        one = route.endpoint
        record = own.table(one.path).records.get(route.record_id)
        if record is None and one.path == "invoices":
            one = endpoint("debitnotes")
            record = own.table(one.path).records.get(route.record_id)
        if record is None:
            return missing(one.document)
        return success(**{one.document: documents.document(own.scene, one, record)})

    def _organizations(self, path: str, scopes: frozenset[str]) -> Answer:
        if not permits(scopes, "settings"):
            return _unauthorized()
        _, _, wanted = path.partition("/")
        if not wanted:
            return success(organizations=self._world.organizations)
        for place, (key, own) in enumerate(self._world.holdings.items()):
            if key == wanted:
                return success(organization=organization_document(own.spec, first=not place))
        return missing("organization")


def permits(scopes: frozenset[str], area: str) -> bool:
    """Whether scopes let one read an area; custom modules need ALL even to read."""
    wide = {f"ZohoBooks.{area}.ALL", "ZohoBooks.fullaccess.all"}
    return bool(scopes & wide) or (area != "custommodules" and f"ZohoBooks.{area}.READ" in scopes)


def missing(noun: str) -> Answer:
    """The answer where there is no such document."""
    text = noun.replace("_", " ").replace("-", " ").capitalize()
    return refusal(404, 1002, f"{text} does not exist.")


def _unauthorized() -> Answer:
    return refusal(401, 57, "You are not authorized to perform this operation")
