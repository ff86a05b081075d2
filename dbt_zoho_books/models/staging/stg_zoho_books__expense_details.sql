{{ zoho_books.stage(
    'expense_details',
    text=[
        'expense_id', 'vendor_id', 'customer_id', 'account_id', 'account_name',
        'paid_through_account_id', 'project_id', 'reference_number', 'status', 'currency_code',
        'tax_id', 'description',
    ],
    numeric=['exchange_rate', 'total', 'sub_total', 'tax_amount', 'bcy_total'],
    date=['date'],
    timestamp=['created_time', 'last_modified_time'],
    boolean=['is_inclusive_tax', 'is_billable'],
    json=['line_items', 'taxes'],
    listed_in=('expenses', 'expense_id')
) }}
