"""Bank accounts and their transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.data import chart
from sandbox.data.chart import ACCOUNTS, BANKS, find_bank
from sandbox.data.facts.ledger import build_base_currency, name_account

if TYPE_CHECKING:
    from decimal import Decimal

    from sandbox.data.facts.common import FactsOf
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record


def build_bank_account(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a bank account; it has no times, and its id is that of its account in the chart."""
    del whole
    place = BANKS[record.number % len(BANKS)]
    kind = ACCOUNTS[place][1]
    account_id, name = scene.get_account(find_bank(record.number))
    is_euro = record.number == BANKS.index(chart.EURO_ACCOUNT)
    money = {"currency_id": scene.get_currency_id(chart.EURO), "currency_code": chart.EURO}
    return {
        "account_id": account_id,
        "account_name": name,
        "account_code": "",
        "account_type": kind,
        "account_number": f"xxxx{1000 + record.number}",
        **build_base_currency(scene),
        **(money if is_euro else {}),
        "is_active": True,
        "uncategorized_transactions": 0,
        "bank_balance": scene.to_amount(0),
        "sub_corporate_cards_count": "0",
        "consent_info": {},
        "custom_fields": [],
    }


def build_bank_transaction(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a bank transaction; lines have no id, and ``customer_name`` of a line is an id."""
    chance = scene.draw("banktransactions", record.number)
    party = scene.pick_customer(chance)
    amount = scene.to_amount(500 + chance % 100_000)
    kind = ("deposit", "expense", "transfer_fund")[chance % 3]
    bank, offset, source, target = _draw_accounts(chance, kind)
    facts: dict[str, Any] = {
        "transaction_id": record.id,
        "date": scene.format_date(record.created),
        "amount": amount,
        "transaction_type": kind,
        "status": ("categorized", "uncategorized", "manually_added")[(chance >> 5) % 3],
        **name_account(scene, "account", bank),
        **name_account(scene, "from_account", source),
        **name_account(scene, "to_account", target),
        "offset_account_name": scene.get_account(offset)[1],
        "account_type": ACCOUNTS[bank][1],
        "customer_id": party.id,
        "reference_number": f"T{chance % 10**6}",
        "payee": party.name,
        **build_base_currency(scene),
        **dict.fromkeys(("sub_total", "total", "bcy_total"), amount),
        "description": scene.pools.pick_sentence(chance),
        "debit_or_credit": "debit" if kind == "deposit" else "credit",
        "running_balance": str(amount),
    }
    return {**facts, **_build_lines(party.id, amount)} if whole else facts


def _build_lines(party_id: str, amount: Decimal) -> dict[str, Any]:
    line = {"customer_name": party_id, "customer_id": party_id, "amount": amount}
    return {"line_items": [line], "tags": [], "documents": [], "imported_transactions": []}


def _draw_accounts(chance: int, kind: str) -> tuple[int, int, int, int]:
    """Draw the bank account of a transaction, the other one, and from which to which it goes."""
    bank, other = BANKS[chance % 5], BANKS[(chance + 1) % 5]
    if kind == "deposit":
        return bank, chart.LATE_FEES, chart.LATE_FEES, bank
    offset = other if kind == "transfer_fund" else chart.FIRST_EXPENSE
    return bank, offset, bank, offset


FACTS: Final[dict[str, FactsOf]] = {
    "bankaccounts": build_bank_account,
    "banktransactions": build_bank_transaction,
}
