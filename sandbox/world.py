"""The world: organizations, what they hold, who may see it, and one function that answers."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timezone
from email.utils import format_datetime
from threading import RLock
from typing import TYPE_CHECKING, Any

from sandbox.api import documents
from sandbox.api.behaviours import Behaviours, Refusal
from sandbox.api.books import BOOKS, Books
from sandbox.api.faults import Faults, next_fault, play
from sandbox.api.limits import Limits, Meter
from sandbox.data.catalog import endpoint, endpoints
from sandbox.data.organizations import organization_row, specs
from sandbox.data.seeding import Holdings
from sandbox.data.times import epoch_of
from sandbox.messages import Answer, Call, refusal
from sandbox.oauth.accounts import Accounts
from sandbox.oauth.regions import placed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from typing_extensions import Unpack

    from sandbox.api.limits import LimitOptions
    from sandbox.data.organizations import OrganizationSpec
    from sandbox.messages import Request
    from sandbox.oauth.accounts import Credentials


def real_time() -> datetime:
    """Now."""
    return datetime.now(timezone.utc)


class World:
    """A double of Zoho Books and Zoho Accounts; ``build`` makes one."""

    def __init__(
        self,
        holdings: Mapping[str, Holdings],
        accounts: Accounts,
        limits: Limits,
        clock: Callable[[], datetime],
    ) -> None:
        """Put the parts together."""
        self.holdings = dict(holdings)
        self.accounts = accounts
        self.limits = limits
        self.clock = clock
        self.latency: float | Callable[[Request], float] = 0.0
        self.behaviour = Behaviours()
        self.faults = Faults()
        self.script: deque[str] = deque()
        self.refusals: dict[str, Refusal] = {}
        self.before_call: list[Callable[[World, Request], None]] = []
        self.log: list[Call] = []
        self.meters = {
            key: Meter(own.spec.time_zone, own.spec.daily_quota) for key, own in holdings.items()
        }
        self.lock = RLock()
        self._books = Books(self)

    @classmethod
    def build(
        cls,
        *,
        seed: int = 7,
        organizations: int | Sequence[OrganizationSpec] = 2,
        rows: int | Mapping[str, int] = 450,
        clock: Callable[[], datetime] = real_time,
        latency: float = 0.0,
        region: str = "us",
        bulk: Mapping[str, int] | None = None,
        **limits: Unpack[LimitOptions],
    ) -> World:
        """A seeded world.

        ``rows`` is for every collection, or for those named (``"*"`` for the others); ``bulk`` is
        how many of a collection's newest rows share one second, as after an import; further
        arguments are those of ``Limits``.
        """
        now = int(clock().timestamp())
        sizes = {"*": rows} if isinstance(rows, int) else {"*": 12, **rows}
        holdings = {
            spec.organization_id: Holdings(spec, seed, sizes, now, dict(bulk or {}))
            for spec in specs(organizations)
        }
        world = cls(holdings, Accounts(region=region, seed=seed), Limits(**limits), clock)
        world.latency = latency
        return world

    @property
    def organizations(self) -> list[dict[str, Any]]:
        """The organizations, as the list of them shows them."""
        return [
            organization_row(own.spec, first=not place)
            for place, own in enumerate(self.holdings.values())
        ]

    @property
    def credentials(self) -> Credentials:
        """Client id, client secret and refresh token of the user."""
        return self.accounts.credentials

    @property
    def mints(self) -> list[datetime]:
        """When access tokens were minted."""
        return self.accounts.mints

    @property
    def scopes(self) -> dict[str, frozenset[str]]:
        """What each refresh token may see; assign to change it."""
        return self.accounts.scopes

    def answer(self, request: Request) -> Answer:
        """Answer a request: the whole service is this function."""
        with self.lock:
            region, path = placed(request.host, request.path, self.accounts.region)
            if path.startswith("/oauth/"):
                return self.accounts.answer(request, path, region, self.clock())
            if not path.startswith(BOOKS):
                return refusal(404, 5, "Invalid URL Passed")
            for hook in self.before_call:
                hook(self, request)
            now = self.clock()
            answer, organization_id, token_id = self._call(request, path, region, now)
            answer.headers["Date"] = format_datetime(now.astimezone(timezone.utc), usegmt=True)
            answer.headers["Server"] = "ZGS"
            self.log.append(
                Call(
                    now,
                    request.method,
                    request.path,
                    dict(request.params),
                    organization_id,
                    answer.status,
                    answer.code,
                    token_id,
                    answer.latency,
                )
            )
            return answer

    def _call(
        self, request: Request, path: str, region: str, now: datetime
    ) -> tuple[Answer, str, str]:
        """One call of Books: what goes wrong, who asks, what is left, and then the answer."""
        organization_id = request.params.get("organization_id", "")
        meter = self.meters.get(organization_id)
        fault = next_fault(self.script, self.faults)
        quota = meter.allowance(self.limits) if meter else self.limits.daily_quota
        played = play(fault, quota, self.accounts.cancel_tokens)
        if played is not None:
            return played, organization_id, ""
        here = region == self.accounts.region
        answer, token_id = self._books.answer(
            request, path, now, meter if here else None, here=here
        )
        if fault == "cut":
            answer.fault = "cut"
        return answer, organization_id, token_id

    def duration(self, request: Request) -> float:
        """How long the service takes over a request, in seconds."""
        return self.latency(request) if callable(self.latency) else self.latency

    def rows(self, organization_id: str, collection: str) -> list[dict[str, Any]]:
        """Everything that the service holds of a collection, in the order it was made."""
        own, one = self.holdings[organization_id], endpoint(collection)
        with self.lock:
            records = own.table(collection).records.values()
            return [dict(documents.whole(own.scene, one, record)) for record in records]

    def listed(self, organization_id: str, collection: str, record_id: str) -> dict[str, Any]:
        """A record as its list shows it."""
        own = self.holdings[organization_id]
        record = own.table(collection).records[record_id]
        return dict(documents.row(own.scene, endpoint(collection), record))

    def document(self, organization_id: str, collection: str, record_id: str) -> dict[str, Any]:
        """A record as its own page shows it."""
        own = self.holdings[organization_id]
        record = own.table(collection).records[record_id]
        return dict(documents.document(own.scene, endpoint(collection), record))

    def ids(self, organization_id: str, collection: str) -> set[str]:
        """The ids of a collection."""
        with self.lock:
            return set(self.holdings[organization_id].table(collection).records)

    def revision(self, organization_id: str, collection: str, record_id: str) -> int:
        """How often a record was written: 1 as it was seeded, one more for each change."""
        return self.holdings[organization_id].table(collection).records[record_id].revision

    def revisions(self, organization_id: str, collection: str) -> dict[str, int]:
        """The revision of every record of a collection, by id."""
        with self.lock:
            records = self.holdings[organization_id].table(collection).records
            return {record.id: record.revision for record in records.values()}

    def visible_field(self, collection: str) -> str:
        """The field in which a changed row shows its revision, as ``REV-<number>``."""
        return documents.visible_field(endpoint(collection))

    def insert(self, organization_id: str, collection: str, **fields: Any) -> str:
        """Add a record and return its id; its times are now, unless they are given.

        One whose ``last_modified_time`` is blank says nowhere when it changed.
        """
        with self.lock:
            created, modified = self._times(fields)
            own = self.holdings[organization_id]
            return own.insert(collection, created, modified, self._shown(fields)).id

    def change(
        self, organization_id: str, collection: str, record_id: str, /, **fields: Any
    ) -> None:
        """Change a record; its time moves to now, or to ``last_modified_time`` where that is given.

        Raises:
            KeyError: Where there is no such record.
        """
        with self.lock:
            _, modified = self._times(fields)
            own = self.holdings[organization_id]
            record = own.table(collection).records[record_id]
            marked = {self.visible_field(collection): f"REV-{record.revision + 1}"}
            own.change(collection, record_id, modified, {**marked, **self._shown(fields)})

    def delete(self, organization_id: str, collection: str, record_id: str) -> None:
        """Remove a record for good.

        Raises:
            KeyError: Where there is no such record.
        """
        with self.lock:
            self.holdings[organization_id].table(collection).delete(record_id)

    def _times(self, fields: Mapping[str, Any]) -> tuple[int, int]:
        now = self.clock()
        modified = epoch_of(fields.get("last_modified_time", now) or 0)
        return epoch_of(fields.get("created_time", min(now, self.clock()))), modified

    @staticmethod
    def _shown(fields: Mapping[str, Any]) -> dict[str, Any]:
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
        """Let a collection answer with an error, as in a plan or edition that lacks it."""
        self.refusals[collection] = Refusal(status, code, message, organization_id)

    def cancel_tokens(self) -> None:
        """End every access token at once, as an administrator may."""
        with self.lock:
            self.accounts.cancel_tokens()

    expire_tokens = cancel_tokens

    def revoke(self, refresh_token: str) -> None:
        """End a refresh token."""
        with self.lock:
            self.accounts.revoke(refresh_token)

    def grant_refresh_token(self, scopes: frozenset[str] | None = None) -> str:
        """Another refresh token of the same user; the 21st ends the oldest without a word."""
        with self.lock:
            return self.accounts.grant(*([scopes] if scopes is not None else []))

    @property
    def collections(self) -> list[str]:
        """The names of all collections, custom modules left out."""
        return list(endpoints())
