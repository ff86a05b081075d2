{{ zoho_books.select_unified_documents(['purchase_order'], 'vendor') }}
