"""The endpoints of Zoho Books: one row per stream, grouped by what the endpoint can do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from string import Formatter
from typing import TYPE_CHECKING
from urllib.parse import quote

from tap_zohobooks.error_catalog import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ORGANIZATION = "organization_id"
MODIFIED = "last_modified_time"
TIMELESS = "has_rows_without_time"
UNREAD = "unread_documents"
FIRST_READ = "is_first_read"
ROWS = "rows_read"


@dataclass(frozen=True, slots=True)
class Resource:
    """A stream and its endpoint; fields that are not given follow from the name.

    `path` may hold {columns} of a parent row, and `of` names the stream of the parent rows. `then`
    is the path that is tried once `path` is refused. `rows` and `ids` may name several keys, and
    `scope` several areas: other names of the rows, of the last key column, and those of the scope
    over time, the present one first. Source: Zoho's OpenAPI files, or recorded responses if they differ.
    """

    name: str
    key: str
    path: str = ""
    rows: str = ""
    scope: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    then: str = ""
    ids: str = ""
    filters: bool | None = None
    sorts: bool | None = None
    access: str = "READ"

    @property
    def keys(self) -> list[str]:
        """The columns that identify a row within its organization."""
        return self.key.split()

    @property
    def list_path(self) -> str:
        """The path of the endpoint below /books/v3, without its query."""
        return (self.path or self.name.replace("_", "")).partition("?")[0]

    @property
    def rows_key(self) -> str:
        """The key of the rows in a response; if it is absent, the only other key holds them."""
        return self.rows_keys[0]

    @property
    def rows_keys(self) -> list[str]:
        """The same, and the other keys by which some editions and endpoints name the rows."""
        path_key = self.list_path.rpartition("/")[2]
        return list(dict.fromkeys((*self.rows.split(), path_key, self.name, "data")))

    @property
    def query(self) -> dict[str, str]:
        """The parameters of every request."""
        return parse_query(self.path.partition("?")[2]) | dict(self.params)

    @property
    def areas(self) -> list[str]:
        """The areas of the scopes, one of which reading needs."""
        if self.of and not self.scope:
            return TABLE[self.of].areas
        return self.scope.split() or [self.list_path.partition("/")[0]]

    @property
    def area(self) -> str:
        """The area of the scope that reading needs, by its present name."""
        return self.areas[0]

    @property
    def permissions(self) -> list[str]:
        """The scopes of which reading needs one: the service has renamed some over time."""
        return [f"ZohoBooks.{area}.{self.access}" for area in self.areas]

    @property
    def permission(self) -> str:
        """The scope that reading needs, as messages name it: `A or B` if it was renamed."""
        return " or ".join(self.permissions)

    @property
    def other(self) -> Resource:
        """The same with the path that is tried once this one is refused."""
        return replace(self, path=self.then, then="")

    def fill_path(self, values: Mapping[str, object]) -> str:
        """Return the path with its {columns} filled in.

        Raises:
            ServiceError: A value cannot be one part of a path.
        """
        columns = [name for _, name, _, _ in Formatter().parse(self.list_path) if name]
        return self.list_path.format(**{name: to_path_part(values[name]) for name in columns})

    def document_path(self, key: object) -> str:
        """Return the path of one document of the list.

        Raises:
            ServiceError: The key cannot be one part of a path.
        """
        return f"{self.list_path}/{to_path_part(key)}"


def parse_query(text: str) -> dict[str, str]:
    """Return the parameters in a text as `a=1&b=2`."""
    written = (pair.partition("=") for pair in text.split("&") if pair)
    return {name: value for name, _, value in written}


def to_path_part(value: object) -> str:
    """Return a value, percent-encoded, as one part of a path.

    Raises:
        ServiceError: It is empty, or a step to another folder, which no encoding prevents.
    """
    text = str(value)
    if text in {"", ".", ".."}:
        raise Reason.NO_PATH_PART.error(value=text)
    return quote(text, safe="", errors="surrogatepass")


@dataclass(frozen=True, slots=True)
class Dated(Resource):
    """A list whose rows have a date and no time of change: it can be read from a day on.

    `window` are the parameters for rows from {first} to {last}, both included and as `2026-01-31`;
    `day` is the field of a row's date.
    """

    window: str = ""
    day: str = "date"

    def build_window(self, first: str, last: str) -> dict[str, str]:
        """Return the parameters for a range of days, `2026-01-31`."""
        return parse_query(self.window.format(first=first, last=last))


@dataclass(frozen=True, slots=True)
class Report(Resource):
    """A report, and the field by whose dates it is requested; a stream, if it has a key.

    `rows` are the names that lead to the rows of a response, from the outer to the inner one, with
    `|` between the spellings of one. `id` is the field that says of what a row is. A report
    `has_balances` if what was posted before a period changes its figures.
    """

    dates: str = "TransactionDate"
    id: str = ""
    has_balances: bool = False

    @property
    def has_basis(self) -> bool:
        """Whether it is read for each accounting basis."""
        return "basis" in self.keys

    @property
    def is_as_of(self) -> bool:
        """Whether it shows a day, not a period."""
        return "as_of" in self.keys

    def build_query(
        self, first: str, last: str, *, is_cash: bool = False, by_document: bool = False
    ) -> dict[str, str | int]:
        """Return the parameters for a range of days, `2026-01-31`; a report as of a day takes one.

        A report without `filter_by` may cover another range than the dates say. `by_document` ages
        by the date of a document, not by the day on which it is due.
        """
        dates = self.dates.replace("Due", "") if by_document else self.dates
        return {
            "filter_by": f"{dates}.CustomDate",
            "from_date": first,
            "to_date": last,
            "cash_based": "true" if is_cash else "false",
            "show_rows": "all",
        }


# Rows with a time of change. Responses show whether the endpoint sorts and filters by it; a row
# states it only if a response cannot show it.
INCREMENTAL = (
    Resource("bills", "bill_id"),
    Resource("chart_of_accounts", "account_id", "chartofaccounts?filter_by=AccountType.All&showbalance=true", scope="accountants"),
    Resource("contacts", "contact_id"),
    Resource("credit_notes", "creditnote_id"),
    Resource("customer_debit_notes", "invoice_id", "invoices?filter_by=Type.DebitNote", "debit_notes"),
    Resource("customer_payments", "payment_id"),
    Resource("estimates", "estimate_id"),
    Resource("expenses", "expense_id"),
    Resource("invoices", "invoice_id"),
    Resource("items", "item_id", scope="items settings"),
    # Observed: the filter means "equal to", and an empty response would look like "no change".
    Resource("journals", "journal_id", scope="accountants", filters=False),
    Resource("projects", "project_id"),
    Resource("purchase_orders", "purchaseorder_id"),
    # The filter is documented. No file and no public code has a sort.
    Resource("recurring_bills", "recurring_bill_id", scope="bills", sorts=False),
    # The sort is documented. No file and no public code has the filter.
    Resource("recurring_expenses", "recurring_expense_id", rows="recurring_expenses", scope="expenses", filters=False),
    Resource("recurring_invoices", "recurring_invoice_id", rows="recurring_invoices", scope="invoices", filters=False),
    Resource("retainer_invoices", "retainerinvoice_id", scope="invoices", filters=False),
    Resource("sales_receipts", "sales_receipt_id", scope="invoices", filters=False),
    Resource("sales_orders", "salesorder_id"),
    Resource("vendor_credits", "vendor_credit_id", rows="vendor_credits", scope="debitnotes"),
    Resource("vendor_payments", "payment_id"),
)  # fmt: skip

# Rows without a time of change: each run reads all of them.
WHOLE = (
    Resource("bank_accounts", "account_id", scope="banking"),
    Resource("base_currency_adjustments", "base_currency_adjustment_id", "basecurrencyadjustment", "base_currency_adjustments", "accountants"),
    Resource("credit_note_refunds", "creditnote_refund_id", "creditnotes/refunds", "creditnote_refunds"),
    Resource("currencies", "currency_id", "settings/currencies"),
    Resource("employees", "employee_id", scope="expenses"),
    Resource("fixed_asset_types", "fixed_asset_type_id", rows="fixed_asset_types", scope="fixedasset"),
    Resource("fixed_assets", "fixed_asset_id", scope="fixedasset"),
    Resource("users", "user_id", "users?filter_by=Status.All", scope="settings"),
    Resource("vendor_credit_refunds", "vendor_credit_refund_id", "vendorcredits/refunds", "vendor_credit_refunds", "debitnotes"),
)  # fmt: skip

# Rows without a time of change, of which the days that are over seldom change: read whole once a day,
# and in other runs from a day on. Both ranges are documented. Reports apply the second one only with
# `filter_by`, whose value is documented for this list as well.
DATED = (
    Dated("bank_transactions", "transaction_id", "banktransactions?filter_by=Status.All", scope="banking", window="date_start={first}&date_end={last}"),
    Dated("time_entries", "time_entry_id", "projects/timeentries", "time_entries", window="filter_by=Date.CustomDate&from_date={first}&to_date={last}", day="log_date"),
)  # fmt: skip

# Inactive rows are listed only with this filter, whose name is an analogy with other lists.
FILTERED = (Resource("taxes", "tax_id", "settings/taxes?filter_by=Taxes.All"),)

# In public code, but in no official file: if refused, the edition does not have them.
UNDOCUMENTED = (
    Resource("inventory_adjustments", "inventory_adjustment_id", rows="inventoryadjustments", scope="settings"),
    Resource("price_books", "pricebook_id", scope="settings"),
    Resource("salespersons", "salesperson_id", scope="settings"),
)  # fmt: skip

# One response holds all rows: no parameter for a page.
SINGLE = (
    Resource("locations", "location_id", scope="settings"),
    Resource("opening_balances", "opening_balance_id", "settings/openingbalances", "opening_balance"),
    Resource("organization_details", ORGANIZATION, "organizations/{organization_id}", "organization", "settings"),
    Resource("tax_authorities", "tax_authority_id", "settings/taxauthorities", "tax_authorities"),
    Resource("tax_exemptions", "tax_exemption_id", "settings/taxexemptions", "tax_exemptions"),
)  # fmt: skip

# Whole documents with their lines: one call per changed document.
DETAILED = (
    Resource("bill_details", "bill_id", of="bills"),
    Resource("chart_of_account_details", "account_id", of="chart_of_accounts"),
    Resource("contact_details", "contact_id", of="contacts"),
    Resource("credit_note_details", "creditnote_id", of="credit_notes"),
    Resource("customer_debit_note_details", "invoice_id", of="customer_debit_notes"),
    Resource("customer_payment_details", "payment_id", of="customer_payments"),
    Resource("estimate_details", "estimate_id", of="estimates"),
    Resource("expense_details", "expense_id", of="expenses"),
    Resource("invoice_details", "invoice_id", of="invoices"),
    Resource("journal_details", "journal_id", of="journals"),
    Resource("project_details", "project_id", of="projects"),
    Resource("purchase_order_details", "purchaseorder_id", of="purchase_orders"),
    Resource("recurring_expense_details", "recurring_expense_id", of="recurring_expenses"),
    Resource("recurring_invoice_details", "recurring_invoice_id", of="recurring_invoices"),
    Resource("retainer_invoice_details", "retainerinvoice_id", of="retainer_invoices"),
    Resource("sales_order_details", "salesorder_id", of="sales_orders"),
    Resource("sales_receipt_details", "sales_receipt_id", of="sales_receipts"),
    Resource("vendor_credit_details", "vendor_credit_id", of="vendor_credits"),
    Resource("vendor_payment_details", "payment_id", of="vendor_payments"),
)

# The same, by the path of the list or by a path with an underscore, as in the files.
RESPELLED = (Resource("recurring_bill_details", "recurring_bill_id", of="recurring_bills"),)

# The same, 100 documents per call.
BULK = (Resource("item_details", "item_id", "itemdetails", "items", of="items"),)

# Documents of lists without a time of change: one call per row, each run.
WHOLE_DETAILED = (
    Resource("bank_account_details", "account_id", of="bank_accounts"),
    Resource("bank_transaction_details", "transaction_id", of="bank_transactions"),
    Resource("base_currency_adjustment_details", "base_currency_adjustment_id", of="base_currency_adjustments"),
    Resource("fixed_asset_details", "fixed_asset_id", of="fixed_assets"),
)  # fmt: skip

# Children of the rows of another stream: one call per parent row, each run. Recorded: a new
# payment changes the time of change of its invoice, a later change of the payment does not.
NESTED = (
    Resource("bill_payments", "bill_id bill_payment_id", "bills/{bill_id}/payments", of="bills"),
    Resource("contact_refunds", "contact_id creditnote_refund_id", "contacts/{contact_id}/refunds", "creditnote_refunds", of="contacts"),
    Resource("credit_note_invoices", "creditnote_id creditnote_invoice_id", "creditnotes/{creditnote_id}/invoices", "invoices_credited", of="credit_notes"),
    Resource("customer_payment_refunds", "payment_id payment_refund_id", "customerpayments/{payment_id}/refunds", "payment_refunds", of="customer_payments"),
    Resource("fixed_asset_forecast", "fixed_asset_id valuation_date", "fixedassets/{fixed_asset_id}/forecast", of="fixed_assets"),
    Resource("fixed_asset_history", "fixed_asset_id valuation_id", "fixedassets/{fixed_asset_id}/history", "asset_history", of="fixed_assets"),
    Resource("invoice_credits_applied", "invoice_id creditnotes_invoice_id", "invoices/{invoice_id}/creditsapplied", "credits", of="invoices"),
    Resource("invoice_payments", "invoice_id invoice_payment_id", "invoices/{invoice_id}/payments", of="invoices"),
    Resource("project_tasks", "project_id task_id", "projects/{project_id}/tasks", of="projects"),
    Resource("project_users", "project_id user_id", "projects/{project_id}/users", of="projects"),
    Resource("unused_retainer_payments", "contact_id payment_id", "contacts/{contact_id}/receivables/unusedretainerpayments", "unused_credits_receivable", of="contacts"),
    Resource("vendor_credit_bills", "vendor_credit_id vendor_credit_bill_id", "vendorcredits/{vendor_credit_id}/bills", "bills_credited", of="vendor_credits"),
    Resource("vendor_payment_refunds", "payment_id vendorpayment_refund_id", "vendorpayments/{payment_id}/refunds", "vendorpayment_refunds", of="vendor_payments"),
)  # fmt: skip

# Comments and history: the audit trail of a document.
COMMENTED = tuple(
    Resource(
        one.name.removesuffix("_details") + "_comments",
        f"{one.key} comment_id",
        f"{name.replace('_', '')}/{{{one.key}}}/comments",
        of=name,
    )
    for one in (*DETAILED, *RESPELLED)
    for name in [one.of]
    if name
    in {
        "contacts", "estimates", "sales_orders", "invoices", "recurring_invoices",
        "retainer_invoices", "credit_notes", "expenses", "recurring_expenses",
        "purchase_orders", "bills", "recurring_bills", "vendor_credits", "projects",
    }
)  # fmt: skip

# One path shows all statements of an account, the documented one only the newest.
LATEST = (
    Resource("bank_statements", "account_id statement_id", "bankaccounts/{account_id}/statements", "statements statement", of="bank_accounts", then="bankaccounts/{account_id}/statement/lastimported"),
)  # fmt: skip

# Children that one list shows of all parents: a call a 200 rows. Until a response has shown that
# it does, and names their parents, and if it is refused: a call per parent row.
WHOLE_FIRST = (
    Resource("contact_persons", "contact_id contact_person_id", "contacts/contactpersons", "contact_persons", of="contacts", then="contacts/{contact_id}/contactpersons"),
)  # fmt: skip

# The same, not selected by default.
WHOLE_FIRST_OPTIONAL = (
    Resource("bank_rules", "rule_id", "bankaccounts/rules", of="bank_accounts", then="bankaccounts/rules?account_id={account_id}"),
    Resource("contact_addresses", "contact_id address_id", "contacts/address", "addresses", of="contacts", then="contacts/{contact_id}/address"),
)  # fmt: skip

# Documented, or seen in responses, since the official files of their date: any refusal means that
# the edition or plan does not have them. Rows with a time of change.
NEWER = (
    Resource("delivery_challans", "deliverychallan_id"),
    Resource("item_categories", "category_id", "categories?include_root_category=false", scope="categories settings"),
    Resource("purchase_returns", "purchasereturn_id"),
    # The sort is documented, the filter is not. A row may name itself as a journal does.
    Resource("recurring_journals", "recurring_journal_id", rows="recurring_journals", scope="accountants", filters=False, ids="journal_id"),
)  # fmt: skip

# The same, without a time of change.
NEWER_WHOLE = (
    Resource("documents", "document_id"),
    Resource("tasks", "task_id", scope="settings"),
    # Lines of bank feeds that are not booked: no other list shows them.
    Resource("uncategorized_bank_transactions", "transaction_id", "banktransactions/uncategorized", "transactions banktransactions", "banking"),
)  # fmt: skip

# The same, of two paths: the documented one, and that of public code or of an older service.
NEWER_TWO_PATHS = (
    Resource("reporting_tags", "tag_id", "reportingtags", "reporting_tags tags", "settings", then="settings/tags"),
)  # fmt: skip
LOCKS = (
    Resource("transaction_locks", "transaction_lock_id", "transactionlocks", "transaction_locks transaction_lock", "accountants", then="transactionlock", ids="lock_id lock_scope"),
)  # fmt: skip

# The same: one response holds all rows.
NEWER_SINGLE = (
    Resource("bank_account_balances", "account_id", "bankaccounts/balances", scope="banking"),
    Resource("custom_modules", "module_id", "settings/modules", "modules custom_modules"),
)  # fmt: skip

# Options of reporting tags, which lines name by their ids: a call for each of at most a few tags.
TAG_OPTIONS = (
    Resource("reporting_tag_options", "tag_id option_id", "reportingtags/{tag_id}/options/all?tag_id={tag_id}", "results tag_options", of="reporting_tags", then="settings/tags/{tag_id}", ids="tag_option_id"),
)  # fmt: skip

# Lists of add-ons and of settings that few need, not selected by default. Of some, no scope is
# known but the one for everything.
ADD_ON = (
    Resource("composite_items", "composite_item_id", rows="composite_items"),
    Resource("packages", "package_id", scope="fullaccess", access="all"),
    Resource("transfer_orders", "transfer_order_id", rows="transfer_orders"),
)  # fmt: skip
ADD_ON_WHOLE = (
    Resource("item_masters", "item_master_id", scope="items settings"),
    Resource("item_variants", "variant_id", scope="items settings"),
    Resource("payment_links", "payment_link_id", scope="settings"),
    Resource("purchase_receives", "receive_id", scope="fullaccess", access="all"),
    Resource("shipment_orders", "shipment_id", scope="fullaccess", access="all"),
)  # fmt: skip
ADD_ON_SINGLE = (
    Resource("organization_addresses", "organization_address_id", "organizations/address", scope="settings"),
    Resource("payment_modes", "payment_mode_id", "settings/paymentmodes", "payment_modes"),
    Resource("payment_terms", "payment_terms_id", "settings/paymentterms", "payment_terms"),
    Resource("preferences", ORGANIZATION, "settings/preferences"),
    Resource("warehouses", "warehouse_id", "settings/warehouses"),
    Resource("webhooks", "webhook_id", "settings/webhooks"),
    Resource("workflows", "workflow_id", "settings/workflows"),
    *(
        Resource(f"{noun}_templates", "template_id", f"{path}/templates", scope=scope)
        for noun, path, scope in (
            ("credit_note", "creditnotes", "creditnotes"),
            ("delivery_challan", "deliverychallans", "deliverychallans"),
            ("estimate", "estimates", "estimates"),
            ("invoice", "invoices", "invoices"),
            ("purchase_order", "purchaseorders", "purchaseorders"),
            ("retainer_invoice", "retainerinvoices", "invoices"),
            ("sales_order", "salesorders", "salesorders"),
        )
    ),
)  # fmt: skip

# Documents of newer lists.
NEWER_DETAILED = (
    Resource("delivery_challan_details", "deliverychallan_id", of="delivery_challans"),
    Resource("package_details", "package_id", of="packages"),
    Resource("purchase_return_details", "purchasereturn_id", of="purchase_returns"),
    Resource("recurring_journal_details", "recurring_journal_id", of="recurring_journals", ids="journal_id"),
    Resource("transfer_order_details", "transfer_order_id", of="transfer_orders"),
)  # fmt: skip
# Items of a price list, with their brackets, are in its document only.
NEWER_WHOLE_DETAILED = (Resource("price_book_details", "pricebook_id", of="price_books"),)

# Children of rows, of paths that are newer than the official files, or in them without a stream.
NEWER_NESTED = (
    Resource("bank_account_transactions", "account_id transaction_id", "bankaccounts/{account_id}/transactions", of="bank_accounts"),
    Resource("bank_reconciliations", "account_id reconciliation_id", "bankaccounts/{account_id}/reconciliations", of="bank_accounts"),
    Resource("contact_opening_balances", "contact_id", "contacts/{contact_id}/openingbalances?contact_type={contact_type}", of="contacts"),
    Resource("contact_payment_refunds", "contact_id payment_refund_id", "contacts/{contact_id}/paymentrefunds", of="contacts"),
    Resource("contact_tax_info", "contact_id tax_info_id", "contacts/{contact_id}/taxinfo", "tax_info_list", of="contacts"),
    Resource("contact_unused_credits", "contact_id creditnote_id", "contacts/{contact_id}/receivables/unusedcredits", of="contacts", ids="credit_id payment_id"),
    Resource("credit_note_emails", "creditnote_id mailhistory_id", "creditnotes/{creditnote_id}/emailhistory", "email_history", of="credit_notes"),
    Resource("journal_credits", "journal_id credit_id", "journals/{journal_id}/credits", of="journals", ids="creditnote_id vendor_credit_id"),
    Resource("opening_balance_details", "account_id opening_balance_id", "settings/openingbalancedetails?account_id={account_id}", "opening_balance", "settings", of="chart_of_accounts"),
    Resource("opening_balance_transactions", "account_id transaction_id", "openingbalances/transactions?account_id={account_id}", "transactions", "settings", of="chart_of_accounts"),
    Resource("price_book_items", "pricebook_id item_id", "pricebooks/items?pricebook_id={pricebook_id}", of="price_books"),
    Resource("project_invoices", "project_id invoice_id", "projects/{project_id}/invoices", of="projects"),
    Resource("recurring_expense_expenses", "recurring_expense_id expense_id", "recurringexpenses/{recurring_expense_id}/expenses", "expensehistory", of="recurring_expenses"),
    Resource("recurring_invoice_invoices", "recurring_invoice_id invoice_id", "recurringinvoices/{recurring_invoice_id}/invoices", "invoice_history", of="recurring_invoices"),
    Resource("recurring_journal_journals", "recurring_journal_id journal_id", "recurringjournals/{recurring_journal_id}/journals", of="recurring_journals"),
    Resource("task_comments", "task_id comment_id", "tasks/{task_id}/comments", of="tasks"),
)  # fmt: skip

# Children of 100 parent rows in a response; they name their parent.
NEWER_BULK = (
    Resource("contact_bank_accounts", "contact_id bank_account_id", "contacts/bankaccounts?contact_ids={contact_id}", of="contacts", ids="account_id"),
    Resource("einvoices", "invoice_id", "invoices/einvoice?invoice_ids={invoice_id}", of="invoices"),
)  # fmt: skip

# Postings may lack the id that is their key, and several lines of a transaction share it.
POSTINGS = (
    Resource("account_transactions", "account_id categorized_transaction_id line_number", "chartofaccounts/transactions?account_id={account_id}", "transactions", of="chart_of_accounts"),
)  # fmt: skip

# The base currency has no rates: a request for them is refused.
RATES = (
    Resource("exchange_rates", "currency_id exchange_rate_id", "settings/currencies/{currency_id}/exchangerates", "exchange_rates", of="currencies"),
)  # fmt: skip

# Only taxes that are groups have this endpoint.
GROUPS = (Resource("tax_groups", "tax_group_id", "settings/taxgroups/{tax_id}", of="taxes"),)

# One request per entity; the response holds the rows under the entity's name.
FIELDS = (
    Resource("custom_fields", "entity customfield_id", "settings/customfields?entity={entity}"),
)

# What describes the set-up of an organization and not its books: read once a day by default.
METADATA = frozenset((
    "custom_fields", "custom_modules", "preferences", "webhooks", "workflows",
    *(one.name for one in ADD_ON_SINGLE if one.name.endswith("_templates")),
))  # fmt: skip

# The entities that may have custom fields, by the path of the list. Source: public code for the
# most used ones; the others by analogy with the key of their documents.
ENTITIES = {
    "bills": "bill",
    "contacts": "contact",
    "creditnotes": "creditnote",
    "customerpayments": "customer_payment",
    "estimates": "estimate",
    "expenses": "expense",
    "invoices": "invoice",
    "items": "item",
    "journals": "journal",
    "projects": "project",
    "purchaseorders": "purchaseorder",
    "recurringbills": "recurring_bill",
    "recurringexpenses": "recurring_expense",
    "recurringinvoices": "recurring_invoice",
    "retainerinvoices": "retainerinvoice",
    "salesorders": "salesorder",
    "salesreceipts": "salesreceipt",
    "vendorcredits": "vendor_credit",
    "vendorpayments": "vendor_payment",
}

# The organizations themselves: one call for all, not paginated, of no organization.
ORGANIZATIONS = Resource("organizations", ORGANIZATION, scope="settings")

# Reports: no official file has them. Source: public code and recorded responses; a plan or an
# edition may lack each.
TRIAL_BALANCE = Report("trial_balance", "basis from_date to_date row_key", "reports/trialbalance", "trialbalance", "reports")  # fmt: skip

# Trees whose figures belong to an account or to the structure.
STATEMENTS = (
    Report("balance_sheet", "basis from_date to_date row_key", "reports/balancesheet", "balance_sheet", "reports", has_balances=True),
    Report("cash_flow", "basis from_date to_date row_key", "reports/cashflow", "cash_flow", "reports", has_balances=True),
    Report("movement_of_equity", "basis from_date to_date row_key", "reports/movementofequity", "movement_of_equity", "reports", has_balances=True),
    Report("profit_and_loss", "basis from_date to_date row_key", "reports/profitandloss", "profit_and_loss", "reports"),
    TRIAL_BALANCE,
)  # fmt: skip

# A row an entity and period. Their id is blank for what belongs to none, and may be absent.
ENTITY_REPORTS = (
    Report("customer_balance_summary", "from_date to_date customer_id", "reports/customerbalancesummary", "customerbalancesummary", "reports", id="customer_id", has_balances=True),
    Report("general_ledger", "basis from_date to_date account_id", "reports/generalledger", "generalledger", "reports", id="account_id", has_balances=True),
    Report("inventory_summary", "from_date to_date item_id", "reports/inventorysummary", "inventory item_details", "reports", id="item_id", has_balances=True),
    Report("inventory_valuation", "from_date to_date item_id", "reports/inventoryvaluation", "inventory_valuation item_details", "reports", id="item_id", has_balances=True),
    Report("payable_summary", "from_date to_date row_key", "reports/payablesummary", "payablesummary", "reports", id="transaction_id"),
    Report("project_summary", "from_date to_date row_key", "reports/projectsummary", "projects", "reports", id="project_id"),
    Report("purchases_by_item", "from_date to_date item_id", "reports/purchasesbyitem", "purchases", "reports", id="item_id"),
    Report("purchases_by_vendor", "from_date to_date vendor_id", "reports/purchasesbyvendors", "purchases", "reports", id="vendor_id"),
    Report("receivable_summary", "from_date to_date row_key", "reports/receivablesummary", "receivablesummary", "reports", id="transaction_id"),
    Report("sales_by_customer", "from_date to_date customer_id", "reports/salesbycustomer", "sales", "reports", id="customer_id"),
    Report("sales_by_item", "from_date to_date item_id", "reports/salesbyitem", "sales", "reports", id="item_id"),
    Report("sales_by_salesperson", "from_date to_date salesperson_id", "reports/salesbysalesperson", "sales", "reports", id="salesperson_id"),
    Report("tax_summary", "from_date to_date row_key", "reports/taxsummary", "tax", "reports", id="tax_id"),
    Report("vendor_balance_summary", "from_date to_date vendor_id", "reports/vendorbalancesummary", "vendorbalancesummary", "reports", id="vendor_id", has_balances=True),
    Report("expenses_by_category", "from_date to_date row_key", "reports/expensesbycategory", "expense", "reports", id="account_id"),
    Report("expenses_by_employee", "from_date to_date row_key", "reports/expensesbyemployee", "expenses", "reports", dates="ExpenseDate", id="user_id"),
    Report("expenses_by_project", "from_date to_date row_key", "reports/expensesbyproject", "expenses_by_projects", "reports", dates="ExpenseDate", id="project_id"),
)  # fmt: skip

# A row a document and period; drafts and void documents are among them.
DOCUMENT_REPORTS = (
    Report("bill_details_report", "from_date to_date row_key", "reports/billdetails", "bill_details bills", "reports", dates="BillDate", id="bill_id"),
    Report("credit_note_details_report", "from_date to_date row_key", "reports/creditnotedetails", "creditnote_details creditnotes", "reports", dates="CreditNotesDate", id="creditnote_id"),
    Report("customer_payments_report", "from_date to_date row_key", "reports/customerpayments", "customer_payments customerpayments", "reports", dates="PaymentDate", id="payment_id"),
    Report("delivery_challan_details_report", "from_date to_date row_key", "reports/deliverychallandetails", "delivery_challan_details deliverychallans", "reports", dates="ChallanDate", id="deliverychallan_id"),
    Report("estimate_details_report", "from_date to_date row_key", "reports/estimatedetails", "estimate_details estimates", "reports", dates="EstimateDate", id="estimate_id"),
    Report("expense_details_report", "from_date to_date row_key", "reports/expensedetails", "expenses", "reports", dates="ExpenseDate", id="expense_id"),
    Report("invoice_details_report", "from_date to_date row_key", "reports/invoicedetails", "invoice_details invoices", "reports", dates="InvoiceDate", id="invoice_id"),
    Report("purchase_order_details_report", "from_date to_date row_key", "reports/purchaseorderdetails", "purchaseorder_details purchaseorders", "reports", dates="PODate", id="purchaseorder_id"),
    Report("refund_history", "from_date to_date row_key", "reports/refundhistory", "refund_history", "reports", dates="RefundDate", id="creditnote_refund_id"),
    Report("sales_order_details_report", "from_date to_date row_key", "reports/salesorderdetails", "salesorder_details salesorders", "reports", dates="SalesOrderDate", id="salesorder_id"),
    Report("timesheet_details_report", "from_date to_date row_key", "reports/timesheetdetails", "time_entries", "reports", dates="Date", id="time_entry_id"),
    Report("vendor_credit_details_report", "from_date to_date row_key", "reports/vendorcreditdetails", "vendorcredit_details vendor_credits", "reports", dates="VendorCreditDate", id="vendor_credit_id"),
    Report("vendor_payments_report", "from_date to_date row_key", "reports/vendorpayments", "vendor_payments vendorpayments", "reports", dates="PaymentDate", id="payment_id"),
)  # fmt: skip

# What is open as of a day.
AGING_SUMMARIES = (
    Report("ap_aging_summary", "as_of aging_by contact_id currency_code", "reports/apagingsummary", "bill|bills|ap_aging_summary", "reports", dates="BillDueDate", id="id", has_balances=True),
    Report("ar_aging_summary", "as_of aging_by contact_id currency_code", "reports/aragingsummary", "invoice|ar_aging_summary", "reports", dates="InvoiceDueDate", id="id", has_balances=True),
)  # fmt: skip
AGING_DETAILS = (
    # By analogy with receivables: no source shows that this path exists.
    Report("ap_aging_details", "as_of aging_by transaction_id", "reports/apagingdetails", "billaging|billsaging", "reports", dates="BillDueDate", id="id", has_balances=True),
    Report("ar_aging_details", "as_of aging_by transaction_id", "reports/aragingdetails", "invoiceaging", "reports", dates="InvoiceDueDate", id="id", has_balances=True),
)  # fmt: skip

# Balances as they are now, whatever date is requested.
BALANCES = (
    Report("customer_balances", "customer_id", "reports/customerbalances", "customerbalances", "reports", id="customer_id"),
    Report("vendor_balances", "vendor_id", "reports/vendorbalances", "vendorbalances", "reports", id="vendor_id"),
)  # fmt: skip

# Postings: each leg of each transaction, once; the lines of one are numbered.
JOURNALS = (
    Report("journal_report", "transaction_id line_number", "reports/journal", scope="reports"),
)
LEDGERS = (
    Report("ledger_entries", "basis transaction_type transaction_id account_id line_number", "reports/accounttransaction", "account_transactions", "reports"),
)  # fmt: skip

# The activity log, and what it says was deleted: events by day.
ACTIVITIES = (
    Report("activity_log", "activity_id", "reports/activitylogs", "activity_logs", "reports"),
)
DELETIONS = (Report("deletions", "entity id", "reports/activitylogs", "activity_logs", "reports"),)

# Reports that no stream reads: `zohobooks probe` requests them.
UNREAD_REPORTS = tuple(
    Report(name, "", f"reports/{path}", scope="reports")
    for name, path in {
        "general_ledger_details": "generalledgerdetails",
        "ratio_analysis": "businessperformanceratios",
        "sales_summary": "salessummary",
    }.items()
)

# The groups that are streams, in the table.
STREAM_REPORTS = (
    *STATEMENTS, *ENTITY_REPORTS, *DOCUMENT_REPORTS, *AGING_SUMMARIES, *AGING_DETAILS, *BALANCES,
    *JOURNALS, *LEDGERS, *ACTIVITIES, *DELETIONS,
)  # fmt: skip
REPORTS = (*(one for one in STREAM_REPORTS if one not in DELETIONS), *UNREAD_REPORTS)

TABLE = {
    resource.name: resource
    for group in (
        INCREMENTAL, WHOLE, DATED, FILTERED, UNDOCUMENTED, SINGLE, DETAILED, RESPELLED, BULK,
        WHOLE_DETAILED, NESTED, COMMENTED, LATEST, POSTINGS, RATES, GROUPS, FIELDS, (ORGANIZATIONS,), WHOLE_FIRST,
        WHOLE_FIRST_OPTIONAL, NEWER, NEWER_WHOLE, NEWER_TWO_PATHS, LOCKS, NEWER_SINGLE, TAG_OPTIONS,
        ADD_ON, ADD_ON_WHOLE, ADD_ON_SINGLE, NEWER_DETAILED, NEWER_WHOLE_DETAILED, NEWER_NESTED,
        NEWER_BULK, STREAM_REPORTS,
    )
    for resource in group
}  # fmt: skip


TIMED = (*INCREMENTAL, *NEWER, *ADD_ON)
"""The lists whose rows have a time of change."""

_LISTS = {
    one.list_path for one in TABLE.values() if not one.of
    or one in (*WHOLE_FIRST, *WHOLE_FIRST_OPTIONAL)
}  # fmt: skip
_DOCUMENTS = tuple(
    {
        prefix
        for one in TABLE.values()
        if one.of
        for prefix in (
            f"{TABLE[one.of].list_path}/",
            f"{one.of}/",
            one.list_path.partition("{")[0],
        )
    }
)


def is_document(path: str) -> bool:
    """Tell whether a path is of single rows of a list: of documents, or of their children."""
    return path not in _LISTS and path.startswith(_DOCUMENTS)


def custom_module(name: str, stream: str = "") -> Resource:
    """Return the row of a custom module; its stream has the same name, unless another is given.

    Its scope is ALL: the service has no scope for reading only.
    """
    return Resource(
        stream or name, "module_record_id", name, "module_records", "custommodules", access="ALL"
    )


def build_request(
    listed: Resource, organization: str, params: Mapping[str, str | int]
) -> tuple[str, dict[str, str | int]]:
    """Return path and parameters of a request of a list; an entity is the first of them."""
    values = {ORGANIZATION: organization, "entity": next(iter(ENTITIES.values()))}
    query = {name: value.format(**values) for name, value in listed.query.items()}
    return listed.fill_path(values), {**query, **params}


def scopes(wanted: Iterable[Resource]) -> str:
    """Return the scopes for reading these resources, sorted and joined by commas.

    Of a scope that was renamed, both names are among them: a client may know either.
    """
    return ",".join(sorted({name for one in wanted for name in one.permissions}))


def find_permission(path: str) -> str:
    """Return the scope for reading a path below /books/v3; its first part names the area if new."""
    area = path.partition("/")[0]
    if area.startswith("cm_"):
        return custom_module(area).permission
    near = [one for one in TABLE.values() if one.list_path.partition("/")[0] == area]
    inside = [one for one in near if f"{path}/".startswith(f"{one.list_path}/")]
    return (*inside, *near, Resource(area, ""))[0].permission
