"""Names, addresses and texts, made once by Faker."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from faker import Faker

from sandbox.data.numbers import is_nth, mix

# Text as users type it: blanks at the ends, right-to-left, emoji, quotes, other scripts.
AWKWARD: Final = (
    " Leading Blank Traders",
    "Trailing Blank GmbH ",
    "شركة النور للتجارة",
    "חברת אלון בע״מ",
    "Café Zoë & Söhne",
    "株式会社 さくら商事",
    'Smith "Smithy" & Sons, Ltd.',
    "Rocket 🚀 Labs 👩‍🔬",
    "Ünïcode — Ltd\tTabbed",
    "O'Neill\\Backslash\nNewline",
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person with a name, an e-mail address and a phone number."""

    first: str
    last: str
    email: str
    phone: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


@dataclass(frozen=True, slots=True)
class Place:
    """A postal address."""

    street: str
    city: str
    state: str
    code: str


@dataclass(frozen=True, slots=True)
class Pools:
    """The values that seeded data is made from, picked by number."""

    companies: tuple[str, ...]
    people: tuple[Person, ...]
    places: tuple[Place, ...]
    products: tuple[str, ...]
    words: tuple[str, ...]
    sentences: tuple[str, ...]

    def pick_company(self, number: int) -> str:
        """Pick the name of a company: unique for every number, one in twenty hard to handle."""
        if is_nth(20, number, 7):
            name = AWKWARD[number // 20 % len(AWKWARD)]
            return name if number < 20 * len(AWKWARD) else f"{name} {number}"
        name = self.companies[number % len(self.companies)]
        return name if number < len(self.companies) else f"{name} {number}"

    def pick_person(self, number: int) -> Person:
        """Pick a person."""
        return self.people[mix(number, 1) % len(self.people)]

    def pick_place(self, number: int) -> Place:
        """Pick an address."""
        return self.places[mix(number, 2) % len(self.places)]

    def pick_product(self, number: int) -> str:
        """Pick the name of an item: unique for every number."""
        name = self.products[number % len(self.products)]
        return name if number < len(self.products) else f"{name} {number}"

    def pick_word(self, number: int) -> str:
        """Pick a word."""
        return self.words[number % len(self.words)]

    def pick_sentence(self, number: int) -> str:
        """Pick a sentence; one in eleven has emoji or another script."""
        text = self.sentences[number % len(self.sentences)]
        return f"{text} ✅ {AWKWARD[number % len(AWKWARD)]}" if is_nth(11, number, 3) else text


@lru_cache(maxsize=8)
def make_pools(seed: int) -> Pools:
    """Make the pools of a seed, once a process, as Faker is slow."""
    fake = Faker("en_US")
    fake.seed_instance(seed)
    unique = dict.fromkeys(fake.company() for _ in range(400))
    products = dict.fromkeys(
        f"{fake.color_name()} {fake.word().title()} {noun}"
        for noun in ("Kit", "Licence", "Service", "Widget", "Plan") * 40
    )
    return Pools(
        companies=tuple(unique),
        people=tuple(
            Person(
                fake.first_name(), fake.last_name(), fake.email(), fake.numerify("+1-###-###-####")
            )
            for _ in range(120)
        ),
        places=tuple(
            Place(fake.street_address(), fake.city(), fake.state_abbr(), fake.postcode())
            for _ in range(120)
        ),
        products=tuple(products),
        words=tuple(dict.fromkeys(fake.word() for _ in range(200))),
        sentences=tuple(fake.sentence(8) for _ in range(100)),
    )
