{{ zoho_books.stage(
    'sales_receipt_details',
    text=[
        'sales_receipt_id', 'customer_id', 'receipt_number', 'reference_number', 'status',
        'currency_code', 'discount_type',
    ],
    numeric=[
        'exchange_rate', 'total', 'sub_total', 'tax_total', 'discount_total',
        'shipping_charge', 'adjustment', 'roundoff_value', 'write_off_amount',
    ],
    date=['date'],
    timestamp=['created_time', 'last_modified_time'],
    boolean=['is_discount_before_tax', 'is_inclusive_tax'],
    json=['line_items', 'taxes'],
    listed_in=('sales_receipts', 'sales_receipt_id')
) }}
