"""Texts of the page of streams: what everything means, and which endpoints have no stream."""

from __future__ import annotations

EVERYTHING = (
    "Everything means: every list, document and child list in Zoho's published OpenAPI files, and",
    "those of newer documents, of responses and of public code until November 2026, but for the",
    "exceptions below. An organization whose plan or edition refuses a stream is skipped with a",
    "warning. Where two scopes are named, the service has renamed one: `zohobooks login` asks for",
    "both, and either permits. For a few add-ons no scope is known but the one for everything,",
    "`ZohoBooks.fullaccess.all`; it is asked for only if they are selected.",
    "",
    "The last column says what a stream is known by: Zoho's published files; a newer document; a",
    "real response; public code that reads it; or its path alone, so that its key and columns are",
    "an analogy with other streams of its kind. Of a stream marked `analogy`, no source shows that",
    "the path can be read. Of all but the first, columns that no source names are an analogy.",
    "Whatever comes under other names is kept in `additional_fields`.",
)

FILES = "files"
ANALOGY = "analogy"
SOURCES = {
    ANALOGY: {"ap_aging_details", "shipment_orders"},
    "path alone": {
        "bank_account_balances", "bank_account_transactions", "bank_reconciliations",
        "contact_bank_accounts", "contact_opening_balances", "contact_payment_refunds",
        "contact_tax_info", "einvoices", "item_masters", "item_variants",
        "organization_addresses",
    },
    "code": {
        "composite_items", "contact_unused_credits", "inventory_adjustments", "package_details",
        "packages", "payment_modes", "payment_terms", "price_book_details", "price_book_items",
        "price_books", "purchase_receives", "salespersons", "transfer_order_details",
        "transfer_orders", "warehouses",
    },
    "responses": {
        "documents", "payment_links", "preferences", "uncategorized_bank_transactions", "webhooks",
        "workflows",
    },
    "newer documents": {
        "credit_note_emails", "credit_note_templates", "custom_modules",
        "delivery_challan_details", "delivery_challan_templates", "delivery_challans",
        "estimate_templates", "invoice_templates", "item_categories", "journal_credits",
        "opening_balance_details", "opening_balance_transactions", "project_invoices",
        "purchase_order_templates", "purchase_return_details", "purchase_returns",
        "recurring_expense_expenses", "recurring_invoice_invoices", "recurring_journal_details",
        "recurring_journal_journals", "recurring_journals", "reporting_tag_options",
        "reporting_tags", "retainer_invoice_templates", "sales_order_templates", "task_comments",
        "tasks", "transaction_locks",
    },
}  # fmt: skip
"""What streams are known by that no published file has; other reports: code and responses."""

EXCEPTIONS_HEAD = (
    "",
    "## Endpoints without a stream",
    "",
)
EXCEPTIONS = {
    "`registers/{account_id}/transactions`": "No list of rows: groups of groups, whose rows have "
    "no id of their own. The same postings are in `journal_report` and `ledger_entries`.",
    "`registers/{account_id}/budgetvsactuals`": "No list of rows, and it needs the id of a budget: "
    "no list of budgets is known.",
    "`transactions/{transaction_id}/journals`": "No list: the one journal of one document, at a "
    "call for each document of every kind. The same postings are in `journal_report`.",
    "`bankaccounts/{account_id}/statement/lastimported`": "`bank_statements` reads all imports of "
    "an account by `bankaccounts/{account_id}/statements`, and this one only if that is refused.",
    "`settings/tags`, `transactionlock`": "Read by `reporting_tags`, `reporting_tag_options` and "
    "`transaction_locks` if the newer path is refused.",
    "`contacts/{contact_id}/contactpersons`, `contacts/{contact_id}/address`": "Read by "
    "`contact_persons` and `contact_addresses` if the list of all is refused, or does not name the "
    "contact of its rows.",
    "`bankaccounts/{account_id}/subaccounts`, `.../preferences`, `.../balance`": "No list; the "
    "balances are in `bank_account_balances`.",
    "`documents/{document_id}`": "The file itself.",
    "Paths of files, e-mail texts and print (`pdf`, `email`, `attachment`)": "No JSON of records.",
    "All that POST, PUT or DELETE answer": "The tap only reads.",
}
