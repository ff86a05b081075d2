"""Fields of accounts and bank accounts that are sums of legs, and their transactions."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.chart import EURO

if TYPE_CHECKING:
    from sandbox.data.books.ledger import Ledger
    from sandbox.data.books.leg import Leg
    from sandbox.data.scene import Scene

CHART, BANKS, TRANSACTIONS = "chartofaccounts", "bankaccounts", "chartofaccounts/transactions"
# The types whose balance is a credit.
CREDIT_TYPES: Final = frozenset(
    {
        "accounts_payable",
        "other_current_liability",
        "long_term_liability",
        "other_liability",
        "credit_card",
        "equity",
        "income",
        "other_income",
    }
)


class AccountFields:
    """Fields that need the ledger, which is posted when one of them is first read."""

    def __init__(self, scene: Scene, ledger: Ledger) -> None:
        """Read a ledger."""
        self._scene = scene
        self._ledger = ledger
        self._version = -1
        self._legs: dict[str, list[Leg]] = {}

    def list_legs(self, account_id: str) -> list[Leg]:
        """List the legs of an account, oldest first."""
        every = self._ledger.legs
        if self._version != self._ledger.version:
            grouped: dict[str, list[Leg]] = defaultdict(list)
            for leg in every:
                grouped[leg.account_id].append(leg)
            self._legs, self._version = dict(grouped), self._ledger.version
        return self._legs.get(account_id, [])

    def build_account(self, account_id: str, kind: str) -> dict[str, Any]:
        """Build the balance of an account, and its newest transactions.

        ``isdebit`` is the side of the current balance, not the side that is usual for its type.
        """
        legs = self.list_legs(account_id)
        balance = sum((leg.amount for leg in legs), self._scene.to_amount(0))
        return {
            "closing_balance": -balance if kind in CREDIT_TYPES else balance,
            "isdebit": balance >= 0,
            "is_involved_in_transaction": bool(legs),
            "transactions": [_build_recent(leg) for leg in reversed(legs[-2:])],
        }

    def build_bank(self, account_id: str, currency: str) -> dict[str, Any]:
        """Build the balance of a bank account, in its currency and in the organization's."""
        legs = self.list_legs(account_id)
        base = sum((leg.amount for leg in legs), self._scene.to_amount(0))
        is_euro = currency == EURO != self._scene.spec.currency
        euros = sum((leg.fcy_amount for leg in legs if leg.currency == EURO), Decimal("0.00"))
        return {"balance": euros if is_euro else base, "bcy_balance": base}

    def build_transaction(self, account_id: str, place: int) -> dict[str, Any]:
        """Build a transaction of an account by its place; empty if there are not so many."""
        legs = self.list_legs(account_id)
        if place >= len(legs):
            return {}
        leg = legs[place]
        return {
            "account_id": account_id,
            "transaction_id": leg.transaction_id,
            "transaction_type": leg.transaction_type,
            "transaction_date": leg.date,
            "entry_number": leg.number,
            "reference_number": leg.reference,
            "customer_id": leg.contact_id,
            "payee": leg.contact_name,
            "currency_code": leg.currency,
            "currency_id": self._scene.get_currency_id(leg.currency),
            "debit_or_credit": "debit" if leg.amount >= 0 else "credit",
            "debit_amount": leg.debit if leg.amount >= 0 else "",
            "credit_amount": leg.credit if leg.amount < 0 else "",
        }


def _build_recent(leg: Leg) -> dict[str, Any]:
    is_debit = leg.amount >= 0
    own, foreign = abs(leg.amount), abs(leg.fcy_amount)
    return {
        "date": leg.date,
        "entity_type": leg.transaction_type,
        "transaction_id": leg.transaction_id,
        "reference_number": leg.reference,
        "customer_id": leg.contact_id,
        "customer_name": leg.contact_name,
        "debit": own if is_debit else "",
        "fcy_debit": foreign if is_debit else "",
        "credit": "" if is_debit else own,
        "fcy_credit": "" if is_debit else foreign,
    }
