"""The function that builds the facts of each collection."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from sandbox.data.catalog import MODULE_PREFIX
from sandbox.data.facts import (
    applied,
    banks,
    ledger,
    nested,
    newer,
    parties,
    payments,
    purchases,
    sales,
    settings,
)

if TYPE_CHECKING:
    from sandbox.data.facts.common import FactsOf


FACTS: Final[dict[str, FactsOf]] = {
    **parties.FACTS,
    **sales.FACTS,
    **purchases.FACTS,
    **payments.FACTS,
    **ledger.FACTS,
    **banks.FACTS,
    **settings.FACTS,
    **nested.FACTS,
    **applied.FACTS,
    **newer.FACTS,
}


def get_facts(collection: str) -> FactsOf:
    """Get the function that builds the facts of a collection's records."""
    if collection.startswith(MODULE_PREFIX):
        return partial(settings.build_module_record, module=collection)
    return FACTS.get(collection, nested.build_child)
