{{ zoho_books.select_unified_lines(['credit_note_lines'], ['credit_note'], 'credit_note') }}
