"""Accounts, journals, banks and fixed assets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.facts.common import build_stamps
from sandbox.data.facts.lines import make_line_id
from sandbox.data.numbers import is_nth
from sandbox.data.scene import ACCOUNTS

if TYPE_CHECKING:
    from sandbox.data.facts.common import FactsOf
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record

BANKS: Final = (3, 4, 5, 6, 7)


def build_account(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build an account; every seventh is inactive, and listed only if all are requested."""
    place = record.number % len(ACCOUNTS)
    lap = record.number // len(ACCOUNTS)
    name, kind = ACCOUNTS[place]
    active = not is_nth(7, record.number, 6)
    facts: dict[str, Any] = {
        "account_id": record.id,
        "account_name": f"{name} {lap + 1}" if lap else name,
        "account_code": f"{record.number:04d}" if record.number % 3 else "",
        "account_type": kind,
        "account_type_formatted": kind.replace("_", " ").title(),
        **build_stamps(scene, record),
        **scene.build_user_fields(),
        **_build_position(scene, place, lap),
        "description": scene.pools.pick_sentence(record.number),
        "is_active": active,
        "status": "active" if active else "inactive",
        "closing_balance": scene.to_amount(record.number * 1001),
        "documents": [],
    }
    if not whole:
        return facts
    postings = [_build_posting(scene, record, place) for place in range(2)]
    return {**facts, "transactions": postings, "custom_fields": []}


def _build_position(scene: Scene, place: int, lap: int) -> dict[str, Any]:
    """Build the position in the chart: the first account of a name is the parent of the others."""
    parent_id, parent_name = scene.get_account(place) if lap else ("", "")
    return {
        "is_user_created": bool(lap),
        "is_system_account": not lap,
        "parent_account_id": parent_id,
        "parent_account_name": parent_name,
        "depth": 1 if lap else 0,
        "is_child_present": not lap,
        "child_count": "" if lap else 1,
        "currency_id": scene.spec.currency_id,
        "currency_code": scene.spec.currency,
    }


def _build_posting(scene: Scene, record: Record, place: int) -> dict[str, Any]:
    amount = scene.to_amount(30_000 + record.number)
    sides = (amount, "") if place else ("", amount)
    return {
        "date": scene.format_date(record.created),
        "entity_type": "invoice",
        "reference_number": "",
        "transaction_id": make_line_id(scene, "chartofaccounts", record, place),
        "debit": sides[0],
        "fcy_debit": sides[0],
        "credit": sides[1],
        "fcy_credit": sides[1],
    }


def build_base_currency(scene: Scene) -> dict[str, Any]:
    """Build the fields of the organization's currency."""
    return {
        "currency_id": scene.spec.currency_id,
        "currency_code": scene.spec.currency,
        "currency_symbol": scene.spec.symbol,
        "exchange_rate": Decimal("1.000000"),
        "price_precision": scene.spec.decimals,
    }


