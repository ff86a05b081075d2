"""What the documents of one organization refer to: parties, items, taxes, accounts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from typing_extensions import override

from sandbox.data.catalog import load_endpoints
from sandbox.data.chart import ACCOUNTS
from sandbox.data.numbers import hash_name, is_nth, mix, to_amount
from sandbox.data.pools import make_pools
from sandbox.data.rates import get_rate
from sandbox.data.store import compute_created
from sandbox.data.times import format_date, format_display_date, format_display_time, format_time
from sandbox.data.vocabulary import CURRENCIES, CURRENCY_KIND, find_currency

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from sandbox.data.organizations import OrganizationSpec
    from sandbox.data.pools import Person, Place
    from sandbox.data.store import Record

TAXES: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "india": (("GST5 (5%)", 5), ("GST12 (12%)", 12), ("GST18 (18%)", 18)),
    "global": (("State Tax", 6), ("City Tax", 2), ("State and City Tax", 8)),
    "uk": (("Standard Rate", 20), ("Reduced Rate", 5)),
    "gcc": (("VAT", 5),),
    "southafrica": (("Standard Rate", 15),),
}


# Gets fields by collection, record and part (``row`` or ``document``).
GetFields: TypeAlias = "Callable[[str, Record, str], Mapping[str, Any]]"


@dataclass(frozen=True, slots=True)
class Party:
    """A customer or a vendor."""

    id: str
    number: int
    name: str
    person: Person
    place: Place
    currency: tuple[str, str, int, str]


@lru_cache(maxsize=512)
def get_kind_number(collection: str) -> int:
    """Get the part of an id that stands for its collection."""
    if collection == "settings/currencies":
        return CURRENCY_KIND
    known = list(load_endpoints())
    if collection in known:
        return 10 + known.index(collection)
    return 400 + hash_name(collection) % 100


@lru_cache(maxsize=64)
def make_memory(_identity: tuple[Any, ...]) -> dict[Any, Any]:
    """Make the memory of the scenes of one seed, organization and set of sizes."""
    return {}


def _get_nothing(_collection: str, _record: Record, _part: str) -> Mapping[str, Any]:
    return {}


class Scene:
    """What documents of one organization refer to; ``sizes`` are the rows of each seeded table.

    ``now`` is when they were seeded, in epoch seconds; ``memory`` holds what does not depend on it,
    and is the same for all scenes of one seed; ``dated_memory`` holds what does.
    """

    def __init__(self, spec: OrganizationSpec, seed: int, sizes: dict[str, int], now: int) -> None:
        """Refer to the seeded tables of an organization."""
        self.spec = spec
        self.seed = seed
        self.now = now
        self.pools = make_pools(seed)
        self.taxes = TAXES.get(spec.edition, TAXES["global"])
        self._sizes = sizes
        # What changes of other records have made of a record; set by what holds the tables.
        self.get_live_fields: GetFields = _get_nothing
        self._parties: dict[int, Party] = {}
        timeless = (spec.organization_id, hash(spec), seed, *sorted(sizes.items()))
        self.memory = make_memory(timeless)
        self.dated_memory: dict[Any, Any] = {}
        self._identity = (now, *timeless)
        self._hash = hash(self._identity)

    @override
    def __hash__(self) -> int:
        return self._hash

    @override
    def __eq__(self, other: object) -> bool:
        """Whether two scenes produce the same documents."""
        return isinstance(other, Scene) and self._identity == other._identity

    def make_id(self, collection: str, number: int) -> str:
        """Make the id of a seeded record."""
        return self.spec.make_id(get_kind_number(collection), number)

    def draw(self, collection: str, number: int) -> int:
        """Draw a random number for a record."""
        return mix(self.seed, self.spec.salt, get_kind_number(collection), number)

    def get_size(self, collection: str) -> int:
        """Get the count of a table's seeded records, at least 3."""
        return max(self._sizes.get(collection, 0), 3)

    def count(self, collection: str) -> int:
        """Count the seeded records of a table."""
        return self._sizes.get(collection, 0)

    def parse_number(self, record_id: str) -> int:
        """Parse the number of a seeded record from its id."""
        return int(record_id.removeprefix(self.spec.id_prefix)) % 100_000_000

    def get_created(self, collection: str, number: int) -> int:
        """Get the time of creation of a seeded record, in epoch seconds."""
        return compute_created(self.count(collection), number, self.now)

    def format_time(self, epoch: int) -> str:
        """Format epoch seconds as rows have them."""
        return format_time(epoch, self.spec.time_zone)

    def format_date(self, epoch: int) -> str:
        """Format epoch seconds as the organization's date."""
        return format_date(epoch, self.spec.time_zone)

    def format_display_time(self, epoch: int) -> str:
        """Format epoch seconds in the display format."""
        return format_display_time(epoch, self.spec.time_zone)

    def format_display_date(self, epoch: int) -> str:
        """Format epoch seconds as a date in the display format."""
        return format_display_date(epoch, self.spec.time_zone)

    def to_amount(self, units: int) -> Decimal:
        """Convert units of the last decimal to an amount in the organization's currency."""
        return to_amount(units, self.spec.decimals)

    def get_party(self, number: int) -> Party:
        """Get the contact of a number; every third is a vendor."""
        known = self._parties.get(number)
        if known is None:
            foreign = is_nth(9, number, 4)
            base = (self.spec.currency, self.spec.symbol, self.spec.decimals, self.spec.currency)
            known = self._parties[number] = Party(
                self.make_id("contacts", number),
                number,
                self.pools.pick_company(number),
                self.pools.pick_person(number),
                self.pools.pick_place(number),
                CURRENCIES[number % len(CURRENCIES)] if foreign else base,
            )
        return known

    def pick_customer(self, chance: int) -> Party:
        """Pick a customer."""
        number = chance % self.get_size("contacts")
        return self.get_party(number - 1 if is_nth(3, number, 2) else number)

    def pick_vendor(self, chance: int) -> Party:
        """Pick a vendor."""
        number = chance % max(self.get_size("contacts") // 3, 1)
        return self.get_party(3 * number + 2)

    def get_currency_id(self, code: str) -> str:
        """Get the id of a currency by its code."""
        return self.spec.make_id(CURRENCY_KIND, find_currency(code))

    def build_user_fields(self) -> dict[str, Any]:
        """Build the fields of the user that created and changed a record."""
        person = self.pools.pick_person(0)
        user = self.make_id("users", 0)
        return {
            "created_by": person.name,
            "created_by_id": user,
            "created_by_name": person.name,
            "last_modified_by": person.name,
            "last_modified_by_id": user,
            "last_modified_id": user,
        }

    def get_rate(self, code: str, epoch: int) -> Decimal:
        """Get the exchange rate of a currency into the organization's at a time."""
        return get_rate(code, self.spec.currency, epoch)

    def build_currency_fields(self, party: Party, epoch: int) -> dict[str, Any]:
        """Build the fields of a party's currency and its exchange rate at a time."""
        code, symbol, decimals, name = party.currency
        return {
            "currency_id": self.get_currency_id(code),
            "currency_code": code,
            "currency_symbol": symbol,
            "currency_name_formatted": f"{code}- {name}",
            "price_precision": decimals,
            "exchange_rate": self.get_rate(code, epoch),
        }

    def get_account(self, number: int) -> tuple[str, str]:
        """Get id and name of an account of the chart."""
        lap, place = divmod(number, len(ACCOUNTS))
        name = ACCOUNTS[place][0]
        return self.make_id("chartofaccounts", number), f"{name} {lap + 1}" if lap else name
