"""Items, taxes, currencies, projects and other settings."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.chart import INPUT_TAX, OUTPUT_TAX
from sandbox.data.facts.common import build_stamps
from sandbox.data.facts.lines import build_tax_fields, compute_cost, is_goods
from sandbox.data.numbers import is_nth
from sandbox.data.scene import TAXES
from sandbox.data.shapes import EXTRA, MISSING
from sandbox.data.vocabulary import CURRENCIES

if TYPE_CHECKING:
    from sandbox.data.facts.common import FactsOf
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record

ROOT: Final = "-1"


def build_item(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build an item; a service has no stock fields."""
    chance = scene.draw("items", record.number)
    name = scene.pools.pick_product(record.number)
    rate = scene.to_amount(500 + chance % 100_000)
    account_id, account_name = scene.get_account(0)
    facts: dict[str, Any] = {
        "item_id": record.id,
        "name": name,
        "item_name": name,
        "sku": f"{record.number:06d}" if record.number % 4 else "",
        **build_stamps(scene, record),
        **_build_product(scene, record, chance),
        "status": "inactive" if chance % 13 == 0 else "active",
        "description": scene.pools.pick_sentence(chance),
        "rate": rate,
        "sales_rate": rate,
        "pricebook_rate": rate,
        "purchase_rate": compute_cost(rate, scene.spec.decimals),
        "account_id": account_id,
        "account_name": account_name,
        **build_tax_fields(scene, 0),
        "created_at": scene.format_date(record.created),
    }
    return {**facts, "documents": [], "custom_fields": []} if whole else facts


def _build_product(scene: Scene, record: Record, chance: int) -> dict[str, Any]:
    indian = scene.spec.edition == "india"
    code = {"hsn_or_sac": f"{chance % 10**6:06d}"} if indian else {}
    if not is_goods(record.number):
        return {"unit": "hour", "product_type": "service", "item_type": "sales", EXTRA: code}
    stock = {
        "stock_on_hand": Decimal(chance % 50),
        "available_stock": Decimal(chance % 50),
        "reorder_level": ("", Decimal("1.00"))[chance % 2],
    }
    kind = {"unit": "pcs", "product_type": "goods", "item_type": "inventory"}
    return {**kind, EXTRA: stock | code}


