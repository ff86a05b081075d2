{{ zoho_books.stage(
    'tax_summary',
    text=['row_key = row_key | tax_id | tax_name', 'tax_id', 'tax_name'],
    numeric=['tax_percentage', 'transaction_amount', 'tax_amount'],
    date=['from_date', 'to_date'],
    timestamp=['read_at'],
    whole=['period_rows'],
    newest=['from_date', 'to_date']
) }}
