{{ zoho_books.stage(
    'bill_details',
    text=[
        'bill_id', 'vendor_id', 'bill_number', 'reference_number', 'status', 'currency_code',
        'location_id = location_id | branch_id', 'discount_type',
    ],
    numeric=[
        'exchange_rate', 'total', 'balance', 'sub_total', 'tax_total', 'discount_total',
        'shipping_charge', 'adjustment', 'roundoff_value', 'write_off_amount',
    ],
    date=['date', 'due_date'],
    timestamp=['created_time', 'last_modified_time'],
    boolean=['is_discount_before_tax', 'is_inclusive_tax'],
    json=['line_items', 'taxes'],
    listed_in=('bills', 'bill_id')
) }}
