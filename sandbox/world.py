"""The world: the double as its users see it, one function from request to response."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from sandbox.api import documents
from sandbox.api.books import BOOKS, Books, BooksRequest, deny_access, read_token
from sandbox.api.failures import build_fault, damage
from sandbox.data.catalog import get_endpoint, load_endpoints
from sandbox.data.organizations import select_organizations
from sandbox.data.seeding import Holdings
from sandbox.data.times import to_epoch
from sandbox.http import LoggedRequest, Response, build_error
from sandbox.limits import Limits
from sandbox.oauth.accounts import Accounts
from sandbox.oauth.regions import resolve_region
from sandbox.oddities import apply_oddities
from sandbox.single_documents import Refusal
from sandbox.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from typing_extensions import Unpack

    from sandbox.data.organizations import OrganizationSpec
    from sandbox.http import Request
    from sandbox.limits import LimitOptions
    from sandbox.oauth.accounts import Credentials


def read_clock() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


class World(State):
    """A double of Zoho Books and Zoho Accounts; ``build`` makes one.

    ``before_call`` holds functions that are called before each request of Books is answered.
    """

    def __init__(
        self,
        holdings: Mapping[str, Holdings],
        accounts: Accounts,
        limits: Limits,
        clock: Callable[[], datetime],
    ) -> None:
        """Join the state with Books and Accounts."""
        super().__init__(holdings, limits, clock)
        self.accounts = accounts
        self.before_call: list[Callable[[World, Request], None]] = []
        self._books = Books(self)

    @classmethod
    def build(
        cls,
        *,
        seed: int = 7,
        organizations: int | Sequence[OrganizationSpec] = 2,
        rows: int | Mapping[str, int] = 450,
        clock: Callable[[], datetime] = read_clock,
        latency: float = 0.0,
        region: str = "us",
        bulk: Mapping[str, int] | None = None,
        **limits: Unpack[LimitOptions],
    ) -> World:
        """Build a seeded world.

        ``rows`` is for every collection, or by collection (``"*"`` for the others); ``bulk`` is how
        many of a collection's newest rows share one second, as after an import; further arguments
        are those of ``Limits``. ``latency`` is in seconds.
        """
        now = int(clock().timestamp())
        sizes = {"*": rows} if isinstance(rows, int) else {"*": 12, **rows}
        holdings = {
            spec.organization_id: Holdings(spec, seed, sizes, now, dict(bulk or {}))
            for spec in select_organizations(organizations)
        }
        world = cls(holdings, Accounts(region=region, seed=seed), Limits(**limits), clock)
        world.latency = latency
        return world

    @property
    def credentials(self) -> Credentials:
        """Client id, client secret and refresh token of the user."""
        return self.accounts.credentials

    @property
    def mints(self) -> list[datetime]:
        """The times at which access tokens were issued."""
        return self.accounts.mints

    @property
    def scopes(self) -> dict[str, frozenset[str]]:
        """The scopes of each refresh token; assign to change them."""
        return self.accounts.scopes

    def answer(self, request: Request) -> Response:
        """Answer a request: the whole service is this function."""
        with self.lock:
            region, path = resolve_region(request.host, request.path, self.accounts.region)
            if path.startswith("/oauth/"):
                return self.accounts.answer(request, path, region, self.clock())
            if not path.startswith(BOOKS):
                return build_error(404, 5, "Invalid URL Passed")
            for hook in self.before_call:
                hook(self, request)
            now = self.clock()
            response, token_id = self._answer_books(request, path, region, now)
            response.headers.setdefault("Date", format_datetime(now.astimezone(UTC), usegmt=True))
            apply_oddities(self.oddities, path.removeprefix(BOOKS).strip("/"), request, response)
            response.headers["Server"] = "ZGS"
            self._log_request(request, response, token_id, now)
            return response

    def _answer_books(
        self, request: Request, path: str, region: str, now: datetime
    ) -> tuple[Response, str]:
        """Answer a request of Books, or fail as its fault says; return the token's id, too."""
        meter = self.meters.get(request.params.get("organization_id", ""))
        fault = self.take_fault()
        quota = meter.get_allowance(self.limits) if meter else self.limits.daily_quota
        failure = build_fault(fault, quota, self.accounts.cancel_tokens)
        if failure is not None:
            return failure, ""
        is_here = region == self.accounts.region
        token = self.accounts.find_token(read_token(request), now) if is_here else None
        if token is None:
            response = deny_access(request)
        else:
            scopes = self.accounts.get_scopes(token)
            path = path.removeprefix(BOOKS).strip("/")
            response = self._books.answer(BooksRequest(request, path, now, meter, scopes))
        damage(response, fault)
        return response, token.id if token else ""

    def _log_request(
        self, request: Request, response: Response, token_id: str, now: datetime
    ) -> None:
        self.log.append(
            LoggedRequest(
                time=now,
                method=request.method,
                path=request.path,
                params=dict(request.params),
                organization_id=request.params.get("organization_id", ""),
                status=response.status,
                code=response.code,
                token_id=token_id,
                duration=response.latency,
            )
        )

    def rows(self, organization_id: str, collection: str) -> list[dict[str, Any]]:
        """Return all fields of all records of a collection, oldest first."""
        own, one = self.holdings[organization_id], get_endpoint(collection)
        with self.lock:
            records = own.get_table(collection).records.values()
            return [dict(documents.write_all_fields(own.scene, one, record)) for record in records]

    def row(self, organization_id: str, collection: str, record_id: str) -> dict[str, Any]:
        """Return a record as a row of its list."""
        own = self.holdings[organization_id]
        record = own.get_table(collection).records[record_id]
        return dict(documents.write_row(own.scene, get_endpoint(collection), record))

    def document(self, organization_id: str, collection: str, record_id: str) -> dict[str, Any]:
        """Return a record as a document."""
        own = self.holdings[organization_id]
        record = own.get_table(collection).records[record_id]
        return dict(documents.write_document(own.scene, get_endpoint(collection), record))

    def ids(self, organization_id: str, collection: str) -> set[str]:
        """Return the ids of a collection."""
        with self.lock:
            return set(self.holdings[organization_id].get_table(collection).records)

    def revision(self, organization_id: str, collection: str, record_id: str) -> int:
        """Return how often a record was written: 1 as seeded, 1 more for each change."""
        return self.holdings[organization_id].get_table(collection).records[record_id].revision

    def revisions(self, organization_id: str, collection: str) -> dict[str, int]:
        """Return the revision of every record of a collection, by id."""
        with self.lock:
            records = self.holdings[organization_id].get_table(collection).records
            return {record.id: record.revision for record in records.values()}

    def times(self, organization_id: str, collection: str) -> dict[str, int]:
        """Return the time of change of every record of a collection, in epoch seconds, by id."""
        with self.lock:
            records = self.holdings[organization_id].get_table(collection).records
            return {record.id: record.modified for record in records.values()}

    def visible_field(self, collection: str) -> str:
        """Return the field of a changed row that holds its revision, as ``REV-<number>``."""
        return documents.find_visible_field(get_endpoint(collection))

    def insert(self, organization_id: str, collection: str, **fields: Any) -> str:
        """Add a record and return its id; its times are now, unless they are given.

        A record whose ``last_modified_time`` is blank has no time of change.
        """
        with self.lock:
            created, modified = self._parse_times(fields)
            own = self.holdings[organization_id]
            return own.insert(collection, created, modified, self._drop_times(fields)).id

    def change(
        self, organization_id: str, collection: str, record_id: str, /, **fields: Any
    ) -> None:
        """Change a record; its time of change is now, or ``last_modified_time`` if that is given.

        Raises:
            KeyError: There is no such record.
        """
        with self.lock:
            _, modified = self._parse_times(fields)
            own = self.holdings[organization_id]
            record = own.get_table(collection).records[record_id]
            marked = {self.visible_field(collection): f"REV-{record.revision + 1}"}
            own.change(collection, record_id, modified, {**marked, **self._drop_times(fields)})

    def delete(self, organization_id: str, collection: str, record_id: str) -> None:
        """Delete a record.

        Raises:
            KeyError: There is no such record.
        """
        with self.lock:
            now = int(self.clock().timestamp())
            self.holdings[organization_id].delete(collection, record_id, now)

    def _parse_times(self, fields: Mapping[str, Any]) -> tuple[int, int]:
        now = self.clock()
        modified = to_epoch(fields.get("last_modified_time", now) or 0)
        return to_epoch(fields.get("created_time", min(now, self.clock()))), modified

    @staticmethod
    def _drop_times(fields: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in fields.items()
            if name not in {"created_time", "last_modified_time"}
        }

    def refuse(
        self,
        collection: str,
        status: int,
        code: int | None,
        message: str,
        organization_id: str = "",
    ) -> None:
        """Respond to requests of a collection with an error, as in a plan that lacks it.

        The collection ``*`` is all that an organization has, as once its trial has ended.
        """
        self.refusals[collection] = Refusal(status, code, message, organization_id)

    def refuse_documents(
        self, ids: Iterable[str], status: int, code: int | None, message: str
    ) -> None:
        """Respond to requests of single documents, and of their children, with an error."""
        self.single_documents.refuse(ids, Refusal(status, code, message))

    def cancel_tokens(self) -> None:
        """End every access token, as an administrator may."""
        with self.lock:
            self.accounts.cancel_tokens()

    expire_tokens = cancel_tokens

    def revoke(self, refresh_token: str) -> None:
        """End a refresh token."""
        with self.lock:
            self.accounts.revoke(refresh_token)

    def grant_refresh_token(self, scopes: frozenset[str] | None = None) -> str:
        """Grant another refresh token; the 21st ends the oldest without an error."""
        with self.lock:
            return self.accounts.grant(*([scopes] if scopes is not None else []))

    @property
    def collections(self) -> list[str]:
        """The names of all collections without custom modules."""
        return list(load_endpoints())
