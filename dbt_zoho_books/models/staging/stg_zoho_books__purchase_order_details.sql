{{ zoho_books.stage(
    'purchase_order_details',
    text=[
        'purchaseorder_id', 'vendor_id', 'purchaseorder_number', 'reference_number', 'status',
        'currency_code', 'discount_type',
    ],
    numeric=[
        'exchange_rate', 'total', 'sub_total', 'tax_total', 'discount_total',
        'shipping_charge', 'adjustment', 'roundoff_value', 'write_off_amount',
    ],
    date=['date', 'delivery_date'],
    timestamp=['created_time', 'last_modified_time'],
    boolean=['is_discount_before_tax', 'is_inclusive_tax'],
    json=['line_items', 'taxes'],
    listed_in=('purchase_orders', 'purchaseorder_id')
) }}
