{{ zoho_books.stage(
    'customer_payment_details',
    text=[
        'payment_id', 'customer_id', 'payment_number', 'reference_number', 'account_id',
        'payment_mode', 'payment_type', 'status = payment_status | status', 'currency_code',
    ],
    numeric=[
        'amount', 'bcy_amount', 'unused_amount', 'bcy_unused_amount', 'amount_refunded',
        'bank_charges', 'tax_amount_withheld', 'exchange_rate',
    ],
    date=['date'],
    timestamp=['created_time', 'last_modified_time'],
    json=['invoices = invoices | applied_invoices'],
    listed_in=('customer_payments', 'payment_id')
) }}
