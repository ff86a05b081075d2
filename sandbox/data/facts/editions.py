"""Fields that only some editions of Zoho Books have, by edition and kind of record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["document", "contact"]

NO_FIELDS: Final[Mapping[str, Any]] = {}
FIELDS: Final[dict[tuple[str, Kind], Mapping[str, Any]]] = {
    ("india", "document"): {
        "gst_no": "29ABCDE1234F1Z5",
        "gst_treatment": "business_gst",
        "place_of_supply": "KA",
        "tax_treatment": "business_gst",
        "tds_percent": "0.00",
        "is_reverse_charge_applied": False,
    },
    ("india", "contact"): {
        "gst_no": "29ABCDE1234F1Z5",
        "gst_treatment": "business_gst",
        "place_of_contact": "KA",
        "pan_no": "ABCDE1234F",
    },
}


def get_edition_fields(edition: str, kind: Kind) -> dict[str, Any]:
    """Get a copy of the fields that an edition adds to a kind of record; often empty."""
    return dict(FIELDS.get((edition, kind), NO_FIELDS))
