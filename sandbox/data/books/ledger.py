"""The ledger of an organization: the legs of all documents, posted anew when one changes."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sandbox.data.books.leg import ZERO
from sandbox.data.books.post import POSTERS, post
from sandbox.data.catalog import get_endpoint
from sandbox.data.chart import INPUT_TAX, OUTPUT_TAX
from sandbox.data.facts.ledger import build_opening_balance
from sandbox.data.facts.registry import get_facts
from sandbox.data.facts.settlements import SIDES
from sandbox.data.numbers import parse_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sandbox.data.books.leg import Leg
    from sandbox.data.books.live import Live
    from sandbox.data.facts.applications import Application
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record, Table

OPENING: Final = "settings/openingbalances"


# The legs of the last worlds that were not changed: worlds of one seed and time have the same.
Posted: TypeAlias = "dict[tuple[str, str], tuple[object, list[Leg]]]"
SEEDED: Final[dict[Scene, tuple[Posted, list[Leg]]]] = {}
MOST_SEEDED: Final = 6


def remember_seeded(scene: Scene, posted: Posted, legs: list[Leg]) -> None:
    """Remember the legs of an unchanged world, and forget the oldest."""
    SEEDED[scene] = (posted, legs)
    while len(SEEDED) > MOST_SEEDED:
        del SEEDED[next(iter(SEEDED))]


class Ledger:
    """The legs of an organization, in the order of their dates; the context of ``post``."""

    def __init__(self, scene: Scene, live: Live, get_table: Callable[[str], Table]) -> None:
        """Post the documents of these tables when the legs are first read."""
        self.currency, self.decimals = scene.spec.currency, scene.spec.decimals
        self._scene = scene
        self._live = live
        self._get_table = get_table
        self._versions: tuple[int, ...] = ()
        self._posted: Posted = {}
        self._legs: list[Leg] = []
        self._documents: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.version = 0

    @property
    def legs(self) -> Sequence[Leg]:
        """All legs; ``version`` grows whenever they may have changed."""
        names = [name for name in POSTERS if name != OPENING]
        versions = tuple(self._get_table(name).version for name in names)
        if versions != self._versions:
            known = None if any(versions) else SEEDED.get(self._scene)
            if known is None:
                self._post_all(names)
            else:
                self._posted, self._legs = known
            if not any(versions):
                remember_seeded(self._scene, self._posted, self._legs)
            self._versions = versions
            self.version += 1
        return self._legs

    def _post_all(self, names: list[str]) -> None:
        posted: Posted = {}
        for name in names:
            for record in self._get_table(name).records.values():
                key = (name, record.id)
                stamp = (record.revision, self._live.get_serial(name, record.id))
                known = self._posted.get(key)
                if known is None or known[0] != stamp:
                    known = (stamp, post(self, name, self._build(name, record)))
                posted[key] = known
        self._posted = posted
        self._documents.clear()
        opening = post(self, OPENING, build_opening_balance(self._scene))
        every = [leg for _, legs in posted.values() for leg in legs]
        self._legs = sorted([*opening, *every], key=lambda leg: (leg.date, leg.transaction_id))

    def _build(self, collection: str, record: Record) -> dict[str, Any]:
        document = self._live.build_document(collection, record)
        if collection in SIDES:
            self._documents[collection, record.id] = document
        document[get_endpoint(collection).key] = record.id
        return {**document, "payment_id": record.parent} if record.parent else document

    def get_account(self, place: int) -> str:
        """Get the id of an account by its place in the chart."""
        return self._scene.get_account(place)[0]

    def get_tax_account(self, tax_id: str, *, is_output: bool) -> str:
        """Get the account of a tax: the first or the second, as its number is even or odd."""
        places = OUTPUT_TAX if is_output else INPUT_TAX
        number = self._scene.parse_number(tax_id) if tax_id.isdigit() else 0
        return self.get_account(places[number % len(places)])

    def get_cost(self, item_id: str) -> Decimal:
        """Get the cost of one of a stocked item in the organization's currency; 0 of another."""
        record = self._get_table("items").records.get(item_id)
        if record is None:
            return ZERO
        facts = get_facts("items")(self._scene, record, whole=False) | record.changes
        is_stocked = facts["item_type"] == "inventory"
        return parse_amount(facts["purchase_rate"]) if is_stocked else ZERO

    def find(self, collection: str, record_id: str) -> Mapping[str, Any] | None:
        """Find a whole document; None if there is none."""
        key = (collection, record_id)
        if key in self._documents:
            return self._documents[key]
        record = self._get_table(collection).records.get(record_id)
        if record is None:
            return None
        document = self._live.build_document(collection, record)
        self._documents[key] = document
        return document

    def list_applications(self, collection: str, record_id: str) -> list[Application]:
        """List what is applied to or from a document; nothing to or from others."""
        return self._live.list_applications(collection, record_id) if collection in SIDES else []

    def list_refunded(self, collection: str, record_id: str, refund_id: str) -> list[Decimal]:
        """List the refunds of a payment or credit up to, and with, one of them."""
        refunds = self._live.list_refunds(collection, record_id)
        place = [key for key, _ in refunds].index(refund_id)
        return [amount for _, amount in refunds[: place + 1]]

    def derive_id(self, kind: int, record_id: str) -> str:
        """Derive the id of a transaction that a document causes."""
        if not record_id.isdigit():
            return f"{record_id}-{kind}"
        return self._scene.spec.make_id(kind, self._scene.parse_number(record_id))

    @property
    def balances(self) -> dict[str, Decimal]:
        """The balance of each account by its id, debits less credits."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for leg in self.legs:
            found[leg.account_id] += leg.amount
        return found
