{{ zoho_books.stage(
    'vendor_credit_details',
    text=[
        'vendor_credit_id', 'vendor_id', 'vendor_credit_number', 'reference_number', 'status',
        'currency_code', 'location_id = location_id | branch_id', 'discount_type',
    ],
    numeric=[
        'exchange_rate', 'total', 'balance', 'sub_total', 'tax_total', 'discount_total',
        'shipping_charge', 'adjustment', 'roundoff_value', 'write_off_amount',
        'total_credits_used', 'total_refunded_amount',
    ],
    date=['date'],
    timestamp=['created_time', 'last_modified_time'],
    boolean=['is_discount_before_tax', 'is_inclusive_tax'],
    json=['line_items', 'taxes', 'bills_credited'],
    listed_in=('vendor_credits', 'vendor_credit_id')
) }}
