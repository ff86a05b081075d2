{{ zoho_books.stage(
    'credit_notes',
    text=[
        'creditnote_id', 'customer_id', 'reference_number', 'status', 'currency_code',
        'salesperson_id', 'location_id = location_id | branch_id', 'creditnote_number',
    ],
    numeric=['exchange_rate', 'total', 'balance'],
    date=['date'],
    timestamp=['created_time', 'last_modified_time']
) }}
