{{ zoho_books.select_unified_statement('cash_flow') }}
