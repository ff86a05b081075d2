"""Records of lists that are newer than the OpenAPI files: names, states, amounts and times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.data.catalog import load_endpoints
from sandbox.data.facts.common import build_stamps
from sandbox.data.facts.nested import build_child

if TYPE_CHECKING:
    from sandbox.data.facts.common import FactsOf
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record

FIRST: Final = "deliverychallans"  # the first of them in the table of endpoints


def build_newer(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a record; its shape selects those facts that it has."""
    facts = build_child(scene, record, whole=whole)
    name = scene.pools.pick_product(record.number)
    lines = [{"line_item_id": scene.make_id("items", record.number), "name": name, "quantity": 1}]
    return {
        **facts,
        **build_stamps(scene, record),
        "name": name,
        "status": ("active", "inactive")[record.number % 5 == 0],
        "currency_code": scene.spec.currency,
        "total": facts["amount"],
        "balance": facts["amount"],
        "line_items": lines if whole else [],
    }


def _list_newer() -> list[str]:
    known = [*load_endpoints()]
    return [one for one in known[known.index(FIRST) :] if not load_endpoints()[one].parent]


FACTS: Final[dict[str, FactsOf]] = dict.fromkeys(
    (*_list_newer(), "projects/{project_id}/invoices"), build_newer
)
