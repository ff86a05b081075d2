{{ zoho_books.stage(
    'sales_receipts',
    text=[
        'sales_receipt_id', 'customer_id', 'receipt_number', 'reference_number', 'status',
        'currency_code',
    ],
    numeric=['exchange_rate', 'sub_total', 'tax_total', 'total'],
    date=['date'],
    timestamp=['created_time', 'last_modified_time']
) }}
