"""What a test may change about a list: how it treats parameters, whether it answers at all."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.data.catalog import Behaviour, endpoint


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a collection answers instead of its rows, in one organization or (blank) in all."""

    status: int
    code: int | None
    message: str
    organization_id: str = ""


class Behaviours(dict[str, Behaviour]):
    """How each list treats sort and filter; a list that was not set has its known ways."""

    def __missing__(self, collection: str) -> Behaviour:
        """What is known of the service, ready to be changed."""
        self[collection] = behaviour = endpoint(collection).behaviour()
        return behaviour
