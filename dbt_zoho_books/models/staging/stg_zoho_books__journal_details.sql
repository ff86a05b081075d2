{{ zoho_books.stage(
    'journal_details',
    text=['journal_id', 'entry_number', 'reference_number', 'status', 'notes', 'currency_code'],
    numeric=['exchange_rate', 'total', 'bcy_total'],
    date=['journal_date'],
    timestamp=['created_time', 'last_modified_time'],
    json=['line_items'],
    listed_in=('journals', 'journal_id')
) }}
