"""Contacts, users, employees and salespersons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.data.facts.balances import build_balances
from sandbox.data.facts.common import build_addresses, build_display_stamps, build_stamps
from sandbox.data.facts.editions import get_edition_fields
from sandbox.data.numbers import is_nth
from sandbox.data.shapes import EXTRA

if TYPE_CHECKING:
    from sandbox.data.facts.common import FactsOf
    from sandbox.data.scene import Party, Scene
    from sandbox.data.store import Record


def build_contact(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a contact; a row has both names whether it is a customer or a vendor."""
    party = scene.get_party(record.number)
    chance = scene.draw("contacts", record.number)
    facts = {
        "contact_id": record.id,
        **build_stamps(scene, record),
        **build_display_stamps(scene, record, dates=True),
        **scene.build_user_fields(),
        **scene.build_currency_fields(party, record.created),
        **_build_names(party, chance),
        **_build_outstanding(scene, record, party),
        "exchange_rate": "",
        "notes": scene.pools.pick_sentence(chance) if chance % 4 == 0 else "",
        "status": "inactive" if chance % 17 == 0 else "active",
        "payment_terms": 0,
        "payment_terms_label": "Due on Receipt",
        "payment_terms_id": scene.spec.make_id(802, 81),
        "contactperson_custom_fields": [],
        "tags": [],
        EXTRA: get_edition_fields(scene.spec.edition, "contact"),
    }
    return facts | _build_contact_document(scene, record, party, facts) if whole else facts


def _build_names(party: Party, chance: int) -> dict[str, Any]:
    return {
        "contact_name": party.name,
        "customer_name": party.name,
        "vendor_name": party.name,
        "company_name": party.name if chance % 2 else "",
        "first_name": party.person.first,
        "last_name": party.person.last,
        "email": party.person.email,
        "phone": party.person.phone if chance % 2 else "",
        "mobile": "",
    }


def _build_outstanding(scene: Scene, record: Record, party: Party) -> dict[str, Any]:
    kind = "vendor" if is_nth(3, record.number, 2) else "customer"
    return {
        "contact_type": kind,
        "contact_type_formatted": kind.title(),
        **build_balances(scene, party),
    }


def _build_contact_document(
    scene: Scene, record: Record, party: Party, row: dict[str, Any]
) -> dict[str, Any]:
    person_id = scene.make_id("contacts/{contact_id}/contactpersons", record.number)
    person = {
        "contact_person_id": person_id,
        "first_name": party.person.first,
        "last_name": party.person.last,
        "email": party.person.email,
        "is_primary_contact": True,
    }
    summary = {
        "currency_id": row["currency_id"],
        "currency_code": row["currency_code"],
        "is_base_currency": row["currency_code"] == scene.spec.currency,
        "outstanding_receivable_amount": row["outstanding_receivable_amount"],
        "unused_credits_receivable_amount": row["unused_credits_receivable_amount"],
    }
    return {
        **build_addresses(scene, party, "zip"),
        "documents": [],
        "contact_persons": [person],
        "customer_currency_summaries": [summary],
        "primary_contact_id": person_id,
    }


def build_user(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a user of the organization."""
    person = scene.pools.pick_person(record.number)
    facts: dict[str, Any] = {
        "user_id": record.id,
        "role_id": scene.spec.make_id(803, record.number % 3),
        "name": person.name,
        "email": person.email,
        "user_role": ("admin", "staff", "timesheetstaff")[record.number % 3],
        "status": ("active", "invited", "active", "deleted")[record.number % 4],
        "is_current_user": record.number == 0,
        "created_time": scene.format_time(record.created),
    }
    return (
        {**facts, "email_ids": [{"email": person.email, "is_selected": True}]} if whole else facts
    )


def build_employee(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build an employee, for expenses."""
    del whole
    person = scene.pools.pick_person(record.number + 40)
    return {"employee_id": record.id, "name": person.name, "email": person.email}


def build_salesperson(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a salesperson."""
    del whole
    person = scene.pools.pick_person(record.number)
    return {
        "salesperson_id": record.id,
        "salesperson_name": person.name,
        "salesperson_email": person.email,
        "is_active": True,
        "status": "active",
    }


FACTS: Final[dict[str, FactsOf]] = {
    "contacts": build_contact,
    "users": build_user,
    "employees": build_employee,
    "salespersons": build_salesperson,
}
