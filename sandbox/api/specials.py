"""Endpoints that are neither a list nor a document of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sandbox.api import documents
from sandbox.data.catalog import MODULE_PREFIX, get_endpoint
from sandbox.data.custom_fields import make_field_id
from sandbox.data.facts.ledger import build_opening_balance
from sandbox.http import Response, build_error, build_success

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.data.organizations import CustomField
    from sandbox.data.seeding import Holdings

MAX_ITEMS: Final = 100
Handler: TypeAlias = "Callable[[Holdings, str, Mapping[str, str]], Response]"


@dataclass(frozen=True, slots=True)
class Special:
    """An endpoint, its handler, and the area of the scope that it needs."""

    path: str
    scope: str
    answer: Handler

    def has_path(self, path: str) -> bool:
        """Whether a path is this endpoint's or below it."""
        return path == self.path or path.startswith(f"{self.path}/")


def get_item_details(own: Holdings, _path: str, params: Mapping[str, str]) -> Response:
    """Get whole items by their ids, at most 100; ids that do not exist are left out."""
    wanted = [one for one in params.get("item_ids", "").split(",") if one]
    if not wanted or len(wanted) > MAX_ITEMS:
        return build_error(400, 2, "Invalid value passed for item_ids")
    records = own.get_table("items").records
    one = get_endpoint("items")
    found = [
        documents.write_document(own.scene, one, records[key]) for key in wanted if key in records
    ]
    return build_success(items=found)


def get_opening_balances(own: Holdings, _path: str, _params: Mapping[str, str]) -> Response:
    """Get the opening balances of the books: one object, not a list."""
    return build_success(opening_balance=build_opening_balance(own.scene))


def get_tax_group(own: Holdings, path: str, _params: Mapping[str, str]) -> Response:
    """Get a tax group by the id of a row of ``settings/taxes`` that is one."""
    wanted = path.rpartition("/")[2]
    record = own.get_table("settings/taxes").records.get(wanted)
    row = documents.write_row(own.scene, get_endpoint("settings/taxes"), record) if record else {}
    if row.get("tax_type") != "tax_group":
        return build_error(404, 1002, "Tax group does not exist.")
    members = [
        {
            "tax_id": own.scene.make_id("settings/taxes", 5000 + place),
            "tax_name": f"Part {place + 1}",
            "tax_percentage": row["tax_percentage"] / 2,
            "tax_type": "tax",
        }
        for place in range(2)
    ]
    return build_success(
        tax_group={
            "tax_group_id": wanted,
            "tax_group_name": row["tax_name"],
            "tax_group_percentage": row["tax_percentage"],
            "taxes": members,
        }
    )


def list_custom_fields(own: Holdings, _path: str, params: Mapping[str, str]) -> Response:
    """List the custom fields of an entity, under its name."""
    entity = params.get("entity", "")
    found = [
        _describe_field(own, place, one) for place, one in enumerate(_select_fields(own, entity))
    ]
    return build_success(customfields={entity: found})


def list_fields(own: Holdings, _path: str, params: Mapping[str, str]) -> Response:
    """List all fields of an entity; the plan Standard gets an error without a code."""
    if own.spec.plan == "Standard":
        return build_error(400, None, "You do not have the permission to perform this operation.")
    entity = params.get("entity", "")
    found = [
        _describe_field(own, place, one) for place, one in enumerate(_select_fields(own, entity))
    ]
    own_field = {"api_name": "date", "label": "Date", "data_type": "date", "is_custom_field": False}
    return build_success(fields=[own_field, *found])


def _select_fields(own: Holdings, entity: str) -> tuple[CustomField, ...]:
    return own.spec.get_fields(entity.removesuffix("s") if entity[:3] != MODULE_PREFIX else entity)


def _describe_field(own: Holdings, place: int, one: CustomField) -> dict[str, Any]:
    return {
        "customfield_id": make_field_id(own.scene, one),
        "field_id": make_field_id(own.scene, one),
        "index": place + 1,
        "label": one.label,
        "api_name": one.api_name,
        "placeholder": one.api_name,
        "data_type": one.data_type,
        "entity": one.entity,
        "is_active": True,
        "is_custom_field": True,
        "is_mandatory": False,
        "values": [{"order": order, "name": name} for order, name in enumerate(one.options)],
    }


def list_modules(own: Holdings, _path: str, _params: Mapping[str, str]) -> Response:
    """List the custom modules of an organization; a guess, no public document shows this list."""
    found = [
        {
            "module_id": own.spec.make_id(809, place),
            "api_name": name,
            "module_name": name.removeprefix(MODULE_PREFIX).title(),
            "is_custom_module": True,
            "status": "active",
        }
        for place, name in enumerate(own.spec.modules)
    ]
    return build_success(modules=found)


def get_preferences(_own: Holdings, _path: str, _params: Mapping[str, str]) -> Response:
    """Get the preferences of an organization: one object."""
    return build_success(
        preferences={"convert_to_invoice": False, "notify_me_on_online_payment": True}
    )


def get_transaction_lock(own: Holdings, _path: str, _params: Mapping[str, str]) -> Response:
    """Get the only lock, as an older service has it: no id."""
    lock = {"transaction_lock_date": own.scene.format_date(own.scene.now), "lock_status": "locked"}
    return build_success(transaction_lock=lock)


def list_payment_terms(own: Holdings, _path: str, _params: Mapping[str, str]) -> Response:
    """List payment terms, one level deeper than other lists."""
    one, table = get_endpoint(TERMS), own.get_table(TERMS)
    rows = [documents.write_row(own.scene, one, record) for record in table.records.values()]
    return build_success(data={"payment_terms": rows})


def list_for_ids(own: Holdings, path: str, params: Mapping[str, str]) -> Response:
    """List a row for every second of some parents, which are named by their ids."""
    collection, parameter, rows, facts = BULK[path]
    wanted = [one for one in params.get(parameter, "").split(",") if one]
    if not wanted or len(wanted) > MAX_ITEMS:
        return build_error(400, 2, f"Invalid value passed for {parameter}")
    known = own.get_table(collection).records
    parent = get_endpoint(collection).key
    found = [{**facts, parent: one} for one in wanted if one in known and known[one].number % 2]
    return build_success(**{rows: found})


TERMS: Final = "settings/paymentterms"
BULK: Final[dict[str, tuple[str, str, str, dict[str, Any]]]] = {
    "contacts/bankaccounts": (
        "contacts",
        "contact_ids",
        "bank_accounts",
        {"bank_account_id": "4900001", "bank_name": "Harbour Bank"},
    ),
    "invoices/einvoice": ("invoices", "invoice_ids", "einvoices", {"status": "PUSHED"}),
}
SPECIALS: Final = (
    Special("itemdetails", "items,settings", get_item_details),
    Special("settings/openingbalances", "settings", get_opening_balances),
    Special("settings/taxgroups", "settings", get_tax_group),
    Special("settings/customfields", "settings", list_custom_fields),
    Special("settings/fields", "settings", list_fields),
    Special("settings/modules", "settings", list_modules),
    Special("settings/preferences", "settings", get_preferences),
    Special(TERMS, "settings", list_payment_terms),
    Special("transactionlock", "accountants", get_transaction_lock),
    Special("contacts/bankaccounts", "contacts", list_for_ids),
    Special("invoices/einvoice", "invoices", list_for_ids),
)
