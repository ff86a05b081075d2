{{ zoho_books.select_unified_lines(['expense_lines'], ['expense'], 'expense') }}
