{{ zoho_books.stage(
    'customer_payments',
    text=[
        'payment_id', 'customer_id', 'payment_number', 'reference_number', 'account_id',
        'payment_mode', 'payment_type', 'status = payment_status | status', 'currency_code',
    ],
    numeric=['amount', 'bcy_amount', 'unused_amount', 'bcy_unused_amount', 'exchange_rate'],
    date=['date'],
    timestamp=['created_time', 'last_modified_time']
) }}
