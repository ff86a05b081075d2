{{ zoho_books.stage(
    'vendor_payments',
    text=[
        'payment_id', 'vendor_id', 'payment_number', 'reference_number',
        'account_id = paid_through_account_id | account_id', 'payment_mode', 'status',
        'currency_code',
    ],
    numeric=['amount', 'bcy_amount', 'unused_amount = unused_amount | balance', 'exchange_rate'],
    date=['date'],
    timestamp=['created_time', 'last_modified_time']
) }}
