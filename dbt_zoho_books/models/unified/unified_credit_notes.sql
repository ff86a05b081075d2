{{ zoho_books.select_unified_documents(['credit_note'], 'contact') }}
