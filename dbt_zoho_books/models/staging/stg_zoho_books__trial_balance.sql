{{ zoho_books.stage(
    'trial_balance',
    text=[
        'basis', 'row_key', 'parent_row_key', 'row_type', 'account_id', 'account_code', 'name',
        'currency_code',
    ],
    numeric=['amount', 'total_sub_account', 'debit', 'credit', 'tree_difference'],
    date=['from_date', 'to_date'],
    timestamp=['read_at'],
    boolean=['is_settled'],
    json=['path'],
    whole=['depth', 'position', 'period_rows'],
    newest=['basis', 'from_date', 'to_date']
) }}
