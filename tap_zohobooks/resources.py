"""The endpoints of Zoho Books: one row per stream, grouped by what the endpoint can do."""

from __future__ import annotations

from dataclasses import dataclass, field
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

    `path` may hold {columns} of a parent row, and `of` names the stream of the parent rows.
    Source: Zoho's OpenAPI files, or recorded responses if they differ.
    """

    name: str
    key: str
    path: str = ""
    rows: str = ""
    scope: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
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
        return list(dict.fromkeys((self.rows or path_key, path_key, self.name, "data")))

    @property
    def query(self) -> dict[str, str]:
        """The parameters of every request."""
        written = (pair.partition("=") for pair in self.path.partition("?")[2].split("&") if pair)
        return {name: value for name, _, value in written} | dict(self.params)

    @property
    def area(self) -> str:
        """The area of the scope that reading needs."""
        return self.scope or (TABLE[self.of].area if self.of else self.list_path.partition("/")[0])

    @property
    def permission(self) -> str:
        """The scope that reading needs."""
        return f"ZohoBooks.{self.area}.{self.access}"

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
class Report:
    """A report: its path below /books/v3, and the field by whose dates it is requested."""

    name: str
    path: str
    dates: str

    def build_query(self, first: str, last: str) -> dict[str, str | int]:
        """Return the parameters for a range of days, `2026-01-31`; a report as of a day takes one.

        A report without `filter_by` may cover another range than the dates say.
        """
        chosen = f"{self.dates}.CustomDate"
        return {"filter_by": chosen, "from_date": first, "to_date": last}


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
    Resource("items", "item_id", scope="settings"),
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
    Resource("bank_transactions", "transaction_id", "banktransactions?filter_by=Status.All", scope="banking"),
    Resource("base_currency_adjustments", "base_currency_adjustment_id", "basecurrencyadjustment", "base_currency_adjustments", "accountants"),
    Resource("credit_note_refunds", "creditnote_refund_id", "creditnotes/refunds", "creditnote_refunds"),
    Resource("currencies", "currency_id", "settings/currencies"),
    Resource("employees", "employee_id", scope="expenses"),
    Resource("fixed_asset_types", "fixed_asset_type_id", rows="fixed_asset_types", scope="fixedasset"),
    Resource("fixed_assets", "fixed_asset_id", scope="fixedasset"),
    Resource("time_entries", "time_entry_id", "projects/timeentries", "time_entries"),
    Resource("users", "user_id", "users?filter_by=Status.All", scope="settings"),
    Resource("vendor_credit_refunds", "vendor_credit_refund_id", "vendorcredits/refunds", "vendor_credit_refunds", "debitnotes"),
)  # fmt: skip

# Inactive rows are listed only with this filter, whose name is an analogy with other lists.
FILTERED = (Resource("taxes", "tax_id", "settings/taxes?filter_by=Taxes.All"),)

# In public code, but in no official file: if refused, the edition does not have them.
UNDOCUMENTED = (
    Resource("inventory_adjustments", "inventory_adjustment_id", rows="inventoryadjustments", scope="settings"),
    Resource("item_categories", "category_id", "categories?include_root_category=false", scope="settings"),
    Resource("price_books", "pricebook_id", scope="settings"),
    Resource("reporting_tags", "tag_id", "settings/tags"),
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
    Resource("bank_rules", "rule_id", "bankaccounts/rules?account_id={account_id}", of="bank_accounts"),
    Resource("bill_payments", "bill_id bill_payment_id", "bills/{bill_id}/payments", of="bills"),
    Resource("contact_addresses", "contact_id address_id", "contacts/{contact_id}/address", "addresses", of="contacts"),
    Resource("contact_persons", "contact_id contact_person_id", "contacts/{contact_id}/contactpersons", "contact_persons", of="contacts"),
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

# The endpoint returns only the newest statement.
LATEST = (
    Resource("bank_statements", "account_id statement_id", "bankaccounts/{account_id}/statement/lastimported", "statement", of="bank_accounts"),
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
REPORTS = tuple(
    Report(name, f"reports/{path}", dates)
    for dates, reports in {
        "TransactionDate": {
            "profit_and_loss": "profitandloss", "balance_sheet": "balancesheet",
            "cash_flow": "cashflow", "trial_balance": "trialbalance",
            "movement_of_equity": "movementofequity", "general_ledger": "generalledger",
            "general_ledger_details": "generalledgerdetails", "journal_report": "journal",
            "ledger_entries": "accounttransaction", "sales_by_customer": "salesbycustomer",
            "sales_by_item": "salesbyitem", "sales_by_salesperson": "salesbysalesperson",
            "sales_summary": "salessummary", "purchases_by_vendor": "purchasesbyvendors",
            "purchases_by_item": "purchasesbyitem", "customer_balances": "customerbalances",
            "customer_balance_summary": "customerbalancesummary",
            "vendor_balances": "vendorbalances", "vendor_balance_summary": "vendorbalancesummary",
            "receivable_summary": "receivablesummary", "payable_summary": "payablesummary",
            "tax_summary": "taxsummary", "expenses_by_category": "expensesbycategory",
            "expenses_by_employee": "expensesbyemployee", "expenses_by_project": "expensesbyproject",
            "inventory_summary": "inventorysummary", "inventory_valuation": "inventoryvaluation",
            "project_summary": "projectsummary", "ratio_analysis": "businessperformanceratios",
            "activity_log": "activitylogs",
        },
        "InvoiceDueDate": {
            "ar_aging_summary": "aragingsummary", "ar_aging_details": "aragingdetails",
        },
        "BillDueDate": {
            "ap_aging_summary": "apagingsummary", "ap_aging_details": "apagingdetails",
        },
        "InvoiceDate": {"invoice_details_report": "invoicedetails"},
        "BillDate": {"bill_details_report": "billdetails"},
        "CreditNotesDate": {"credit_note_details_report": "creditnotedetails"},
        "VendorCreditDate": {"vendor_credit_details_report": "vendorcreditdetails"},
        "EstimateDate": {"estimate_details_report": "estimatedetails"},
        "SalesOrderDate": {"sales_order_details_report": "salesorderdetails"},
        "PODate": {"purchase_order_details_report": "purchaseorderdetails"},
        "ChallanDate": {"delivery_challan_details_report": "deliverychallandetails"},
        "ExpenseDate": {"expense_details_report": "expensedetails"},
        "RefundDate": {"refund_history": "refundhistory"},
        "PaymentDate": {
            "customer_payments_report": "customerpayments",
            "vendor_payments_report": "vendorpayments",
        },
        "Date": {"timesheet_details": "timesheetdetails"},
    }.items()
    for name, path in reports.items()
)  # fmt: skip

TABLE = {
    resource.name: resource
    for group in (
        INCREMENTAL, WHOLE, FILTERED, UNDOCUMENTED, SINGLE, DETAILED, RESPELLED, BULK, WHOLE_DETAILED,
        NESTED, COMMENTED, LATEST, POSTINGS, RATES, GROUPS, FIELDS, (ORGANIZATIONS,),
    )
    for resource in group
}  # fmt: skip


_LISTS = {one.list_path for one in TABLE.values() if not one.of}
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
    """Return the scopes for reading these resources, sorted and joined by commas."""
    return ",".join(sorted({one.permission for one in wanted}))


def find_permission(path: str) -> str:
    """Return the scope for reading a path below /books/v3; its first part names the area if new."""
    area = path.partition("/")[0]
    if area.startswith("cm_"):
        return custom_module(area).permission
    near = [one for one in TABLE.values() if one.list_path.partition("/")[0] == area]
    inside = [one for one in near if f"{path}/".startswith(f"{one.list_path}/")]
    return (*inside, *near, Resource(area, ""))[0].permission
