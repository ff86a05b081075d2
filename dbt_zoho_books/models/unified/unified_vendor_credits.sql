{{ zoho_books.select_unified_documents(['vendor_credit'], 'contact') }}
