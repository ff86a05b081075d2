{{ zoho_books.select_aging('payable') }}
