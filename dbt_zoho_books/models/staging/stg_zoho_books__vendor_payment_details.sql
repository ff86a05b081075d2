{{ zoho_books.stage(
    'vendor_payment_details',
    text=[
        'payment_id', 'vendor_id', 'payment_number', 'reference_number',
        'account_id = paid_through_account_id | account_id', 'payment_mode', 'status',
        'currency_code',
    ],
    numeric=[
        'amount', 'bcy_amount', 'unused_amount = unused_amount | balance', 'bank_charges',
        'tax_amount_withheld', 'exchange_rate',
    ],
    date=['date'],
    timestamp=['created_time', 'last_modified_time'],
    json=['bills'],
    listed_in=('vendor_payments', 'payment_id')
) }}
