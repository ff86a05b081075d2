"""Random faults: the share of requests that fail, and how."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass
class Faults:
    """The share of all requests (0 to 1) that each fault hits, drawn at random from ``seed``."""

    server_error: float = 0.0
    html: float = 0.0
    drop: float = 0.0
    cut: float = 0.0
    cancel_tokens: float = 0.0
    seed: int = 7

    def __post_init__(self) -> None:
        """Start the random number generator."""
        self._random = Random(self.seed)

    def draw(self) -> str:
        """Draw the fault of the next request; empty if it has none."""
        lot = self._random.random()
        for name, share in (
            ("500", self.server_error),
            ("html", self.html),
            ("drop", self.drop),
            ("cut", self.cut),
            ("cancel", self.cancel_tokens),
        ):
            if lot < share:
                return name
            lot -= share
        return ""
