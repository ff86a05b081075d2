{{ zoho_books.select_unified_lines(
    ['invoice_lines', 'bill_lines'], ['invoice', 'debit_note', 'sales_receipt', 'bill'], 'invoice'
) }}
