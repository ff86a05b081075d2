{#- Receivable and payable: invoices, debit notes and sales receipts of customers, bills of vendors. -#}
{{ zoho_books.select_unified_documents(['invoice', 'debit_note', 'sales_receipt', 'bill'], 'contact') }}
