{{ zoho_books.stage(
    'journals',
    text=['journal_id', 'entry_number', 'reference_number', 'status', 'notes', 'currency_id'],
    numeric=['total', 'bcy_total'],
    date=['journal_date'],
    timestamp=['last_modified_time']
) }}
