"""Accounts, journals, banks and fixed assets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.data import chart
from sandbox.data.chart import ACCOUNTS
from sandbox.data.facts.amounts import convert_to_base, split_amount
from sandbox.data.facts.common import build_stamps
from sandbox.data.facts.lines import make_line_id
from sandbox.data.numbers import is_nth

if TYPE_CHECKING:
    from sandbox.data.facts.common import FactsOf
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record


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
        "documents": [],
    }
    return {**facts, "custom_fields": []} if whole else facts


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
    more = {
        "line_items": _build_sides(scene, record, chance, amount),
        "line_item_total": amount,
        "journal_number_suffix": number,
    }
    return {**facts, **more, "documents": [], "custom_fields": "", "reversal_date": ""}


# What manual journals book: the accounts of their debit and of their credit.
JOURNALS: Final = (
    (chart.RENT, chart.CHECKING),
    (chart.DEPRECIATION, chart.ACCUMULATED_DEPRECIATION),
    (chart.INTEREST, chart.CARD),
    (chart.CHECKING, chart.OWNERS_EQUITY),
    (chart.CHECKING, chart.LOAN),
)


def _build_sides(
    scene: Scene, record: Record, chance: int, amount: Decimal
) -> list[dict[str, Any]]:
    """Build the lines of a journal; every sixth has two lines of one account, equal if they can."""
    accounts = JOURNALS[(chance >> 8) % len(JOURNALS)]
    parts = split_amount(amount, 2 if is_nth(6, chance >> 4, 2) else 1, scene.spec.decimals)
    sides = [("debit", accounts[0], part) for part in parts] + [("credit", accounts[1], amount)]
    return [_build_side(scene, record, place, *side) for place, side in enumerate(sides) if side[2]]


def _build_side(
    scene: Scene, record: Record, place: int, side: str, account: int, amount: Decimal
) -> dict[str, Any]:
    account_id, account_name = scene.get_account(account)
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


def name_account(scene: Scene, prefix: str, place: int) -> dict[str, str]:
    """Build id and name of an account of the chart, in fields of a prefix."""
    account_id, name = scene.get_account(place)
    return {f"{prefix}_id": account_id, f"{prefix}_name": name}


# The euros in the account that revaluations adjust.
EUROS: Final = Decimal("5000.00")


def build_adjustment(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a revaluation of the account in euros, from the rate of the one before."""
    del whole
    before = get_opening_epoch(scene)
    if 0 < record.number < scene.count("basecurrencyadjustment"):
        before = scene.get_created("basecurrencyadjustment", record.number - 1)
    rate = scene.get_rate(chart.EURO, record.created)
    old = convert_to_base(scene, EUROS, scene.get_rate(chart.EURO, before))
    new = convert_to_base(scene, EUROS, rate)
    row = {
        **name_account(scene, "account", chart.EURO_ACCOUNT),
        "bcy_balance": old,
        "fcy_balance": EUROS,
        "adjusted_balance": new,
        "gain_or_loss": new - old,
        "gl_specific_type": 5,
    }
    return {
        "base_currency_adjustment_id": record.id,
        "adjustment_date": scene.format_date(record.created),
        "exchange_rate": rate,
        "currency_id": scene.get_currency_id(chart.EURO),
        "currency_code": chart.EURO,
        "notes": scene.pools.pick_sentence(record.number),
        "gain_or_loss": new - old,
        "accounts": [row],
    }


def get_opening_epoch(scene: Scene) -> int:
    """Get when the books began, in epoch seconds: three years before they were seeded."""
    return scene.now - 3 * 365 * 86400


def _build_opening(
    scene: Scene, place: int, account: int, side: str, amount: Decimal, base: Decimal, rate: Decimal
) -> dict[str, Any]:
    is_euro = account == chart.EURO_ACCOUNT
    code = chart.EURO if is_euro else scene.spec.currency
    return {
        "acount_split_id": scene.spec.make_id(807, place),
        **name_account(scene, "account", account),
        "debit_or_credit": side,
        "exchange_rate": rate if is_euro else "",
        "currency_id": scene.get_currency_id(code),
        "currency_code": code,
        "bcy_amount": base,
        "amount": amount,
    }


def build_opening_balance(scene: Scene) -> dict[str, Any]:
    """Build the opening balance: three assets, and the equity that they add up to."""
    start = get_opening_epoch(scene)
    rate = scene.get_rate(chart.EURO, start)
    euros = convert_to_base(scene, EUROS, rate)
    checking, stock = scene.to_amount(5_000_000), scene.to_amount(9_000_000)
    total = checking + stock + euros
    rows: tuple[tuple[int, str, Decimal, Decimal, Decimal], ...] = (
        (chart.CHECKING, "debit", checking, checking, Decimal(1)),
        (chart.INVENTORY, "debit", stock, stock, Decimal(1)),
        (chart.EURO_ACCOUNT, "debit", EUROS, euros, rate),
        (chart.OWNERS_EQUITY, "credit", total, total, Decimal(1)),
    )
    accounts = [_build_opening(scene, place, *row) for place, row in enumerate(rows)]
    return {
        "opening_balance_id": scene.spec.make_id(808, 1),
        "date": scene.format_date(start),
        "price_precision": scene.spec.decimals,
        "total": total,
        "accounts": accounts,
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
    "basecurrencyadjustment": build_adjustment,
    "fixedassets": build_asset,
    "fixedassettypes": build_asset_type,
}
