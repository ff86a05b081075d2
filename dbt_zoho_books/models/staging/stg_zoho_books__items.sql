{{ zoho_books.stage(
    'items',
    text=[
        'item_id', 'name = name | item_name', 'sku', 'status', 'item_type', 'product_type',
        'unit', 'account_id', 'purchase_account_id', 'inventory_account_id', 'tax_id',
        'description',
    ],
    numeric=['rate', 'purchase_rate', 'stock_on_hand'],
    timestamp=['created_time', 'last_modified_time']
) }}
