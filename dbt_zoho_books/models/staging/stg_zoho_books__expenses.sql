{{ zoho_books.stage(
    'expenses',
    text=[
        'expense_id', 'vendor_id', 'customer_id', 'account_id', 'account_name',
        'paid_through_account_id', 'reference_number', 'status', 'currency_code',
        'description',
    ],
    numeric=['exchange_rate', 'total', 'total_without_tax', 'bcy_total'],
    date=['date'],
    timestamp=['created_time', 'last_modified_time'],
    boolean=['is_billable']
) }}
