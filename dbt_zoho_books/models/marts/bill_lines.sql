{{ zoho_books.select_lines(['bill']) }}
