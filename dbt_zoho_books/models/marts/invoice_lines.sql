{{ zoho_books.select_lines(['invoice', 'debit_note', 'sales_receipt']) }}