def build_currency(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a currency; the organization's own has no exchange rates."""
    del whole
    code, symbol, decimals, name = CURRENCIES[record.number % len(CURRENCIES)]
    is_base = code == scene.spec.currency
    return {
        "currency_id": record.id,
        "currency_code": code,
        "currency_name": name,
        "currency_name_formatted": f"{code}- {name}",
        "currency_symbol": symbol,
        "price_precision": decimals,
        "currency_format": "1,234,567.89",
        "is_base_currency": is_base,
        "exchange_rate": Decimal("0.000000") if is_base else scene.get_rate(code, scene.now),
        "effective_date": "" if is_base else scene.format_date(scene.now),
    }


def build_tax(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a tax; every fifth is inactive, and a group has no fields of a single tax."""
    del whole
    names = TAXES.get(scene.spec.edition, TAXES["global"])
    name, percent = names[record.number % len(names)]
    lap = record.number // len(names)
    group = is_nth(4, record.number, 2)
    facts: dict[str, Any] = {
        "tax_id": record.id,
        "tax_name": f"{name} {lap + 1}" if lap else name,
        "tax_percentage": Decimal(percent),
        "tax_type": "tax_group" if group else "tax",
        "tax_specific_type": "",
        "last_modified_time": scene.format_time(record.modified),
        "status": "Inactive" if is_nth(5, record.number, 4) else "Active",
        "start_date": "",
        "end_date": "",
        "country": scene.spec.country,
        "country_code": scene.spec.country_code,
        "tax_factor": "rate",
        "tax_authority_id": scene.make_id("settings/taxauthorities", 0),
        "tax_authority_name": "Revenue",
        **_build_tax_accounts(scene, record.number),
    }
    return facts | dict.fromkeys(SINGLE_TAX_ONLY, MISSING) if group else facts


def _build_tax_accounts(scene: Scene, number: int) -> dict[str, str]:
    output_id, output_name = scene.get_account(OUTPUT_TAX[number % len(OUTPUT_TAX)])
    input_id, input_name = scene.get_account(INPUT_TAX[number % len(INPUT_TAX)])
    return {
        "tax_account_id": output_id,
        "output_tax_account_name": output_name,
        "purchase_tax_account_id": input_id,
        "purchase_tax_account_name": input_name,
    }


# Fields that a tax group does not have.
SINGLE_TAX_ONLY: Final = frozenset(
    {"tax_authority_id", "tax_authority_name", "tax_account_id", "output_tax_account_name"}
)


def build_project(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a project; two of its amounts are text."""
    chance = scene.draw("projects", record.number)
    party = scene.pick_customer(chance)
    facts: dict[str, Any] = {
        "project_id": record.id,
        "project_name": scene.pools.pick_product(record.number),
        "project_code": f"P-{record.number}",
        "customer_id": party.id,
        "customer_name": party.name,
        **build_stamps(scene, record),
        **scene.build_user_fields(),
        **scene.build_currency_fields(party, record.created),
        "description": scene.pools.pick_sentence(chance),
        "status": "inactive" if chance % 4 == 0 else "active",
        "billing_type": "fixed_cost_for_project",
        "rate": scene.to_amount(10_000),
        "total_hours": "00:00",
        "billable_hours": "00:00",
        "users_working": 1,
    }
    return {**facts, "billed_amount": "0.00", "un_billed_amount": "100.000"} if whole else facts


def build_time_entry(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a time entry."""
    del whole
    chance = scene.draw("projects/timeentries", record.number)
    number = chance % scene.get_size("projects")
    return {
        "time_entry_id": record.id,
        "project_id": scene.make_id("projects", number),
        "project_name": scene.pools.pick_product(number),
        "user_id": scene.make_id("users", 0),
        "user_name": scene.pools.pick_person(0).name,
        "log_date": scene.format_date(record.created),
        "begin_time": "",
        "end_time": "",
        "log_time": f"{chance % 8:02d}:{chance % 60:02d}",
        "notes": scene.pools.pick_sentence(chance),
        "created_time": scene.format_time(record.created),
    }


def build_named(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a record that is little more than a name."""
    del whole
    name = f"{scene.pools.pick_word(record.number * 7).title()} {record.number + 1}"
    return {
        "location_name": name,
        "tax_authority_name": name,
        "name": name,
        "pricebook_name": name,
        "tag_name": name,
        "tax_exemption_code": f"EX{record.number}",
        "type": "customer",
        "description": scene.pools.pick_sentence(record.number),
        "url": "",
        "is_active": True,
        "parent_category_id": ROOT,
        "depth": 0,
        "status": "active",
        "last_modified_time": scene.format_time(record.modified),
        "created_time": scene.format_time(record.created),
        "date": scene.format_date(record.created),
        "reason": scene.pools.pick_sentence(record.number),
        "reference_number": f"IA-{record.number}",
        "adjustment_type": "quantity",
        "total": scene.to_amount(record.number * 10),
    }


def build_module_record(
    scene: Scene, record: Record, *, whole: bool, module: str
) -> dict[str, Any]:
    """Build a record of a custom module; its document describes the module's fields, too."""
    name = scene.pools.pick_company(record.number)
    facts: dict[str, Any] = {
        "module_record_id": record.id,
        "module_api_name": module,
        "record_name": name,
        "record_name_formatted": name,
        **build_stamps(scene, record),
        **scene.build_user_fields(),
        "created_time_formatted": scene.format_display_time(record.created),
        "last_modified_time_formatted": scene.format_display_time(record.modified),
    }
    if not whole:
        return facts
    fields = [
        {"label": one.label, "api_name": one.api_name, "data_type": one.data_type}
        for one in scene.spec.get_fields(module)
    ]
    return {**facts, "module_fields": fields}


FACTS: Final[dict[str, FactsOf]] = {
    "items": build_item,
    "settings/currencies": build_currency,
    "settings/taxes": build_tax,
    "projects": build_project,
    "projects/timeentries": build_time_entry,
    **dict.fromkeys(
        (
            "locations",
            "settings/taxauthorities",
            "settings/taxexemptions",
            "categories",
            "pricebooks",
            "inventoryadjustments",
            "settings/tags",
        ),
        build_named,
    ),
}
