{{ zoho_books.select_lines(['expense']) }}
