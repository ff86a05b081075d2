{{ zoho_books.stage(
    'credit_note_details',
    text=[
        'creditnote_id', 'customer_id', 'reference_number', 'status', 'currency_code',
        'salesperson_id', 'location_id = location_id | branch_id', 'creditnote_number',
        'discount_type',
    ],
    numeric=[
        'exchange_rate', 'total', 'balance', 'sub_total', 'tax_total', 'discount_total',
        'shipping_charge', 'adjustment', 'roundoff_value', 'write_off_amount',
        'total_credits_used', 'total_refunded_amount',
    ],
    date=['date'],
    timestamp=['created_time', 'last_modified_time'],
    boolean=['is_discount_before_tax', 'is_inclusive_tax'],
    json=['line_items', 'taxes', 'invoices_credited = invoices_credited | invoices'],
    listed_in=('credit_notes', 'creditnote_id')
) }}
