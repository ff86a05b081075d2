"""Fields that documents of several kinds share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from sandbox.data.numbers import is_nth

if TYPE_CHECKING:
    from sandbox.data.scene import Party, Scene
    from sandbox.data.store import Record

DAY: Final = 86400


class FactsOf(Protocol):
    """Builds the facts of a record; ``whole`` includes those of the document only."""

    def __call__(self, scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
        """Build the facts."""


def build_stamps(scene: Scene, record: Record) -> dict[str, Any]:
    """Build the times of creation and change, in every spelling of the service."""
    created, modified = scene.format_time(record.created), scene.format_time(record.modified)
    return {
        "created_time": created,
        "last_modified_time": modified,
        "updated_time": modified,
    }


def build_display_stamps(scene: Scene, record: Record, *, dates: bool) -> dict[str, Any]:
    """Build the times of creation and change in the display format."""
    show = scene.format_display_date if dates else scene.format_display_time
    return {
        "created_time_formatted": show(record.created),
        "last_modified_time_formatted": show(record.modified),
        "created_date": scene.format_display_date(record.created)
        if dates
        else scene.format_date(record.created),
    }


def build_address(party: Party, country: str, code_field: str) -> dict[str, Any]:
    """Build an address; the postcode is ``zipcode`` in rows of invoices, ``zip`` elsewhere."""
    place = party.place
    return {
        "street": place.street,
        "address": place.street,
        "street2": "",
        "city": place.city,
        "state": place.state,
        code_field: place.code,
        "country": country,
        "phone": "",
        "fax": "",
        "attention": "None" if is_nth(13, party.number, 5) else "",
    }


def build_addresses(scene: Scene, party: Party, code_field: str) -> dict[str, Any]:
    """Build billing and shipping address; shipping is blank for every other party."""
    billing = build_address(party, scene.spec.country, code_field)
    blank = dict.fromkeys(billing, "")
    return {
        "billing_address": billing,
        "shipping_address": billing if party.number % 2 else blank,
        "customer_default_billing_address": billing,
        "country": scene.spec.country,
    }
