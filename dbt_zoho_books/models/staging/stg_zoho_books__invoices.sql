{{ zoho_books.stage(
    'invoices',
    text=[
        'invoice_id', 'customer_id', 'reference_number', 'status', 'currency_code',
        'salesperson_id', 'location_id = location_id | branch_id', 'invoice_number',
    ],
    numeric=[
        'exchange_rate', 'total', 'balance', 'shipping_charge', 'adjustment',
        'write_off_amount',
    ],
    date=['date', 'due_date', 'last_payment_date'],
    timestamp=['created_time', 'last_modified_time']
) }}
