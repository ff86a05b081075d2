{{ zoho_books.stage(
    'ar_aging_summary',
    text=['aging_by', 'contact_id', 'currency_code', 'contact_name = contact_name | name'],
    numeric=['total', 'fcy_total', 'overdue'],
    date=['as_of'],
    timestamp=['read_at'],
    json=['buckets = intervals'],
    whole=['period_rows'],
    newest=['as_of', 'aging_by']
) }}
