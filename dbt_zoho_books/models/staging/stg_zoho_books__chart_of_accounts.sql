{{ zoho_books.stage(
    'chart_of_accounts',
    text=[
        'account_id', 'account_name', 'account_code', 'account_type', 'parent_account_id',
        'currency_code', 'description',
    ],
    numeric=['closing_balance'],
    timestamp=['last_modified_time'],
    boolean=['is_active', 'is_system_account'],
    whole=['depth']
) }}