def build_journal(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a manual journal; rows have no created_time, and blank text for custom fields."""
    chance = scene.draw("journals", record.number)
    amount = scene.to_amount(1000 + chance % 500_000)
    number = str(record.number + 1)
    facts: dict[str, Any] = {
        "journal_id": record.id,
        "journal_date": scene.format_date(record.created),
        "entry_number": number,
        "reference_number": f"J{chance % 1000}" if chance % 2 else "",
        **build_base_currency(scene),
        **build_stamps(scene, record),
        **scene.build_user_fields(),
        "status": "published" if chance % 9 else "draft",
        "notes": scene.pools.pick_sentence(chance) if chance % 3 else "",
        "entity_type": "journal",
        "total": amount,
        "bcy_total": amount,
    }
    if not whole:
        return facts
    sides = enumerate(("debit", "credit"))
    more = {
        "line_items": [_build_side(scene, record, place, side, amount) for place, side in sides],
        "line_item_total": amount,
        "journal_number_suffix": number,
    }
    return {**facts, **more, "documents": [], "custom_fields": "", "reversal_date": ""}


def _build_side(
    scene: Scene, record: Record, place: int, side: str, amount: Decimal
) -> dict[str, Any]:
    account_id, account_name = scene.get_account(place)
    return {
        "line_id": make_line_id(scene, "journals", record, place),
        "account_id": account_id,
        "account_name": account_name,
        "item_order": place + 1,
        "debit_or_credit": side,
        "amount": amount,
        "bcy_amount": amount,
        "tax_percentage": "",
        "tax_id": "",
        "customer_id": "",
    }


def build_bank_account(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a bank account; it has no times."""
    del whole
    place = BANKS[record.number % len(BANKS)]
    name, kind = ACCOUNTS[place]
    lap = record.number // len(BANKS)
    return {
        "account_id": record.id,
        "account_name": f"{name} {lap + 1}" if lap else name,
        "account_code": "",
        "account_type": kind,
        "account_number": f"xxxx{1000 + record.number}",
        **build_base_currency(scene),
        "is_active": True,
        "uncategorized_transactions": 0,
        "balance": scene.to_amount(-100 + record.number * 777),
        "bank_balance": scene.to_amount(0),
        "bcy_balance": scene.to_amount(-100 + record.number * 777),
        "sub_corporate_cards_count": "0",
        "consent_info": {},
        "custom_fields": [],
    }


def build_bank_transaction(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a bank transaction; lines have no id, and ``customer_name`` of a line is an id."""
    chance = scene.draw("banktransactions", record.number)
    party = scene.pick_customer(chance)
    amount = scene.to_amount(500 + chance % 100_000)
    facts: dict[str, Any] = {
        "transaction_id": record.id,
        "date": scene.format_date(record.created),
        "amount": amount,
        "transaction_type": ("deposit", "expense", "transfer_fund")[chance % 3],
        "status": ("categorized", "uncategorized", "manually_added")[chance % 3],
        "account_id": scene.make_id("bankaccounts", chance % len(BANKS)),
        "account_name": ACCOUNTS[BANKS[chance % len(BANKS)]][0],
        "customer_id": party.id,
        "reference_number": f"T{chance % 10**6}",
        "payee": party.name,
        **build_base_currency(scene),
        "description": scene.pools.pick_sentence(chance),
        "debit_or_credit": "debit",
        "running_balance": str(amount),
    }
    if not whole:
        return facts
    line = {"customer_name": party.id, "customer_id": party.id, "amount": amount}
    return {**facts, "line_items": [line], "tags": [], "documents": [], "imported_transactions": []}


def build_adjustment(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a revaluation of balances in another currency."""
    del whole
    return {
        "base_currency_adjustment_id": record.id,
        "adjustment_date": scene.format_date(record.created),
        "exchange_rate": Decimal("1.250000"),
        "currency_id": scene.get_currency_id("EUR"),
        "currency_code": "EUR",
        "notes": scene.pools.pick_sentence(record.number),
        "gain_or_loss": scene.to_amount(record.number * 55 - 200),
    }


def build_asset(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a fixed asset."""
    del whole
    return {
        "fixed_asset_id": record.id,
        "asset_name": scene.pools.pick_product(record.number),
        "asset_number": f"FA-{record.number + 1:05d}",
        "asset_account_id": scene.get_account(15)[0],
        "fixed_asset_type_id": scene.make_id("fixedassettypes", record.number % 6),
        "status": "active",
        "asset_cost": scene.to_amount(100_000 + record.number * 99),
        "current_asset_value": scene.to_amount(60_000 + record.number * 99),
        "created_time": scene.format_time(record.created),
    }


def build_asset_type(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a type of fixed asset."""
    del whole
    return {
        "fixed_asset_type_id": record.id,
        "fixed_asset_type_name": scene.pools.pick_word(record.number).title(),
    }


FACTS: Final[dict[str, FactsOf]] = {
    "chartofaccounts": build_account,
    "journals": build_journal,
    "bankaccounts": build_bank_account,
    "banktransactions": build_bank_transaction,
    "basecurrencyadjustment": build_adjustment,
    "fixedassets": build_asset,
    "fixedassettypes": build_asset_type,
}
