"""A clock that a test sets, and a client of a world."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from sandbox import Request, Response, World

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
DECODER = msgspec.json.Decoder(float_hook=Decimal)


@dataclass
class Clock:
    """A clock that moves only when a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Move the clock by so many seconds."""
        self.now += timedelta(seconds=seconds)


@dataclass
class Client:
    """A client with a refresh token."""

    world: World
    clock: Clock
    token: str = ""
    organization_id: str = field(default="")

    def __post_init__(self) -> None:
        """Take a token and the first organization."""
        self.organization_id = str(self.world.organizations[0]["organization_id"])
        self.token = self.mint()["access_token"]

    def accounts(self, **form: str) -> Response:
        """Send a request to the token endpoint."""
        known = self.world.credentials
        given = {
            "grant_type": "refresh_token",
            "client_id": known.client_id,
            "client_secret": known.client_secret,
            "refresh_token": known.refresh_token,
            **form,
        }
        return self.world.answer(Request("POST", "/oauth/v2/token", form=given))

    def mint(self, **form: str) -> dict[str, Any]:
        """Mint an access token."""
        return decode_body(self.accounts(**form))

    def call(self, path: str, method: str = "GET", **params: str) -> Response:
        """Send a request to Books."""
        given = {"organization_id": self.organization_id, **params}
        headers = {"authorization": f"Zoho-oauthtoken {self.token}"}
        return self.world.answer(Request(method, f"/books/v3/{path}", given, headers))

    def get(self, path: str, **params: str) -> dict[str, Any]:
        """Get the decoded body of a request that succeeds."""
        response = self.call(path, **params)
        assert response.status == 200, response.body
        return decode_body(response)

    def rows(self, path: str, **params: str) -> list[dict[str, Any]]:
        """Get the rows of a list."""
        found = [value for value in self.get(path, **params).values() if isinstance(value, list)]
        rows: list[dict[str, Any]] = found[0]
        return rows


def decode_body(response: Response) -> dict[str, Any]:
    """Decode the body of a response."""
    decoded: dict[str, Any] = DECODER.decode(response.body)
    return decoded


def parse_instant(text: str) -> datetime:
    """Parse a time of a row to a datetime in UTC."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)


def find_organization(world: World, code: str) -> str:
    """Find the id of the organization of a country."""
    row = next(one for one in world.organizations if one["country_code"] == code)
    return str(row["organization_id"])
