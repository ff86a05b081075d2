{{ zoho_books.stage(
    'invoice_details',
    text=[
        'invoice_id', 'customer_id', 'reference_number', 'status', 'currency_code',
        'salesperson_id', 'location_id = location_id | branch_id', 'invoice_number',
        'discount_type',
    ],
    numeric=[
        'exchange_rate', 'total', 'balance', 'sub_total', 'tax_total', 'discount_total',
        'shipping_charge', 'adjustment', 'roundoff_value', 'write_off_amount',
        'credits_applied', 'payment_made',
    ],
    date=['date', 'due_date', 'last_payment_date'],
    timestamp=['created_time', 'last_modified_time'],
    boolean=['is_discount_before_tax', 'is_inclusive_tax'],
    json=['line_items', 'taxes'],
    listed_in=('invoices', 'invoice_id')
) }}
