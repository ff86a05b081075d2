{{ zoho_books.select_unified_lines(['credit_note_lines'], ['vendor_credit'], 'vendor_credit') }}
