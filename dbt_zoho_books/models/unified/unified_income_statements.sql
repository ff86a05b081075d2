{{ zoho_books.select_unified_statement('profit_and_loss') }}
