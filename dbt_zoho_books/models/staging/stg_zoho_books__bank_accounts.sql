{{ zoho_books.stage(
    'bank_accounts',
    text=[
        'account_id', 'account_name', 'account_code', 'account_type', 'account_number',
        'bank_name', 'currency_code',
    ],
    numeric=['balance', 'bcy_balance'],
    boolean=['is_active', 'is_primary_account']
) }}
