"""Zoho Books on a page: a row a stream, grouped by what its endpoint can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ORGANIZATION = "organization_id"
MODIFIED = "last_modified_time"


@dataclass(frozen=True, slots=True)
class Resource:
    """A stream and its endpoint; what is not stated derives from the name.

    Source: Zoho's OpenAPI files, and recorded answers where those differ.
    """

    name: str
    key: str
    path: str = ""
    rows: str = ""
    scope: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    filters: bool | None = None
    sorts: bool | None = None

    @property
    def list_path(self) -> str:
        """The path of the list below /books/v3."""
        return self.path or self.name.removesuffix("_details").replace("_", "") + self._plural

    @property
    def _plural(self) -> str:
        return "s" if self.name.endswith("_details") else ""

    @property
    def rows_key(self) -> str:
        """The key that holds the rows in an answer of the list."""
        return self.rows or self.list_path.rpartition("/")[2]

    @property
    def document_key(self) -> str:
        """The key that holds the document in an answer for one."""
        return self.rows or self.list_path.rpartition("/")[2].removesuffix("s")

    @property
    def area(self) -> str:
        """The area of the scope that reading needs."""
        return self.scope or self.list_path.partition("/")[0]


# Rows tell when they last changed. Whether the endpoint sorts and filters by it is read off its
# own answers, unless an answer cannot show it.
INCREMENTAL = (
    Resource("bills", "bill_id"),
    Resource("chart_of_accounts", "account_id", scope="accountants",
             params={"filter_by": "AccountType.All", "showbalance": "true"}),
    Resource("contacts", "contact_id"),
    Resource("credit_notes", "creditnote_id"),
    Resource("customer_payments", "payment_id"),
    Resource("estimates", "estimate_id"),
    Resource("expenses", "expense_id"),
    Resource("invoices", "invoice_id"),
    Resource("items", "item_id", scope="settings"),
    # The filter was seen to mean "equal to"; an empty answer would look like "nothing new".
    Resource("journals", "journal_id", scope="accountants", filters=False),
    Resource("purchase_orders", "purchaseorder_id"),
    Resource("sales_orders", "salesorder_id"),
    Resource("vendor_credits", "vendor_credit_id", rows="vendor_credits", scope="debitnotes"),
    Resource("vendor_payments", "payment_id"),
)  # fmt: skip

# Documents whole, lines included: one call a changed document.
DETAILED = (
    Resource("bill_details", "bill_id"),
    Resource("invoice_details", "invoice_id"),
)

# Rows do not tell when they changed: all of them are read every time.
WHOLE = (
    Resource("bank_accounts", "account_id", scope="banking"),
    Resource("currencies", "currency_id", "settings/currencies"),
    Resource("taxes", "tax_id", "settings/taxes", params={"filter_by": "Taxes.All"}),
    Resource("users", "user_id", scope="settings", params={"filter_by": "Status.All"}),
)

# The organizations themselves: one call for all, not paginated, of no organization.
ORGANIZATIONS = Resource("organizations", ORGANIZATION, scope="settings")

TABLE = {resource.name: resource for resource in (*INCREMENTAL, *DETAILED, *WHOLE, ORGANIZATIONS)}
