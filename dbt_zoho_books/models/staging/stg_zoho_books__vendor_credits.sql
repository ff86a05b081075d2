{{ zoho_books.stage(
    'vendor_credits',
    text=[
        'vendor_credit_id', 'vendor_id', 'vendor_credit_number', 'reference_number', 'status',
        'currency_code', 'location_id = location_id | branch_id',
    ],
    numeric=['exchange_rate', 'total', 'balance'],
    date=['date'],
    timestamp=['created_time', 'last_modified_time']
) }}
