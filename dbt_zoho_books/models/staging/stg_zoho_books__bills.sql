{{ zoho_books.stage(
    'bills',
    text=[
        'bill_id', 'vendor_id', 'bill_number', 'reference_number', 'status', 'currency_code',
        'location_id = location_id | branch_id',
    ],
    numeric=['exchange_rate', 'total', 'balance'],
    date=['date', 'due_date'],
    timestamp=['created_time', 'last_modified_time']
) }}
