{{ zoho_books.select_aging('receivable') }}
