{{ zoho_books.select_lines(['credit_note', 'vendor_credit']) }}
