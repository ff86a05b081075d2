{{ zoho_books.stage(
    'purchase_orders',
    text=[
        'purchaseorder_id', 'vendor_id', 'purchaseorder_number', 'reference_number', 'status',
        'currency_code',
    ],
    numeric=['exchange_rate', 'total'],
    date=['date', 'delivery_date'],
    timestamp=['created_time', 'last_modified_time']
) }}
