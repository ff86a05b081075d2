"""Texts of the page of streams: what everything means, and which endpoints have no stream."""

from __future__ import annotations

EVERYTHING = (
    "Everything means: every list, document and child list in Zoho's published OpenAPI files, and",
    "those of newer documents, of responses and of public code until November 2026, but for the",
    "exceptions below. Of a stream that newer sources know, columns that none of them names are",
    "analogies with its kind, other fields are kept in",
    "`additional_fields`, and an organization whose plan or edition refuses the stream is skipped",
    "with a warning. Where two scopes are named, the service has renamed one: `zohobooks login`",
    "asks for both, and either permits. For a few add-ons no scope is known but the one for",
    "everything, `ZohoBooks.fullaccess.all`; it is asked for only if they are selected.",
)

EXCEPTIONS_HEAD = (
    "",
    "## Endpoints without a stream",
    "",
)
EXCEPTIONS = {
    "`registers/{account_id}/transactions`": "Groups of groups, no list of rows with an id; the "
    "postings are those of `account_transactions` and of the report of an account's transactions.",
    "`registers/{account_id}/budgetvsactuals`": "It needs the id of a budget, and no list of "
    "budgets is known.",
    "`transactions/{transaction_id}/journals`": "A call for each document of every kind; rows have "
    "no id of their own. The same postings come by account in `account_transactions`.",
    "`bankaccounts/{account_id}/statement/lastimported`": "`bank_statements` reads "
    "`bankaccounts/{account_id}/statements`, and this one only if that is refused.",
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
