{{ zoho_books.stage(
    'chart_of_account_details',
    text=[
        'account_id', 'account_name', 'account_code', 'account_type', 'parent_account_id',
        'currency_code', 'description',
    ],
    numeric=['closing_balance'],
    timestamp=['last_modified_time'],
    boolean=['is_active'],
    listed_in=('chart_of_accounts', 'account_id')
) }}
